import DurableFiles
import Synchronization
import TimeSeriesModel

extension Store {
    /// Tries whether the store can still be written: a block goes to `tmp/`, is synced and taken away.
    ///
    /// Waits for nobody but the disk. Not to be called by two threads at once.
    ///
    /// - Throws: ``StoreError``: `closed` or `failed`; `diskReserve` where no append would be taken; what the disk
    ///   answered.
    public func probe() throws(StoreError) {
        if let refusal = state.withLock({ $0.refusal }) { throw refusal }
        try refuseBelowReserve()
        do throws(StorageError) {
            if try storage.exists(StoreLayout.probe) { try storage.unlink(StoreLayout.probe) }
            let file = try storage.open(StoreLayout.probe, .create)
            defer { file.close() }
            try file.write([UInt8](repeating: 0xA5, count: 4096), at: 0)
            try file.sync()
            try storage.unlink(StoreLayout.probe)
        } catch { throw StoreError(error) }
    }

    /// Removes what a writer left behind and nobody names: files in `tmp/` of work that failed, and
    /// dropped files that could not be unlinked at the time. Other files without a name go to
    /// `quarantine/`, as at an open.
    ///
    /// Opening does the same; this is for a process that runs for months. Appends wait meanwhile.
    ///
    /// - Parameter dryRun: only counts them.
    /// - Returns: how many files were taken away, or would be.
    /// - Throws: `busy` while an import is under way, whose files these may be; `io`.
    public func removeLeftovers(dryRun: Bool = false) throws(StoreError) -> Int {
        try withMaintenance { () throws(StoreError) in
            let result = writer.withLock { writer in
                Result { () throws(StoreError) in
                    let (manifest, isImporting, refusal) = state.withLock {
                        ($0.manifest, $0.isImporting, $0.refusal)
                    }
                    if let refusal { throw refusal }
                    if isImporting { throw StoreError.importUnderWay }
                    let spare = writer.log.sparePath.map { [$0] } ?? []
                    let folder = StoreFolder(storage)
                    return try folder.emptyTemporary(
                        keeping: Set(spare + [StoreLayout.probe]), dryRun: dryRun)
                        + folder.removeUnnamed(manifest, dryRun: dryRun)
                }
            }
            return try result.get()
        }
    }
}
