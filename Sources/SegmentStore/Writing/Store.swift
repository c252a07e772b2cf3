import DurableFiles
import Synchronization
import TimeSeriesModel

/// A store that this process writes. One process at a time can; any number may read beside it.
///
/// All calls are synchronous and may wait for the disk. Safe to share between threads: snapshots
/// are taken without waiting for a writer; batches that arrive together share one sync; flushes,
/// imports and merges run one at a time.
public final class Store: Sendable {
    /// What readers and writers share. Held for moments, never during input or output.
    struct State {
        var manifest: Manifest
        var files: PublishedFiles { didSet { newest = nil } }
        var catalog: Catalog { didSet { newest = nil } }
        /// Filled by the writer.
        var active = Heads() { didSet { newest = nil } }
        /// Waiting to be flushed, oldest first.
        var frozen: [FrozenHeads] = [] { didSet { newest = nil } }
        /// Entries of the journal that are in the log alone, behind the last freeze.
        var journalFrames = JournalFrames() { didSet { newest = nil } }
        /// Bytes of journal and catalog records that are in memory until the next flush, because only
        /// the log has them.
        var recordByteCount = 0
        /// Every batch up to here is visible.
        var publishedLSN: LSN { didSet { newest = nil } }
        /// What the visible batches behind the last freeze change in the count of samples.
        var countChanges: [Int: Int] = [:] { didSet { newest = nil } }
        var logByteCount = 0 { didSet { newest = nil } }
        /// The snapshot of what stands above, once somebody has asked for it: making one takes as
        /// long as a look-up. Whatever changes lets it go.
        private var newest: Snapshot?
        /// Why nothing may be written any more; reads go on.
        var failure: StoreError?
        /// Why the last flush could not be done, if so.
        var flushFailure: StoreError?
        /// Why the last flush or merge that an append started could not be done, if so.
        var maintenanceFailure: StoreError?
        /// Segments that could not be read whole, by file, and what was found. They are left out of
        /// merges.
        var damagedSegments: [String: StoreError] = [:]
        /// Whether what an earlier process left in the log is not in segments yet, for lack of
        /// space. Until then the log takes nothing: a record after a torn one would look like one
        /// after a hole.
        var awaitsRecovery = false
        /// The removal under way.
        var removal: PendingRemoval?
        var isClosed = false
        var isImporting = false

        init(
            manifest: Manifest, files: PublishedFiles, catalog: Catalog, publishedLSN: LSN
        ) {
            self.manifest = manifest
            self.files = files
            self.catalog = catalog
            self.publishedLSN = publishedLSN
        }

        mutating func newestSnapshot() -> Snapshot {
            if let newest { return newest }
            let made = snapshot(upTo: publishedLSN)
            newest = made
            return made
        }
    }

    /// What only the one who writes touches. Its lock is the writer's turn, held while bytes go to
    /// the log.
    struct Writer {
        var log: WriteLog
        var newest = NewestTimes()
        /// Catalog frames in the log that are not in the catalog files yet.
        var catalogFrames: [RecordFrame] = []
    }

    let storage: any Storage
    let options: StoreOptions
    let lock: any StorageLock
    let scratches: ScratchPool
    let encoders = EncoderPool()
    let state: Guarded<State>
    let writer: Guarded<Writer>
    let queue = Guarded<[AppendRequest]>([])
    /// The one turn that flushes, merges, removals and the commit of an import share. Taken before
    /// the writer's turn, never inside it. Counts how often it was taken; a value of no size would
    /// have no place of its own for the thread sanitizer to watch.
    private let maintenance = Guarded(0)

    init(
        storage: any Storage, options: StoreOptions, lock: any StorageLock, catalog: Catalog,
        files: PublishedFiles, lastLSN: LSN
    ) {
        self.storage = storage
        self.options = options
        self.lock = lock
        scratches = files.scratches
        state = Guarded(
            State(
                manifest: files.manifest, files: files, catalog: catalog, publishedLSN: lastLSN))
        writer = Guarded(
            Writer(
                log: WriteLog(
                    storage, storeID: files.manifest.storeID, lastLSN: lastLSN,
                    fileByteCount: options.logFileByteCount)))
    }

    /// The newest committed state. Costs a mutex; never waits for a writer.
    public func snapshot() -> Snapshot {
        state.withLock { $0.newestSnapshot() }
    }

    /// Flushes what is in memory and lets the lock go. Twice is harmless.
    ///
    /// What cannot be flushed stays in the log, as durable as it was acknowledged, and is found
    /// there by the next open.
    ///
    /// - Returns: why the last flush failed; nil if it did not, or the store was closed before.
    @discardableResult
    public func close() -> StoreError? {
        var failure: StoreError?
        // In one turn: a merge that began in between would publish without the lock, beside the
        // next writer.
        maintenance.withLock { turn in
            turn += 1
            let isClosed = state.withLock { $0.isClosed }
            // A store that failed meanwhile is not flushed.
            do throws(StoreError) { _ = try flushHeads() } catch {
                failure = isClosed ? nil : error
            }
            state.withLock { $0.isClosed = true }
        }
        writer.withLock { $0.log.discardSpare() }
        lock.release()
        return failure
    }

    /// Waits for the turn and runs the closure in it.
    func withMaintenance<Result: Sendable>(
        _ body: () throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        try maintenance.withLock { (turn) throws(StoreError) -> Result in
            turn += 1
            if let refusal = state.withLock({ $0.refusal }) { throw refusal }
            return try body()
        }
    }

    /// Announces an import, of which there is one at a time, and gives the state that it begins on.
    ///
    /// In the writer's turn, so that no definition of points is half way.
    func beginImporting() throws(StoreError) -> Snapshot {
        let result = writer.withLock { _ in
            state.withLock { state -> Result<Snapshot, StoreError> in
                if let refusal = state.refusal { return .failure(refusal) }
                guard !state.isImporting else { return .failure(.importUnderWay) }
                state.isImporting = true
                return .success(state.snapshot(upTo: state.publishedLSN))
            }
        }
        return try result.get()
    }

    func endImporting() {
        state.withLock { $0.isImporting = false }
    }
}

extension Store.State {
    /// Why nothing may be written, if so.
    ///
    /// To be asked in the writer's turn: an append of another thread may have failed while this one
    /// waited for it.
    var refusal: StoreError? {
        if isClosed { return StoreError(.closed, "the store was closed") }
        return failure.map(StoreError.afterFailure)
    }

    /// No sample before it is taken: where retention ends, or will end once the one under way is
    /// published.
    var floor: Int64? {
        [manifest.floor, removal?.floor].compactMap { $0 }.max()
    }

    func snapshot(upTo lsn: LSN) -> Snapshot {
        var generations = frozen.map(\.heads)
        if active.sampleCount > 0 { generations.append(active) }
        let pending = frozen.map(\.countChanges) + [countChanges]
        return Snapshot(
            files, catalog: catalog,
            heads: VisibleHeads(generations: generations, lsn: lsn),
            headSampleCount: pending.reduce(0) { $0 + $1.values.reduce(0, +) },
            logByteCount: logByteCount,
            journalFrames: JournalFrames(
                joining: frozen.map(\.journalFrames) + [journalFrames]))
    }
}

extension StoreError {
    static var importUnderWay: StoreError {
        StoreError(.busy, "an import into this store is under way")
    }

    /// What is said to writers after a write or sync failed.
    static func afterFailure(_ failure: StoreError) -> StoreError {
        StoreError(
            .failed, "an earlier write failed, so nothing more is written: \(failure.message)",
            file: failure.file, underlying: failure.underlying)
    }
}
