import ColumnCodec
import DurableFiles
import Foundation
import SegmentStore
import TimeSeriesModel

/// Ticks of 1,960 samples after the end of a workload, each durable before the next, beside the
/// same bytes appended and synced raw.
struct TickRun {
    private static let pointCount = 1960
    private static let tickCount = 100

    let workload: Workload
    let store: String
    let end: Int64

    func run(_ result: inout RunResult) throws {
        let writer = try Store.open(at: store)
        defer { writer.close() }
        let series = try writer.define(
            (0..<TickRun.pointCount).map { index in
                let known = workload.series[index % 98].address
                return PointDefinition(
                    address: PointAddress(
                        device: DeviceID(UInt32(index / 98 + 1)), type: known.type,
                        number: known.number),
                    deviceName: "d\(index / 98 + 1)",
                    version: PointVersion(
                        name: workload.series[index % 98].name, unit: "", dataType: .analog,
                        validFrom: Timestamp(milliseconds: 0)))
            })
        var ticks: [UInt64] = []
        var raw: [UInt64] = []
        let before = try writer.snapshot().summary().logByteCount
        var file = try RawAppend(path: store + ".raw")
        for tick in 0..<TickRun.tickCount {
            var batch = SampleBatch()
            for index in 0..<TickRun.pointCount {
                batch.append(
                    series[index], time: end + Int64(tick) * 900_000,
                    value: workload.series[index % workload.series.count].values[tick])
            }
            let start = DispatchTime.now().uptimeNanoseconds
            let receipt = try writer.append(batch)
            ticks.append(DispatchTime.now().uptimeNanoseconds - start)
            guard receipt.stored == TickRun.pointCount, receipt.durability == .durable else {
                throw WrongAnswer("tick \(tick): \(receipt)")
            }
            let bytes = (try writer.snapshot().summary().logByteCount - before) / (tick + 1)
            raw.append(try file.append(byteCount: bytes))
        }
        result.add("append_tick", nanoseconds: ticks, unit: "ms")
        result.add("raw_tick", nanoseconds: raw, unit: "ms")
    }
}

/// What the disk itself takes for an append and a sync.
private struct RawAppend {
    private let file: any StorageFile
    private let storage: PosixStorage
    private let name: String
    private var position = 0

    init(path: String) throws {
        let folder = (path as NSString).deletingLastPathComponent
        name = (path as NSString).lastPathComponent
        storage = try PosixStorage(root: folder)
        file = try storage.open(name, .create)
        try file.preallocate(byteCount: 16 << 20)
        try file.sync()
    }

    /// Nanoseconds of one.
    mutating func append(byteCount: Int) throws -> UInt64 {
        let bytes = [UInt8](repeating: 0xA5, count: byteCount)
        let start = DispatchTime.now().uptimeNanoseconds
        try file.write(bytes, at: position)
        try file.sync()
        position += byteCount
        return DispatchTime.now().uptimeNanoseconds - start
    }
}
