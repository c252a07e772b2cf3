import ColumnCodec
import DurableFiles
import SegmentStore
import TestSupport
import TimeSeriesModel

/// A run of random operations on a small store, with the state that is due after each.
///
/// Every operation changes the state at once or not at all, so after a crash the store must be in
/// the state after one of the operations: none before the last one acknowledged as durable, none
/// behind the one under way.
struct StoreTrace {
    private(set) var steps: [TraceStep] = []
    /// The state before the first step, and after each.
    private(set) var states = [TraceState()]

    init(seed: UInt64, stepCount: Int) {
        var generator = TraceGenerator(seed: seed)
        for _ in 0..<stepCount { add(generator.next()) }
    }

    /// A short trace with every kind of step.
    init(everyKindFrom seed: UInt64) {
        var generator = TraceGenerator(seed: seed)
        add(generator.append())
        add(generator.define())
        add(.importColumns(generator.columns(), .replace))
        add(generator.record())
        for _ in 0..<3 { add(generator.append()) }
        add(.flush)
        add(generator.append())
        add(generator.define())
        add(.compact)
        add(generator.append())
        add(.remove(generator.index(), generator.range()))
        add(generator.define())
        add(generator.record())
        add(generator.append())
        add(generator.backup(.otherProcess))
        add(generator.backup(.store))
        add(.reopen)
        add(generator.append())
        add(.retain(generator.now - 40 * TraceGenerator.hour))
        add(.importColumns(generator.columns(), .keep))
        add(generator.append())
    }

    private mutating func add(_ step: TraceStep) {
        steps.append(step)
        states.append(states[states.count - 1].after(step))
    }

    /// Limits so small that files, heads and segments change all the time.
    static var options: StoreOptions {
        var options = StoreOptions()
        options.headSampleCountMax = 120
        options.logFileByteCount = 6000
        options.logByteCountMax = 9000
        options.importSampleCountInMemory = 150
        return options
    }

    static func define(_ store: Store) throws -> [SeriesID] {
        try store.define(
            (0..<TraceState.seriesCount).map { index in
                PointDefinition(
                    address: point(index), deviceName: "dev",
                    version: PointVersion(
                        name: "p\(index)", unit: "degC", dataType: .analog,
                        validFrom: Timestamp(milliseconds: 0)))
            })
    }

    /// Carries the steps out; `note` hears of each that is acknowledged, by its number.
    ///
    /// - Returns: the store, still open.
    func run(
        on storage: SimulatedStorage, note: (_ step: Int, _ level: Durability) throws -> Void
    ) throws -> Store {
        var store = try Store.open(in: storage, options: StoreTrace.options)
        _ = try StoreTrace.define(store)
        try note(0, .durable)
        for (number, step) in steps.enumerated() {
            let level = try StoreTrace.carryOut(step, states[number], &store, storage)
            try note(number + 1, level)
        }
        return store
    }

    /// Carries one step out on a store that is in the state before it.
    ///
    /// - Returns: what is certain then about everything up to it.
    static func carryOut(
        _ step: TraceStep, _ before: TraceState, _ store: inout Store, _ storage: SimulatedStorage,
        options: StoreOptions = StoreTrace.options
    ) throws -> Durability {
        switch step {
        case .append(let batch, let wanted, let rule):
            let receipt = try store.append(batch, durability: wanted, onConflict: rule)
            try check(receipt, of: batch, before, before.after(step), rule)
            return receipt.durability
        case .importColumns(let columns, let rule):
            try store.importColumns(columns, onConflict: rule)
        case .remove(let index, let range):
            let series = index.map { SeriesID(rawValue: UInt32($0 + 1)) }
            let report = try store.remove(series, in: range)
            try expect(report.samples == before.count - before.after(step).count, "\(report)")
        case .retain(let time):
            let report = try store.removeSamples(before: Timestamp(rawValue: time))
            try expect(report.samples == before.count - before.after(step).count, "\(report)")
        case .flush: try store.flush()
        case .compact:
            // Rewrites segments only: what waits in the log is as safe as before.
            try store.compact()
            return .os
        case .define(let definition):
            let position = store.snapshot().position
            try define(definition, in: store)
            // A change that says nothing new writes nothing, and makes nothing durable.
            if store.snapshot().position == position { return .os }
        case .record(let entries): try store.record(entries)
        case .backup(let number, let way):
            let target = storage.view(root: TraceStep.backupRoot(number))
            switch way {
            case .store:
                try store.backup(to: target)
            case .snapshot:
                try store.snapshot().backup(
                    to: target, reserveByteCount: options.diskReserveByteCount)
                return .os
            case .otherProcess:
                try Snapshot.open(in: storage.view(inNewProcess: true)).backup(
                    to: target, reserveByteCount: options.diskReserveByteCount)
                return .os
            }
        case .reopen:
            store.close()
            store = try Store.open(in: storage, options: options)
        }
        return .durable
    }

    private static func define(_ definition: TraceDefinition, in store: Store) throws {
        try store.updateCatalog { (catalog, change) throws(StoreError) in
            switch definition {
            case .document(let key, let content):
                try catalog.setDocument(
                    content, for: key, validFrom: Timestamp(milliseconds: 0), into: &change)
            case .device(let number, let name):
                try catalog.setName(name, of: DeviceID(number), into: &change)
            case .point(let index, let name, let validFrom):
                try catalog.define(
                    point(index),
                    as: PointVersion(
                        name: name, unit: "degC", dataType: .analog,
                        validFrom: Timestamp(rawValue: validFrom)),
                    into: &change)
            }
        }
    }

    private static func check(
        _ receipt: Receipt, of batch: SampleBatch, _ before: TraceState, _ after: TraceState,
        _ rule: ConflictRule
    ) throws {
        let told =
            receipt.stored + receipt.duplicates + receipt.replaced + receipt.kept
            + receipt.rejected.count
        let refused = batch.times.count { $0 < before.floor }
        try expect(
            receipt.stored == after.count - before.count && told == batch.count
                && receipt.rejected.count == refused
                && receipt.rejected.allSatisfy { $0.reason == .belowFloor }
                && (rule == .keep || receipt.kept == 0)
                && (rule == .replace || receipt.replaced == 0),
            "receipt \(receipt) of \(batch.count) samples")
    }

    private static func expect(_ condition: Bool, _ found: String) throws {
        guard condition else { throw TestFailure(found) }
    }
}
