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
    let time: any TimeSource
    let path: String
    /// Nil where the store is only read.
    let store: Store?
    private let reading: Guarded<Snapshot?>
    /// What of the catalog's documents was read already.
    let documents = DocumentCache()
    let marks = RecentMarks()
    /// Where writes wait for the disk, off the threads that tasks share.
    private let queue = DispatchQueue(label: "almanac.writes", attributes: .concurrent)

    /// Opens a store, and creates it where the folder is empty or not there.
    ///
    /// - Throws: ``HistoryError``: `locked` with the writer's process id, `readOnly`, `diskFull`,
    ///   `io`; `damaged` where the folder holds something else, or what cannot be read.
    public static func open(
        at path: String, mode: Mode = .readWrite, time: any TimeSource = .system
    ) throws(HistoryError) -> DataManager {
        do throws(StoreError) {
            switch mode {
            case .readWrite:
                let store = try Store.open(at: path)
                return DataManager(path, mode, time, store, nil)
            case .readOnly:
                return DataManager(path, mode, time, nil, try Snapshot.open(at: path))
            }
        } catch { throw HistoryError(error, parameter: "path") }
    }

    private init(
        _ path: String, _ mode: Mode, _ time: any TimeSource, _ store: Store?, _ first: Snapshot?
    ) {
        self.path = path
        self.mode = mode
        self.time = time
        self.store = store
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
