import DurableFiles
import Logging
import SegmentStore
import Synchronization

/// The history of a building: devices, points, trend logs, and every sample of them.
///
/// Has all reads of ``HistoryReading``, each on the newest committed state. Writes are asynchronous
/// and pass one writer. One process at a time can write a store; any number may read beside it, and
/// see its commits within a second.
public final class DataManager: Sendable {
    /// Whether the store may be changed.
    public enum Mode: Hashable, Sendable {
        case readWrite
        /// Takes no lock and writes nothing: beside a writer, and on read-only media.
        case readOnly
    }

    public let mode: Mode
    public let configuration: Configuration
    let surroundings: Surroundings
    let path: String
    /// Nil where the store is only read.
    let store: Store?
    /// Nil if this process writes the store.
    let followed: FollowedStore?
    let context: ReadContext
    let marks: RecentMarks
    let realtime: RealtimeCache
    /// Nil without a source.
    let reader: CurrentValueReader?
    let monitor: HealthMonitor
    let ledger: IngestLedger
    let feed: SampleFeed
    let diskWatch: DiskWatch
    let fills = CacheFills()
    let lastClockReview = Guarded<DatedClockReview?>(nil)
    /// Whether housekeeping runs.
    let keepsHouse = Guarded(false)
    /// Where calls wait for locks and for the disk, off the threads that tasks share.
    let threads: ManagerThreads

    /// How often this process has changed devices, points, logs or profiles since the store was
    /// opened. Cheap: a program that follows the catalog looks at it as often as it likes, and reads
    /// the catalog when it is another number.
    public var catalogRevision: UInt64 { catalogChanges.withLock { $0 } }
    let catalogChanges = Guarded<UInt64>(0)

    var time: any TimeSource { surroundings.time }
    /// The time on the manager's clock.
    package var now: Timestamp { time.now }
    var logger: Logger { surroundings.logger }
    var documents: DocumentCache { context.documents }

    /// Opens a store, and creates it where the folder is empty or not there.
    ///
    /// - Parameters:
    ///   - path: the store's folder.
    ///   - mode: whether it may be changed.
    ///   - configuration: what is set; checked first.
    ///   - time: the clocks; a test turns its own.
    ///   - source: where the current values of points are read from.
    ///   - executor: where device reads run; `nil` leaves it to the system.
    /// - Throws: ``HistoryError``: `invalidParameter` naming the key; `locked` with the writer's
    ///   process id, `readOnly`, `diskFull`, `io`; `noStore` if it is only to be read and is not
    ///   there, `foreignFolder` if the folder holds something else, `unsupportedVersion` for a store
    ///   of a later version, `damaged` if it cannot be read.
    public static func open(
        at path: String, mode: Mode = .readWrite, configuration: Configuration = Configuration(),
        time: any TimeSource = .system, source: (any PointSource)? = nil,
        executor: (any TaskExecutor)? = nil
    ) throws(HistoryError) -> DataManager {
        try open(
            at: path, mode: mode, configuration: configuration,
            in: Surroundings(time: time, executor: executor), source: source)
    }

    /// The same with all that it takes from around it.
    package static func open(
        at path: String, mode: Mode = .readWrite, configuration: Configuration = Configuration(),
        in surroundings: Surroundings, source: (any PointSource)? = nil
    ) throws(HistoryError) -> DataManager {
        try configuration.check()
        do throws(HistoryError) { _ = try TimeZoneRules.named(configuration.siteTimeZone) } catch {
            throw HistoryError(error.code, error.message, parameter: "site_time_zone")
        }
        let feed = SampleFeed()
        let store: Store?
        let first: Snapshot?
        do throws(StoreError) {
            switch mode {
            case .readWrite:
                var options = StoreOptions()
                options.diskReserveByteCount = configuration.diskReserveByteCount
                options.onCommit = { feed.add($0) }
                store =
                    if let storage = surroundings.storage {
                        try Store.open(in: storage, options: options)
                    } else {
                        try Store.open(at: path, options: options)
                    }
                first = nil
            case .readOnly:
                store = nil
                first = try Snapshot.open(at: path)
            }
        } catch { throw HistoryError(error, parameter: "path") }
        do throws(HistoryError) {
            let manager = try DataManager(
                path, mode, configuration, surroundings, store, first, feed, source)
            return manager
        } catch {
            store?.close()
            throw error
        }
    }

    private init(
        _ path: String, _ mode: Mode, _ configuration: Configuration,
        _ surroundings: Surroundings, _ store: Store?, _ first: Snapshot?, _ feed: SampleFeed,
        _ source: (any PointSource)?
    ) throws(HistoryError) {
        self.path = path
        self.mode = mode
        self.configuration = configuration
        self.surroundings = surroundings
        self.store = store
        self.feed = feed
        let time = surroundings.time
        let recorder = MetricsRecorder(
            time: time, logger: surroundings.logger, factory: surroundings.metrics)
        monitor = HealthMonitor(recorder, time)
        (marks, ledger) = (RecentMarks(), IngestLedger())
        context = ReadContext(QueryMeter(recorder, time), time, marks, ledger)
        threads = ManagerThreads(reads: context.readThreads)
        let ledger = self.ledger
        // The journal gets the events with the counts: caching waits for no disk.
        var journal: (@Sendable (Event) -> Void)?
        if store != nil { journal = { ledger.keep($0, uptime: time.uptime) } }
        let events = CacheEventLog(surroundings.logger, time, journal)
        let cache = try RealtimeCache(
            capacity: configuration.cacheCapacity, time: time, onEvent: { events.note($0) })
        realtime = cache
        reader = try source.map { (source) throws(HistoryError) in
            try CurrentValueReader(
                cache: cache, source: source,
                configuration: .init(
                    staleService: configuration.cacheServeStale,
                    timeToLive: configuration.cacheDuration,
                    pointsPerRequest: configuration.bulkRequestSize),
                executor: surroundings.executor)
        }
        followed = first.map { FollowedStore($0, at: path, time, surroundings.logger) }
        let snapshot = store?.snapshot() ?? first
        feed.begin(at: snapshot?.position ?? 0)
        diskWatch = DiskWatch(snapshot?.catalog, context.documents)
    }

    /// A state for the time of one call; not counted as held.
    var view: HistorySnapshot { HistorySnapshot(engineSnapshot, context) }

    var engineSnapshot: Snapshot {
        if let followed { return followed.current }
        guard let store else { preconditionFailure("a manager writes a store or follows one") }
        return store.snapshot()
    }

    /// Opens a store that is only read anew, to see now what its writer has committed.
    ///
    /// Not needed to see it within a second: reads look for it by themselves.
    public func refresh() throws(HistoryError) {
        do throws(StoreError) { try followed?.refresh() } catch { throw HistoryError(error) }
    }

    /// Puts what is in memory into files. Nothing that was acknowledged as durable needs it.
    public func flush() async throws(HistoryError) {
        let now = time.now
        try await write(on: threads.upkeep) { [self] (store) throws(StoreError) in
            writeLedger(to: store, at: now)
            if try store.flush() { monitor.noteSync() }
        }
    }

    /// Flushes and lets the store go. Twice is harmless; reads go on, writes throw `closed`.
    ///
    /// - Returns: why the last flush failed, which is logged too; nil if it did not. What was
    ///   acknowledged as durable is then in the log, and the next open finds it there.
    @discardableResult
    public func close() async -> HistoryError? {
        guard let store else { return nil }
        let now = time.now
        let close: @Sendable () -> StoreError? = { [self] in
            writeLedger(to: store, at: now)
            return store.close()
        }
        let failure: StoreError?
        // A thread of its own: no queue of other calls is in front of it.
        do {
            failure = try await BlockingThreads(name: "almanac-close", threadCountMax: 1).run(close)
        } catch {
            // Without a thread this one has to wait: a store that stays locked would be worse.
            failure = close()
        }
        feed.end()
        guard let failure else { return nil }
        logger.error(
            "the last flush before closing failed, its samples stay in the log: \(failure)")
        return HistoryError(failure)
    }

    /// Runs something on the store that waits for a lock or for the disk, on a thread that no task
    /// shares. It runs to its end also if the task is cancelled meanwhile.
    ///
    /// - Parameter set: the threads; those for writes if none are given.
    func write<Result: Sendable>(
        on set: BlockingThreads? = nil,
        _ body: @escaping @Sendable (Store) throws(StoreError) -> Result
    ) async throws(HistoryError) -> Result {
        guard let store else {
            throw HistoryError(.readOnly, "the store was opened for reading, it cannot be changed")
        }
        let result = try await (set ?? threads.writes).call { () throws(StoreError) in
            try body(store)
        }
        do throws(StoreError) { return try result.get() } catch { throw HistoryError(error) }
    }
}

extension DataManager: HistoryReading {
    public func snapshot() -> HistorySnapshot {
        HistorySnapshot(engineSnapshot, context, lease: SnapshotLease(context, at: time.now))
    }

    public func read<Result>(
        _ body: (HistorySnapshot) throws(HistoryError) -> Result
    ) throws(HistoryError) -> Result {
        try body(view)
    }
}
