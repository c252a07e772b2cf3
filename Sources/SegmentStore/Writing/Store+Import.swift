import DurableFiles
import Synchronization

extension Store {
    /// Begins a bulk import: samples of any number, any age, in any order, outside the log.
    ///
    /// - Throws: ``StoreError`` with code `busy` while another import or a merge is under way,
    ///   `closed` or `failed`.
    public func beginImport(
        onConflict rule: ConflictRule = .replace
    ) throws(StoreError) -> BulkImport {
        try BulkImport(self, onConflict: rule)
    }

    var storeID: UInt64 { state.withLock { $0.manifest.storeID } }

    /// A file number of its own for each caller; it reaches the disk with the next publish.
    func takeFileID() -> FileID {
        state.withLock { state in
            defer { state.manifest.nextFileID += 1 }
            return state.manifest.nextFileID
        }
    }
}
