import Foundation
import TimeSeriesModel

/// A standard workload file in memory: series with strictly ascending times (docs/performance.md).
struct Workload {
    struct Series {
        var address: PointAddress
        var name: String
        var times: [Int64]
        var values: [Double]
    }

    let year: Int
    let series: [Series]
    let sampleCount: Int

    /// Real data have no year: size and ingest only.
    var isReal: Bool { year == 0 }

    init(path: String) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
        guard data.count >= 64, data.prefix(8) == Data("BMSHIST1".utf8) else {
            throw UsageError("\(path): no BMSHIST1 workload file")
        }
        func number<T: FixedWidthInteger>(_ type: T.Type, _ offset: Int) -> T {
            data.withUnsafeBytes {
                T(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: T.self))
            }
        }
        func column<T: BitwiseCopyable>(_ type: T.Type, _ offset: Int, _ count: Int) -> [T] {
            data.withUnsafeBytes { bytes in
                [T](unsafeUninitializedCapacity: count) { buffer, initialized in
                    UnsafeMutableRawBufferPointer(buffer).copyMemory(
                        from: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count * 8]))
                    initialized = count
                }
            }
        }
        let count = Int(number(UInt32.self, 12))
        year = Int(number(UInt32.self, 16))
        sampleCount = Int(number(Int64.self, 24))
        let directory = Int(number(UInt64.self, 32))
        series = (0..<count).map { index in
            let start = directory + 64 * index
            let samples = Int(number(UInt64.self, start + 16))
            let label = data[start + 40..<start + 64].prefix { $0 != 0 }
            return Series(
                // Numbers are 1-based in the store and 0-based in the file.
                address: PointAddress(
                    device: DeviceID(number(UInt32.self, start)),
                    type: PointType(UInt16(number(UInt32.self, start + 4))),
                    number: number(UInt32.self, start + 8) + 1),
                name: String(decoding: label, as: UTF8.self),
                times: column(Int64.self, Int(number(UInt64.self, start + 24)), samples),
                values: column(Double.self, Int(number(UInt64.self, start + 32)), samples))
        }
    }
}

/// The queries of a workload, as its query file gives them.
struct Queries {
    struct Dashboard {
        var from: Int64
        var to: Int64
        var series: [Int]
    }

    var start: Int64 = 0
    var end: Int64 = 0
    var lookups: [(series: Int, time: Int64)] = []
    var latest: [Int] = []
    var ranges: [(series: Int, from: Int64, to: Int64)] = []
    var scans: [(series: Int, from: Int64, to: Int64)] = []
    var dashboards: [Dashboard] = []

    init(path: String) throws {
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        guard data.count >= 48, data.prefix(8) == Data("BMSQRY01".utf8) else {
            throw UsageError("\(path): no BMSQRY01 query file")
        }
        func integer(_ offset: Int) -> Int64 {
            data.withUnsafeBytes {
                Int64(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Int64.self))
            }
        }
        let counts = (0..<5).map { index in
            data.withUnsafeBytes {
                Int(
                    UInt32(
                        littleEndian: $0.loadUnaligned(
                            fromByteOffset: 12 + 4 * index, as: UInt32.self)))
            }
        }
        start = integer(32)
        end = integer(40)
        var next = 48
        func triple() -> (Int, Int64, Int64) {
            defer { next += 24 }
            return (Int(integer(next)), integer(next + 8), integer(next + 16))
        }
        for _ in 0..<counts[0] {
            let (series, time, _) = triple()
            lookups.append((series, time))
        }
        for _ in 0..<counts[1] { latest.append(triple().0) }
        for _ in 0..<counts[2] { ranges.append(triple()) }
        for _ in 0..<counts[3] { scans.append(triple()) }
        for _ in 0..<counts[4] {
            let series = (0..<20).map { Int(integer(next + 16 + 8 * $0)) }
            dashboards.append(Dashboard(from: integer(next), to: integer(next + 8), series: series))
            next += 16 + 160
        }
    }
}
