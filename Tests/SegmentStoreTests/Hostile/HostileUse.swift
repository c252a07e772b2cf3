import ColumnCodec
import DurableFiles
import Synchronization
import TestSupport
import Testing
import TimeSeriesModel

@testable import SegmentStore

/// Does with a store what programs do with it: reads, verifies, writes, merges, removes, copies.
///
/// Errors are answers. A trap ends the test run; a read that asks for more bytes than its file has
/// is recorded as an issue, because the memory for it is taken before the file says no.
final class HostileUse: Sendable {
    /// Bytes that a read may ask for beyond the end of its file.
    private static let slack = 8 << 20

    private let storage: SimulatedStorage
    private let greed = Guarded<String?>(nil)

    /// What a program does with a store.
    enum Kind: CaseIterable { case read, write, salvage }

    /// - Parameter kinds: all of them unless the test has many stores to try.
    static func run(
        _ store: HostileStore, _ kinds: [Kind] = Kind.allCases, what: @autoclosure () -> String
    ) {
        for kind in kinds {
            let use = HostileUse(store.storage())
            switch kind {
            case .read: read(use.storage)
            case .write: write(use.storage, HostileStore.options)
            case .salvage:
                var options = HostileStore.options
                options.salvagesDamagedLog = true
                write(use.storage, options)
            }
            if let greed = use.greed.withLock({ $0 }) { Issue.record("\(what()): \(greed)") }
        }
    }

    private init(_ storage: SimulatedStorage) {
        self.storage = storage
        storage.onOperation { [weak self] operation, disk in
            guard let self, operation.kind == .read else { return nil }
            let byteCount = disk.byteCount(of: "\(operation.root)/\(operation.path)") ?? 0
            if operation.byteCount > byteCount + HostileUse.slack {
                self.greed.withLock { $0 = "\(operation) of \(byteCount) bytes" }
            }
            return nil
        }
    }

    private static let times: [Int64] = [
        .min, -(1 << 53), -1, 0, newYear2025 + 1, 1_767_225_600_000, 1 << 53, .max - 1, .max,
    ]

    private static func read(_ storage: SimulatedStorage) {
        guard let snapshot = try? Snapshot.open(in: storage) else { return }
        read(snapshot)
        _ = try? snapshot.verify()
        _ = try? snapshot.verify(deep: true)
        let target = storage.view(root: "copy")
        _ = try? snapshot.backup(to: target)
        _ = try? Store.verifyBackup(in: target)
    }

    private static func read(_ snapshot: Snapshot) {
        #expect(snapshot.sampleCount >= 0)
        let log = DamageLog()
        var known = snapshot.catalog.allSeries.map(\.id).prefix(8)
        known += [0, 1, 2, .max - 1, .max].map(SeriesID.init(rawValue:))
        for series in known {
            for order in [ReadOrder.forward, .backward] {
                _ = try? snapshot.samples(of: series, in: .all, order: order, skipping: log)
            }
            for time in times {
                let time = Timestamp(rawValue: time)
                _ = try? snapshot.sample(of: series, atOrBefore: time, skipping: log)
            }
            _ = try? snapshot.latestSample(of: series, skipping: log)
            for source in [AggregateSource.statistics, .samples] {
                for bounds in [times, [times[0], times[8]], [newYear2025, 1_767_225_600_000]] {
                    let grid = BucketGrid(bounds: bounds.map(Timestamp.init(rawValue:)))!
                    _ = try? snapshot.aggregates(of: series, in: grid, from: source, skipping: log)
                }
            }
            _ = snapshot.unflushedSamples(of: series)
            _ = try? snapshot.chunks(of: series)
        }
        _ = try? snapshot.summary()
        _ = try? snapshot.fileBreakdown()
        try? snapshot.forEachSeriesYear(skipping: log) { _ in }
        _ = try? snapshot.journal(in: .all, reportingTo: log)
        for year in snapshot.journalYears {
            var cursor = JournalCursor(year: year)
            try? snapshot.forEachJournalEntry(after: &cursor, reportingTo: log) { _ in }
        }
        _ = snapshot.catalog.points(matching: "*/*")
    }

    private static func write(_ storage: SimulatedStorage, _ options: StoreOptions) {
        guard let store = try? Store.open(in: storage, options: options) else { return }
        read(store.snapshot())
        let known = store.snapshot().catalog.allSeries.map(\.id)
        for series in [known.first, known.last].compactMap(\.self) {
            try? HostileStore.append(5, from: newYear2025 + 450_000, to: series, in: store)
        }
        _ = try? store.define([
            PointDefinition(
                address: point(90), deviceName: "dev",
                version: PointVersion(
                    name: "new", unit: "", dataType: .analog, validFrom: Timestamp(rawValue: 0)))
        ])
        try? store.record([JournalEntry(.audit, at: Timestamp(rawValue: newYear2025), "{}")])
        _ = try? store.flush()
        let rows = [0: HostileStore.columns(20, from: newYear2025)]
        _ = try? store.importColumns(rows)
        _ = try? store.importColumns(rows, onConflict: .keep)
        _ = try? store.compact()
        _ = try? store.removeSamples(before: Timestamp(rawValue: newYear2025), dryRun: true)
        if let series = known.first {
            let range = TimeRange(
                from: Timestamp(rawValue: newYear2025),
                to: Timestamp(rawValue: newYear2025 + 86_400_000))!
            _ = try? store.remove(series, in: range)
        }
        _ = try? store.removeSamples(before: Timestamp(rawValue: newYear2025 + 3_600_000))
        read(store.snapshot())
        _ = try? store.backup(to: storage.view(root: "copy"))
        store.close()
        _ = try? Snapshot.open(in: storage).verify(deep: true)
    }
}
