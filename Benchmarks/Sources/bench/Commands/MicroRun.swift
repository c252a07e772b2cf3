import DurableFiles
import Foundation
import SegmentStore
import TimeSeriesModel

/// `bench micro`: where the time of a look-up goes, on a store of its own making.
struct MicroRun {
    private static let pointCount = 98
    private static let probeCount = 400

    private let work: String

    init(_ arguments: ArraySlice<String>) throws {
        let words = try Arguments(arguments, of: "micro", words: 0, options: ["--work"])
        work = words.text("--work") ?? TemporaryFolder.path
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
            probes: try probes(workload, snapshot, file))
        try steps.check()
        try print(steps)
    }

    private func probes(
        _ workload: Workload, _ snapshot: Snapshot, _ file: any StorageFile
    ) throws -> [LookUpProbe] {
        var random = SampleRandom(seed: 99)
        return try (0..<MicroRun.probeCount).compactMap { _ in
            let series = random.below(workload.series.count)
            let position = random.below(workload.series[series].count)
            let time =
                workload.time(of: series, at: position) + Int64(random.below(900_000))
            return try LookUpProbe(
                snapshot, file, workload.series[series].address, at: time)
        }
    }

    private func print(_ steps: LookUpSteps) throws {
        announce("\(steps.probes.count) look-ups at random, everything in the page cache; ns each")
        let lookUp = try steps.ofLookUp()
        for step in lookUp { announce(row(step)) }
        let (whole, parts) = (lookUp[lookUp.count - 1], lookUp.dropLast())
        announce(
            row(
                LookUpSteps.Step(
                    name: "left: known heads of chunks, buffers, choice of source",
                    nanoseconds: parts.reduce(whole.nanoseconds) { $0 - $1.nanoseconds })))
        announce("")
        for step in try steps.others() { announce(row(step)) }
    }

    private func row(_ step: LookUpSteps.Step) -> String {
        step.name.padding(toLength: 60, withPad: " ", startingAt: 0)
            + String(format: "%9.0f", step.nanoseconds)
    }
}
