import ColumnCodec
import DurableFiles
import SegmentStore
import Synchronization
import TestSupport
import Testing
import TimeSeriesModel

/// A scan of many chunks, a check or a breakdown could not be stopped: no read looked whether its task
/// was cancelled.
@Suite("Cancellation") struct CancellationTests {
    enum Scan: CaseIterable, Sendable {
        case samples, backward, decodedAggregate, buckets, breakdown, verify, deepVerify

        func run(_ snapshot: Snapshot, _ series: SeriesID) throws {
            switch self {
            case .samples: _ = try snapshot.samples(of: series, in: .all)
            case .backward: _ = try snapshot.samples(of: series, in: .all, order: .backward)
            case .decodedAggregate:
                _ = try snapshot.aggregate(of: series, in: .all, from: .samples)
            case .buckets:
                let day = TimeRange(
                    from: Timestamp(rawValue: newYear2025),
                    to: Timestamp(rawValue: newYear2025 + 86_400_000))!
                let grid = try #require(BucketGrid(covering: day, every: .seconds(60)))
                _ = try snapshot.aggregates(of: series, in: grid)
            case .breakdown: try snapshot.forEachSeriesYear { _ in }
            case .verify: _ = try snapshot.verify()
            case .deepVerify: _ = try snapshot.verify(deep: true)
            }
        }
    }

    /// Eight chunks of one series, a sample per second.
    private static let disk: SimulatedDisk = {
        let storage = SimulatedStorage(seed: 5)
        let store = try! Store.open(in: storage)
        let samples = (0..<8 * 8192).map { second in
            (newYear2025 + Int64(second) * 1000, Double(second % 100) / 10)
        }
        try! store.importColumns([0: SampleColumns(samples)])
        store.close()
        return storage.disk
    }()

    @Test("ends within one chunk of its task's cancellation", arguments: Scan.allCases)
    func withinOneChunk(_ scan: Scan) async throws {
        let watch = ChunkWatch()
        let storage = WatchedStorage(SimulatedStorage(disk: CancellationTests.disk)) {
            path, offset, _ in
            watch.note(path, offset)
        }
        let snapshot = try Snapshot.open(in: storage)
        let series = snapshot.testSeries(0)
        let chunks = try snapshot.chunks(of: series)
        #expect(chunks.count == 8)
        watch.begin(chunks.map { $0.offset..<$0.offset + $0.byteCount }, cancellingAt: 3)
        let task = Task { () -> StoreError.Code? in
            await watch.isArmed()
            do { try scan.run(snapshot, series) } catch let error as StoreError {
                return error.code
            }
            return nil
        }
        watch.arm { task.cancel() }
        #expect(try await task.value == .cancelled)
        #expect(watch.touchedCount >= 3 && watch.touchedCount <= 4)
        // The same snapshot goes on answering others.
        #expect(try snapshot.samples(of: series, in: .all).count == 8 * 8192)
    }

    @Test("does not begin if its task was cancelled before", arguments: Scan.allCases)
    func before(_ scan: Scan) async throws {
        let snapshot = try Snapshot.open(in: SimulatedStorage(disk: CancellationTests.disk))
        let series = snapshot.testSeries(0)
        let task = Task { () -> StoreError.Code? in
            withUnsafeCurrentTask { $0?.cancel() }
            do { try scan.run(snapshot, series) } catch let error as StoreError {
                return error.code
            }
            return nil
        }
        #expect(try await task.value == .cancelled)
    }

    @Test("lets merges, removals, flushes and imports end what they have begun") func writes()
        async throws
    {
        let task = Task { () throws -> Truth in
            withUnsafeCurrentTask { $0?.cancel() }
            let store = try Store.open(in: SimulatedStorage(seed: 6))
            try store.importColumns([0: quarterHours(9000), 1: quarterHours(20)])
            var batch = SampleBatch()
            batch.append(store.snapshot().testSeries(0), time: newYear2025 + 1, value: 1)
            _ = try store.append(batch)
            _ = try store.flush()
            try store.importColumns([0: quarterHours(9000, seed: 3)])
            _ = try store.compact()
            try store.remove(
                in: TimeRange(
                    from: Timestamp(rawValue: newYear2025 + 1),
                    to: Timestamp(rawValue: newYear2025 + 900_000))!)
            let snapshot = store.snapshot()
            let count = snapshot.sampleCount
            store.close()
            #expect(count == 9020)
            // A look-up of one value is over before it could be cancelled.
            let series = snapshot.testSeries(0)
            let last = Timestamp(rawValue: newYear2025 + 8999 * 900_000)
            #expect(try snapshot.latestSample(of: series)?.time == last)
            return try await Task.detached { try snapshot.everything() }.value
        }
        let expected = quarterHours(9000, seed: 3).byTime
        #expect(try await task.value[0] == expected)
    }
}

/// Notes which chunks are read, and calls a closure at a certain one.
private final class ChunkWatch: Sendable {
    private struct State {
        var chunks: [Range<Int>] = []
        var touched: Set<Int> = []
        var limit = 0
        var action: (@Sendable () -> Void)?
        var waiting: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    var touchedCount: Int { state.withLock { $0.touched.count } }

    func begin(_ chunks: [Range<Int>], cancellingAt limit: Int) {
        state.withLock {
            $0.chunks = chunks
            $0.limit = limit
        }
    }

    /// Returns once there is an action, so that the task cannot be ahead of it.
    func isArmed() async {
        await withCheckedContinuation { continuation in
            let isReady = state.withLock { state in
                if state.action == nil { state.waiting = continuation }
                return state.action != nil
            }
            if isReady { continuation.resume() }
        }
    }

    func arm(_ action: @escaping @Sendable () -> Void) {
        let waiting = state.withLock { state in
            state.action = action
            return state.waiting
        }
        waiting?.resume()
    }

    func note(_ path: String, _ offset: Int) {
        guard path.hasPrefix("seg/") else { return }
        let action = state.withLock { state -> (@Sendable () -> Void)? in
            guard let chunk = state.chunks.firstIndex(where: { $0.contains(offset) }),
                state.touched.insert(chunk).inserted, state.touched.count == state.limit
            else { return nil }
            return state.action
        }
        action?()
    }
}
