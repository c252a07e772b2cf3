import Foundation
import TimeSeriesModel

/// A standard workload file, mapped: series with strictly ascending times (docs/performance.md).
///
/// The columns of a series are copied out when they are asked for, so memory is that of one series.
struct Workload {
    struct Series {
        var address: PointAddress
        var name: String
        var count: Int
        fileprivate var timesOffset: Int
        fileprivate var valuesOffset: Int
    }

    let path: String
    let year: Int
    let series: [Series]
    let sampleCount: Int
    private let data: Data

    /// Real data have no year: size and ingest only.
    var isReal: Bool { year == 0 }

    init(path: String) throws {
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw UsageError("\(path): no file that can be read")
        }
        let data = try Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped)
        guard data.count >= 64, data.prefix(8) == Data("BMSHIST1".utf8) else {
            throw UsageError("\(path): no BMSHIST1 workload file")
        }
        self.path = path
        self.data = data
        year = Int(data.integer(UInt32.self, at: 16))
        sampleCount = Int(data.integer(Int64.self, at: 24))
        let directory = Int(data.integer(UInt64.self, at: 32))
        series = (0..<Int(data.integer(UInt32.self, at: 12))).map { index in
            let start = directory + 64 * index
            let label = data[start + 40..<start + 64].prefix { $0 != 0 }
            return Series(
                // Numbers are 1-based in the store and 0-based in the file.
                address: PointAddress(
                    device: DeviceID(data.integer(UInt32.self, at: start)),
                    type: PointType(UInt16(data.integer(UInt32.self, at: start + 4))),
                    number: data.integer(UInt32.self, at: start + 8) + 1),
                name: String(decoding: label, as: UTF8.self),
                count: Int(data.integer(UInt64.self, at: start + 16)),
                timesOffset: Int(data.integer(UInt64.self, at: start + 24)),
                valuesOffset: Int(data.integer(UInt64.self, at: start + 32)))
        }
    }

    func times(of index: Int) -> [Int64] {
        data.column(at: series[index].timesOffset, count: series[index].count)
    }

    func values(of index: Int) -> [Double] {
        data.column(at: series[index].valuesOffset, count: series[index].count)
    }

    func time(of index: Int, at position: Int) -> Int64 {
        data.integer(Int64.self, at: series[index].timesOffset + 8 * position)
    }

    func value(of index: Int, at position: Int) -> Double {
        let offset = series[index].valuesOffset + 8 * position
        return Double(bitPattern: data.integer(UInt64.self, at: offset))
    }
}

extension Data {
    /// A little-endian integer anywhere in the data.
    func integer<T: FixedWidthInteger & BitwiseCopyable>(_ type: T.Type, at offset: Int) -> T {
        withUnsafeBytes { T(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: T.self)) }
    }

    /// `count` eight-byte elements from an offset. The files and this machine are little-endian.
    fileprivate func column<T: BitwiseCopyable>(at offset: Int, count: Int) -> [T] {
        withUnsafeBytes { bytes in
            [T](unsafeUninitializedCapacity: count) { buffer, initialized in
                UnsafeMutableRawBufferPointer(buffer).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + count * 8]))
                initialized = count
            }
        }
    }
}
