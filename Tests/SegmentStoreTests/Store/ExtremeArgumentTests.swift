import ColumnCodec
import DurableFiles
import SegmentStore
import TestSupport
import Testing
import TimeSeriesModel

// Widths and origins at the ends of their type ran over the end of Int64, and so did a restore until
// the last moment of all. Every public call of the engine that accepts a time, a range, a width or a
// number is made here with the ends of its type.
@Suite("Extreme arguments of a store") struct ExtremeArgumentTests {
    private static let times = [
        Int64.min, .min + 1, -1, 0, 1, newYear2025 + 900_000, .max - 1, .max,
    ]
    .map { Timestamp(milliseconds: $0) }
    private static let ranges: [TimeRange] = times.flatMap { from in
        times.compactMap { TimeRange(from: from, to: $0) }
    }
    private static let widths: [Duration] = [
        .seconds(Int64.min), .milliseconds(-1), .zero, .milliseconds(1), .seconds(2_592_000),
        .milliseconds(Int64.max), .seconds(Int64.max) * 2,
    ]

    /// Ten samples in a segment and one in the log.
    private func makeStore(_ storage: SimulatedStorage = SimulatedStorage()) throws -> Store {
        let store = try Store.open(in: storage)
        try store.importColumns([0: quarterHours(10)])
        var batch = SampleBatch()
        batch.append(
            store.snapshot().testSeries(0), time: newYear2025 + 9_000_000, value: 1)
        _ = try store.append(batch)
        return store
    }

    @Test("leave reads right", arguments: ranges)
    func reads(range: TimeRange) throws {
        let store = try makeStore()
        defer { store.close() }
        let snapshot = store.snapshot()
        let series = snapshot.testSeries(0)
        let all = try snapshot.samples(of: series, in: .all).times
        #expect(all.count == 11)
        let expected = all.filter { range.contains(Timestamp(milliseconds: $0)) }
        for order in [ReadOrder.forward, .backward] {
            let wanted = order == .forward ? expected : expected.reversed()
            for limit in [Int.min, -1, 0, 1, .max] {
                let found = try snapshot.samples(
                    of: series, in: range, limit: limit, order: order)
                #expect(found.times == Array(wanted.prefix(max(0, limit))))
            }
        }
        #expect(try snapshot.aggregate(of: series, in: range).count == expected.count)
        #expect(try snapshot.journal(in: range).isEmpty)
        for width in Self.widths {
            for origin in Self.times + [nil] {
                guard let grid = BucketGrid(covering: range, every: width, origin: origin) else {
                    continue
                }
                #expect(grid.range == range)
                let counts = try snapshot.aggregates(of: series, in: grid).map(\.count)
                #expect(counts.reduce(0, +) == expected.count)
            }
        }
    }

    @Test("bound the number of buckets")
    func grids() {
        #expect(BucketGrid(covering: .all, every: .milliseconds(1)) == nil)
        #expect(BucketGrid(covering: .all, every: .zero) == nil)
        #expect(BucketGrid(covering: .all, every: .milliseconds(Int64.max))?.count == 3)
        #expect(BucketGrid(bounds: [TimeRange.all.from, TimeRange.all.to])?.count == 1)
        #expect(BucketGrid(bounds: [TimeRange.all.to, TimeRange.all.from]) == nil)
    }

    @Test("find the newest sample at or before a moment", arguments: times)
    func lookUps(time: Timestamp) throws {
        let store = try makeStore()
        defer { store.close() }
        let snapshot = store.snapshot()
        let series = snapshot.testSeries(0)
        let all = try snapshot.samples(of: series, in: .all).times
        let found = try snapshot.sample(of: series, atOrBefore: time)
        #expect(found?.time.rawValue == all.last { $0 <= time.rawValue })
        #expect(snapshot.catalog[point(0)]?.version(at: time) != nil)
        #expect(snapshot.catalog.document("none", at: time) == nil)
    }

    @Test("are refused when they are stored or recorded, and change nothing", arguments: times)
    func writes(time: Timestamp) throws {
        let store = try makeStore()
        defer { store.close() }
        let series = store.snapshot().testSeries(0)
        let isSupported = BulkImport.supportedRange.contains(time)
        var batch = SampleBatch()
        batch.append(series, time: time.rawValue, value: 2)
        #expect(try store.append(batch).rejected.count == (isSupported ? 0 : 1))
        let entry = JournalEntry(.event, at: time, "{}")
        var journalError: StoreError?
        do throws(StoreError) { try store.record([entry]) } catch { journalError = error }
        #expect((journalError == nil) == isSupported)
        #expect(journalError == nil || journalError?.code == .invalidParameter)
        let bulk = try store.beginImport(onConflict: .keep)
        var importError: StoreError?
        do throws(StoreError) {
            try bulk.append(SampleColumns([(time.rawValue, 3)]), to: series)
        } catch { importError = error }
        #expect((importError == nil) == isSupported)
        bulk.cancel()
        let count = try store.snapshot().samples(of: series, in: .all).count
        #expect(count == (isSupported && time.rawValue < newYear2025 ? 12 : 11))
    }

    @Test("of a definition hold over a reopen", arguments: times)
    func definitions(time: Timestamp) throws {
        let storage = SimulatedStorage()
        let store = try makeStore(storage)
        let version = PointVersion(name: "p1", unit: "", dataType: .analog, validFrom: time)
        _ = try store.define([
            PointDefinition(address: point(1), deviceName: "dev", version: version)
        ])
        try store.flush()
        store.close()
        let again = try Store.open(in: storage)
        defer { again.close() }
        #expect(again.snapshot().catalog[point(1)]?.current == version)
    }

    @Test("remove what they hold", arguments: ranges)
    func removals(range: TimeRange) throws {
        let store = try makeStore()
        defer { store.close() }
        let series = store.snapshot().testSeries(0)
        let expected = try store.snapshot().samples(of: series, in: range).count
        #expect(try store.remove(series, in: range).samples == expected)
        #expect(try store.snapshot().samples(of: series, in: .all).count == 11 - expected)
        let dry = try store.removeSamples(before: range.to, dryRun: true).samples
        #expect(
            dry
                == (try store.snapshot().samples(
                    of: series, in: TimeRange(from: TimeRange.all.from, to: range.to)!)).count)
    }

    @Test("of a window refuse every sample, or those of the supported years", arguments: ranges)
    func windows(range: TimeRange) throws {
        var options = StoreOptions()
        options.sampleWindow = range
        let store = try Store.open(in: SimulatedStorage(), options: options)
        defer { store.close() }
        _ = try store.define([
            PointDefinition(
                address: point(0), deviceName: "dev",
                version: PointVersion(
                    name: "p", unit: "", dataType: .analog, validFrom: Timestamp(milliseconds: 0)))
        ])
        var batch = SampleBatch()
        batch.append(store.snapshot().testSeries(0), time: newYear2025, value: 2)
        let receipt = try store.append(batch)
        let isInside = range.contains(Timestamp(milliseconds: newYear2025))
        #expect(receipt.stored == (isInside ? 1 : 0))
        #expect(receipt.rejected.count == (isInside ? 0 : 1))
        // No window lets in a time that no file can hold.
        var outside = SampleBatch()
        for time in [Int64.min, .max - 1, .max] {
            outside.append(store.snapshot().testSeries(0), time: time, value: 2)
        }
        #expect(try store.append(outside).rejected.count == 3)
    }
}
