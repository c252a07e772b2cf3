import BenchReport
import DurableFiles
import Foundation
import SegmentStore
import TimeSeriesModel

/// `bench micro`: where the time of a look-up goes, on a store of its own making.
struct MicroRun {
    /// The look-ups that are timed are in the first points; the frames of the others are more than a
    /// store keeps in memory.
    private static let pointCount = 294
    private static let probedPointCount = 98
    private static let frameSampleCount = 1024
    private static let probeCount = 400

    private let work: String
    private let resultPath: String?

    init(_ arguments: ArraySlice<String>) throws {
        let words = try Arguments(
            arguments, of: "micro", words: 0, options: ["--work", "--result"])
        work = words.text("--work") ?? TemporaryFolder.path
        resultPath = words.text("--result")
    }

    func run() throws {
        try DiskUsage.makeEmpty(work)
        defer { try? FileManager.default.removeItem(atPath: work) }
        let path = work + "/data.bin"
        try WorkloadMaker(pointCount: MicroRun.pointCount, yearCount: 1).write(to: path)
        let workload = try Workload(path: path)
        let folder = work + "/store"
        try Engines.almanac.ingest(workload, into: folder)
        let store = try Store.open(at: folder)
        defer { store.close() }
        let snapshot = store.snapshot()
        guard let segment = snapshot.segments.first, snapshot.segments.count == 1 else {
            throw WrongAnswer("\(snapshot.segments.count) segments found, 1 expected")
        }
        let file = try PosixStorage(root: folder, readOnly: true).open(segment.file, .read)
        let steps = LookUpSteps(
            store: store, snapshot: snapshot, file: file,
            probes: try probes(workload, snapshot, file),
            others: try others(workload, snapshot))
        try steps.check()
        try Measured(data: data(workload, steps), table: try table(of: steps))
            .show(resultPath: resultPath)
    }

    private func probes(
        _ workload: Workload, _ snapshot: Snapshot, _ file: any StorageFile
    ) throws -> [LookUpProbe] {
        var random = SampleRandom(seed: 99)
        return try (0..<MicroRun.probeCount).compactMap { _ in
            let series = random.below(MicroRun.probedPointCount)
            let position = random.below(workload.series[series].count)
            let time =
                workload.time(of: series, at: position) + Int64(random.below(900_000))
            return try LookUpProbe(
                snapshot, file, workload.series[series].address, at: time)
        }
    }

    /// A look-up in each frame of the other points.
    private func others(
        _ workload: Workload, _ snapshot: Snapshot
    ) throws -> [(series: SeriesID, time: Timestamp)] {
        try (MicroRun.probedPointCount..<workload.series.count).flatMap { index in
            guard let id = snapshot.catalog.series(of: workload.series[index].address) else {
                throw WrongAnswer("no series of \(workload.series[index].address)")
            }
            let frames = stride(
                from: MicroRun.frameSampleCount / 2, to: workload.series[index].count,
                by: MicroRun.frameSampleCount)
            return frames.map { (id, Timestamp(rawValue: workload.time(of: index, at: $0))) }
        }
    }

    private func data(_ workload: Workload, _ steps: LookUpSteps) -> String {
        "\(workload.series.count) points of a year, \(workload.sampleCount.grouped) samples; "
            + "\(steps.probes.count) look-ups inside chunks, everything in the page cache"
    }

    private func table(of steps: LookUpSteps) throws -> ResultTable {
        var table = ResultTable(labels: ["Step"], columns: [.init("ns", decimals: 0)])
        let parts = try steps.parts()
        let whole = try steps.wholeWithRead()
        for step in parts { table.append(step.name, figures: ["ns": step.nanoseconds]) }
        table.append(
            "left: heads of chunks, the frames that are kept, memory out of the processor's cache",
            figures: ["ns": parts.reduce(whole.nanoseconds) { $0 - $1.nanoseconds }])
        table.append("**\(whole.name)**", figures: ["ns": whole.nanoseconds])
        for step in try steps.surroundings() {
            table.append(step.name, figures: ["ns": step.nanoseconds])
        }
        return table
    }
}
