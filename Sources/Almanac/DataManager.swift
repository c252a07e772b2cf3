import Dispatch
import DurableFiles
import SegmentStore
import Synchronization

/// The history of a building: devices, points, trend logs, and every sample of them.
///
/// Reads are synchronous, may be made from anywhere and may touch the disk; they see one committed
/// state and never wait for a writer. Writes are asynchronous and pass one writer. One process at a
/// time can write a store; any number may read beside it.
public final class DataManager: Sendable {
    /// Whether the store may be changed.
    public enum Mode: Hashable, Sendable {
        case readWrite
        /// Takes no lock and writes nothing: beside a writer, and on read-only media.
        case readOnly
    }

    public let mode: Mode
    public let configuration: Configuration
    let time: any TimeSource
    let path: String
    /// Nil where the store is only read.
    let store: Store?
    private let reading: Guarded<Snapshot?>
    /// What of the catalog's documents was read already.
    let documents = DocumentCache()
    let marks = RecentMarks()
    let realtime: RealtimeCache
    /// Nil without a source.
    let reader: CurrentValueReader?
    /// Where writes wait for the disk, off the threads that tasks share.
    private let queue = DispatchQueue(label: "almanac.writes", attributes: .concurrent)

    /// Opens a store, and creates it where the folder is empty or not there.
    ///
    /// - Parameters:
    ///   - configuration: what is set; checked first.
    ///   - source: where the current values of points are read from.
    /// - Throws: ``HistoryError``: `invalidParameter` naming the key; `locked` with the writer's process id, `readOnly`, `diskFull`,
    ///   `io`; `damaged` where the folder holds something else, or what cannot be read.
    public static func open(
        at path: String, mode: Mode = .readWrite, configuration: Configuration = Configuration(),
        time: any TimeSource = .system, source: (any PointSource)? = nil
    ) throws(HistoryError) -> DataManager {
        let checked = try EffectiveConfiguration(configuration).configuration
        let cache = try RealtimeCache(capacity: checked.cacheCapacity, time: time)
        let reader = try source.map { (source) throws(HistoryError) in
            try CurrentValueReader(cache, source, checked)
        }
        let store: Store?
        let first: Snapshot?
        do throws(StoreError) {
            switch mode {
            case .readWrite:
                var options = StoreOptions()
                options.diskReserveByteCount = checked.diskReserveByteCount
                store = try Store.open(at: path, options: options)
                first = nil
            case .readOnly:
                store = nil
                first = try Snapshot.open(at: path)
            }
        } catch { throw HistoryError(error, parameter: "path") }
        return DataManager(path, mode, checked, time, store, first, cache, reader)
    }

    private init(
        _ path: String, _ mode: Mode, _ configuration: Configuration, _ time: any TimeSource,
        _ store: Store?, _ first: Snapshot?, _ cache: RealtimeCache, _ reader: CurrentValueReader?
    ) {
        self.path = path
        self.mode = mode
        self.configuration = configuration
        self.time = time
        self.store = store
        realtime = cache
        self.reader = reader
        reading = Guarded(first)
    }

    /// The newest committed state, frozen. For a writer it costs a lock; for a reader the store's
    /// state when it was opened, or when ``refresh()`` was called last.
    public func snapshot() -> HistorySnapshot {
        HistorySnapshot(engineSnapshot, documents)
    }

    var engineSnapshot: Snapshot {
        if let store { return store.snapshot() }
        return reading.withLock { $0! }
    }

    /// Looks at a store that is only read anew: what its writer has committed since.
    public func refresh() throws(HistoryError) {
        guard store == nil else { return }
        do throws(StoreError) {
            let newest = try Snapshot.open(at: path)
            reading.withLock { $0 = newest }
        } catch { throw HistoryError(error) }
    }

    /// Puts what is in memory into files. Nothing that was acknowledged as durable needs it.
    public func flush() async throws(HistoryError) {
        try await write { (store) throws(StoreError) in try store.flush() }
    }

    /// Flushes and lets the store go. Twice is harmless; reads go on, writes throw `closed`.
    public func close() async {
        guard let store else { return }
        await withCheckedContinuation { continuation in
            queue.async {
                store.close()
                continuation.resume()
            }
        }
    }

    /// Runs something on the store that waits for the disk.
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (Store) throws(StoreError) -> Result
    ) async throws(HistoryError) -> Result {
        guard let store else {
            throw HistoryError(.readOnly, "the store was opened for reading, it cannot be changed")
        }
        let result = await withCheckedContinuation { continuation in
            queue.async {
                continuation.resume(
                    returning: Swift.Result { () throws(StoreError) in try body(store) })
            }
        }
        do throws(StoreError) { return try result.get() } catch { throw HistoryError(error) }
    }
}

extension CurrentValueReader {
    convenience init(
        _ cache: RealtimeCache, _ source: any PointSource, _ configuration: Almanac.Configuration
    ) throws(HistoryError) {
        let gate = try DeviceGate(limits: .init(open: configuration.maxConcurrentCollections))
        try self.init(
            cache: cache, source: source, gate: gate,
            configuration: Configuration(
                staleService: configuration.cacheServeStale,
                timeToLive: configuration.cacheDuration))
    }
}
