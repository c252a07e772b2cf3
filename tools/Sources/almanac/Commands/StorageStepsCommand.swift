import ArgumentParser
import ColumnCodec
import DurableFiles
import SegmentStore
import TimeSeriesModel

/// Writes a small store step by step, for the trial that compares system calls with the simulation.
struct StorageStepsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "storage-steps",
        abstract: "Writes a small store and a backup in DIR; prints each step before it begins.",
        discussion: """
            With --simulated the same is written to the simulated disk of the tests, and each \
            operation that changes it is printed as `<kind>\\t<path>[\\t<new path>]`.

            Example:
              almanac storage-steps ./steps
            """,
        shouldDisplay: false)

    @Argument(help: "An empty folder, which gets the folders `store` and `backup`.")
    var dir: String

    @Flag(help: "Write to the simulated disk, and print its operations.")
    var simulated = false

    func run() throws {
        let storage: any Storage
        let backup: any Storage
        if simulated {
            let simulated = SimulatedStorage()
            simulated.onOperation { operation, _ in
                if operation.kind.isChange { StorageStepsCommand.print(operation) }
                return nil
            }
            storage = simulated
            backup = simulated.view(root: "backup")
        } else {
            storage = try PosixStorage.create(root: dir + "/store")
            backup = try PosixStorage.create(root: dir + "/backup")
        }
        try withStoreErrors(of: dir) { () throws(StoreError) in
            try write(to: storage, backup: backup)
        }
    }

    private static func print(_ operation: SimulatedOperation) {
        func place(_ path: String) -> String {
            [operation.root, path].filter { !$0.isEmpty }.joined(separator: "/")
        }
        let newPath = operation.newPath.map { "\t" + place($0) } ?? ""
        say("\(operation.kind.rawValue)\t\(place(operation.path))\(newPath)")
    }

    /// Unbuffered, so that a line is a system call between those of the steps.
    private static func say(_ line: String) {
        let output = OutputBuffer.standard()
        try? output.append(line + "\n")
        try? output.finish()
    }

    private func write(
        to storage: any Storage, backup: any Storage
    ) throws(StoreError) {
        var options = StoreOptions()
        options.logFileByteCount = 1 << 16
        options.diskReserveByteCount = 0
        StorageStepsCommand.say("step create")
        let store = try Store.open(in: storage, options: options)
        StorageStepsCommand.say("step define")
        let series = try store.define(
            (0..<3).map { StorageStepsCommand.definition($0) })
        StorageStepsCommand.say("step durable append")
        _ = try store.append(StorageStepsCommand.batch(series, tick: 0))
        StorageStepsCommand.say("step append without sync")
        _ = try store.append(StorageStepsCommand.batch(series, tick: 1), durability: .os)
        StorageStepsCommand.say("step journal entry")
        try store.record([JournalEntry(.event, at: StorageStepsCommand.time(of: 1), "{}")])
        StorageStepsCommand.say("step flush")
        _ = try store.flush()
        StorageStepsCommand.say("step append to a new log file")
        _ = try store.append(StorageStepsCommand.batch(series, tick: 2))
        StorageStepsCommand.say("step append that fills a log file")
        for tick in 3..<5 {
            _ = try store.append(StorageStepsCommand.batch(series, tick: tick, samples: 1500))
        }
        StorageStepsCommand.say("step import")
        let bulk = try store.beginImport()
        try bulk.append(
            SampleColumns(
                times: (0..<2000).map { StorageStepsCommand.time(of: 20_000 + $0).rawValue },
                values: (0..<2000).map { Double($0 % 17) },
                qualities: [UInt8](repeating: 0, count: 2000)), to: series[0])
        _ = try bulk.commit()
        StorageStepsCommand.say("step merge")
        _ = try store.compact()
        StorageStepsCommand.say("step append before the backup")
        _ = try store.append(StorageStepsCommand.batch(series, tick: 30))
        StorageStepsCommand.say("step backup")
        try store.backup(to: backup)
        StorageStepsCommand.say("step removal")
        _ = try store.removeSamples(before: StorageStepsCommand.time(of: 2))
        StorageStepsCommand.say("step append before the end")
        _ = try store.append(StorageStepsCommand.batch(series, tick: 31))
        StorageStepsCommand.say("step close")
        store.close()
        StorageStepsCommand.say("step end")
    }

    private static func definition(_ number: Int) -> PointDefinition {
        PointDefinition(
            address: PointAddress(device: 1, type: .variable, number: UInt32(number + 1)),
            deviceName: "steps",
            version: PointVersion(
                name: "p\(number)", unit: "", dataType: .analog,
                validFrom: Timestamp(milliseconds: 0)))
    }

    private static func time(of tick: Int) -> Timestamp {
        Timestamp(milliseconds: 1_735_689_600_000 + Int64(tick) * 60_000)
    }

    private static func batch(_ series: [SeriesID], tick: Int, samples: Int = 1) -> SampleBatch {
        var batch = SampleBatch()
        for number in 0..<samples {
            for (place, id) in series.enumerated() {
                batch.append(
                    id, time: time(of: tick * 2000 + number).rawValue,
                    value: Double(number * 7919 % 1000 + place) / 7)
            }
        }
        return batch
    }
}
