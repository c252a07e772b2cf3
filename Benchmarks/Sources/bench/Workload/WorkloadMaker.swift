import Foundation
import TimeSeriesModel

/// Writes a workload file of its own making: the same bytes for the same size.
struct WorkloadMaker {
    private static let step: Int64 = 900_000
    private static let firstYear = 2025
    private static let jitterShare = 0.3

    let pointCount: Int
    let yearCount: Int

    private var start: Int64 { UTCYear(WorkloadMaker.firstYear).start.rawValue }
    private var end: Int64 { UTCYear(WorkloadMaker.firstYear + yearCount).start.rawValue }

    /// Every point has a stream of random numbers of its own: more points do not change the others.
    func write(to path: String) throws {
        let count = Int((end - start) / WorkloadMaker.step)
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let file = FileHandle(forWritingAtPath: path)
        else { throw UsageError("\(path) cannot be written") }
        defer { try? file.close() }
        let columns = aligned(64 + 64 * pointCount)
        var head = header(sampleCount: count * pointCount, columns: columns)
        var offset = columns
        for index in 0..<pointCount {
            let made = series(index, count)
            let values = aligned(offset + 8 * count)
            head += entry(index, count, times: offset, values: values)
            try write(made.times, at: offset, to: file)
            try write(made.values, at: values, to: file)
            offset = aligned(values + 8 * count)
        }
        try file.truncate(atOffset: UInt64(offset))
        try file.seek(toOffset: 0)
        try file.write(contentsOf: head)
    }

    private func series(_ index: Int, _ count: Int) -> (times: [Int64], values: [Double]) {
        var random = SampleRandom(seed: 20_250_101 &+ UInt64(index) &* 1_000_003)
        let hasJitter = random.unit() < WorkloadMaker.jitterShare
        let times = (0..<count).map { slot in
            start + Int64(slot) * WorkloadMaker.step + (hasJitter ? Int64(random.below(3000)) : 0)
        }
        return (times, kind(index).values(count, &random))
    }

    private func kind(_ index: Int) -> BuildingSignal {
        BuildingSignal.kindsOfDevice[index % BuildingSignal.kindsOfDevice.count]
    }

    private func header(sampleCount: Int, columns: Int) -> Data {
        var head = Data("BMSHIST1".utf8)
        head.append(1 as UInt32, UInt32(pointCount), UInt32(WorkloadMaker.firstYear), 900)
        head.append(UInt64(sampleCount), 64, UInt64(columns), 0, 0)
        return head
    }

    private func entry(_ index: Int, _ count: Int, times: Int, values: Int) -> Data {
        let perDevice = BuildingSignal.kindsOfDevice.count
        let (device, point) = (index / perDevice + 1, index % perDevice)
        var entry = Data()
        entry.append(
            UInt32(device), UInt32(kind(index).pointType), UInt32(point),
            UInt32(kind(index).rawValue))
        entry.append(UInt64(count), UInt64(times), UInt64(values))
        let name = Data("d\(device)_p\(point)_\(kind(index))".utf8.prefix(23))
        return entry + name + Data(count: 24 - name.count)
    }

    private func aligned(_ offset: Int) -> Int { (offset + 4095) / 4096 * 4096 }

    private func write<T: BitwiseCopyable>(
        _ column: [T], at offset: Int, to file: FileHandle
    ) throws {
        try file.seek(toOffset: UInt64(offset))
        try file.write(contentsOf: column.withUnsafeBytes { Data($0) })
    }
}

extension Data {
    fileprivate mutating func append<T: FixedWidthInteger>(_ values: T...) {
        for value in values {
            Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
        }
    }
}
