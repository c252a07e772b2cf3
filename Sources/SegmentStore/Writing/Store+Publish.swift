import DurableFiles
import Synchronization
import TimeSeriesModel

extension Store {
    /// Makes a new committed state: catalog records first, then the manifest, then the snapshots,
    /// and only then are dropped files unlinked.
    ///
    /// Files that the edit adds are already in their folders, synced, and the folders too. A crash
    /// before the manifest is renamed leaves the old state, one after it the new.
    ///
    /// - Parameters:
    ///   - catalogFrames: records that are to be in the catalog files.
    ///   - newCatalog: what the catalog is afterwards, if not what it was.
    ///   - update: changes what readers share in the same moment.
    func publish(
        _ edit: ManifestEdit, catalogFrames: [RecordFrame] = [], catalog newCatalog: Catalog? = nil,
        update: (inout State) -> Void = { _ in }
    ) throws(StoreError) {
        do throws(StoreError) {
            try commit(edit, catalogFrames, newCatalog, update)
        } catch {
            // What reached the disk is unknown now. The files stay, this process writes no more,
            // and reopening finds one of the two states.
            state.withLock { $0.failure = error }
            throw error
        }
        StoreFolder(storage).unlinkDropped(state.withLock { $0.manifest })
    }

    private func commit(
        _ edit: ManifestEdit, _ frames: [RecordFrame], _ newCatalog: Catalog?,
        _ update: (inout State) -> Void
    ) throws(StoreError) {
        let (old, files, known) = state.withLock { ($0.manifest, $0.files, $0.catalog) }
        let catalog = newCatalog ?? known
        var manifest = edit.applied(to: old)
        manifest.nextSeriesID = max(manifest.nextSeriesID, catalog.nextSeriesID)
        if !frames.isEmpty {
            let catalogFiles = CatalogFiles(storage)
            manifest = try catalogFiles.append(frames, to: manifest)
            manifest = try catalogFiles.rewriteIfDue(catalog, otherFrames: [], in: manifest)
        }
        let opened = try StoreOpener(storage: storage, scratches: scratches)
            .files(of: manifest, reusing: files.segments)
        try ManifestStore.publish(manifest, to: storage)
        state.withLock { [manifest] state in
            let taken = state.manifest.nextFileID
            state.manifest = manifest
            // Others may have taken file numbers while this went on.
            state.manifest.nextFileID = max(taken, manifest.nextFileID)
            state.files = opened
            if let newCatalog { state.catalog = newCatalog }
            state.publishedLSN = max(state.publishedLSN, manifest.flushedLSN)
            update(&state)
        }
    }
}
