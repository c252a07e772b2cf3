import DurableFiles
import Synchronization
import TimeSeriesModel

extension Store {
    /// Makes a new committed state: catalog records first, then the manifest, then the snapshot,
    /// and only then are dropped files unlinked.
    ///
    /// Files that the edit adds are already in their folders, synced, and the folders too. A crash
    /// before the manifest is renamed leaves the old state, one after it the new.
    func publish(
        _ edit: ManifestEdit, catalog: Catalog, _ change: CatalogChange
    ) throws(StoreError) {
        do throws(StoreError) {
            try commit(edit, catalog, change)
        } catch {
            // What reached the disk is unknown now. The files stay, this process writes no more,
            // and reopening finds one of the two states.
            state.withLock { $0.failure = error }
            throw error
        }
        StoreFolder(storage).unlinkDropped(state.withLock { $0.manifest })
    }

    private func commit(
        _ edit: ManifestEdit, _ catalog: Catalog, _ change: CatalogChange
    ) throws(StoreError) {
        var manifest = edit.applied(to: state.withLock { $0.manifest })
        manifest.nextSeriesID = max(manifest.nextSeriesID, catalog.nextSeriesID)
        if !change.isEmpty {
            let files = CatalogFiles(storage)
            manifest = try files.append(change, lsn: manifest.flushedLSN, to: manifest)
            manifest = try files.rewriteIfDue(catalog, otherFrames: [], in: manifest)
        }
        let open = snapshot().years.flatMap(\.segments).map { ($0.row.name, $0) }
        let opened = try StoreOpener(storage: storage, scratches: scratches)
            .snapshot(
                of: manifest, catalog: catalog,
                reusing: Dictionary(uniqueKeysWithValues: open))
        try ManifestStore.publish(manifest, to: storage)
        state.withLock { [manifest] state in
            state.manifest = manifest
            state.snapshot = opened
        }
    }
}
