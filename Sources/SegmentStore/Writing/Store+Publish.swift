import DurableFiles
import Synchronization
import TimeSeriesModel

extension Store {
    /// Makes a new committed state: segments get their names, catalog records are appended, then
    /// the manifest, then the snapshots, and only then are dropped files unlinked.
    ///
    /// A crash before the manifest is renamed leaves the old state, one after it the new. So does
    /// an error: if space, descriptors or memory run out before, the old state stays in force, this
    /// process goes on writing, and what was to be published can be tried again; any other error
    /// leaves open what reached the disk, so this process writes no more, and reopening finds one
    /// of the two states. A store that has failed meanwhile publishes nothing.
    ///
    /// - Parameters:
    ///   - segments: finished in `tmp/`, to be named and added.
    ///   - catalogFrames: records that are to be in the catalog files.
    ///   - journalFrames: records that are to be in the journal files.
    ///   - newCatalog: what the catalog is afterwards, if not what it was.
    ///   - update: changes what readers share in the same moment.
    func publish(
        _ edit: ManifestEdit, segments: [FinishedSegment] = [],
        catalogFrames: [RecordFrame] = [], journalFrames: [JournalFrame] = [],
        catalog newCatalog: Catalog? = nil, update: (inout State) -> Void = { _ in }
    ) throws(StoreError) {
        var edit = edit
        edit.added += segments.map(\.row)
        let next: Publication
        var isInForce = false
        do throws(StoreError) {
            try refuseAfterFailure()
            try settle(segments)
            next = try prepare(edit, catalogFrames, journalFrames, newCatalog)
            try refuseAfterFailure()
            try ManifestStore.replace(in: storage, begun: &isInForce)
        } catch {
            if !isInForce, error.isShortage || error.code == .failed {
                for segment in segments { segment.discard(in: storage) }
            } else {
                state.withLock { $0.failure = error }
            }
            throw error
        }
        state.withLock { state in
            let taken = state.manifest.nextFileID
            state.manifest = next.manifest
            // Others may have taken file numbers while this went on.
            state.manifest.nextFileID = max(taken, next.manifest.nextFileID)
            state.files = next.files
            if let newCatalog { state.catalog = newCatalog }
            state.publishedLSN = max(state.publishedLSN, next.manifest.flushedLSN)
            update(&state)
        }
        StoreFolder(storage).unlinkDropped(next.manifest)
    }

    private func refuseAfterFailure() throws(StoreError) {
        if let failure = state.withLock({ $0.failure }) { throw StoreError.afterFailure(failure) }
    }

    private struct Publication {
        var manifest: Manifest
        var files: PublishedFiles
    }

    /// Everything of a publish that changes no state: what an error leaves, nobody names.
    private func prepare(
        _ edit: ManifestEdit, _ frames: [RecordFrame], _ journalFrames: [JournalFrame],
        _ newCatalog: Catalog?
    ) throws(StoreError) -> Publication {
        let (old, files, known) = state.withLock { state in
            // Numbers for the files that are made here; logs take theirs meanwhile.
            defer {
                state.manifest.nextFileID += FileID(CatalogFiles.copyCount + journalFrames.count)
            }
            return (state.manifest, state.files, state.catalog)
        }
        let catalog = newCatalog ?? known
        var manifest = edit.applied(to: old)
        manifest.nextSeriesID = max(manifest.nextSeriesID, catalog.nextSeriesID)
        if !frames.isEmpty {
            let catalogFiles = CatalogFiles(storage)
            manifest = try catalogFiles.append(frames, to: manifest)
            manifest = try catalogFiles.rewriteIfDue(catalog, otherFrames: [], in: manifest)
        }
        manifest = try JournalFiles(storage: storage).append(journalFrames, to: manifest)
        let opened = try StoreOpener(storage: storage, scratches: scratches)
            .files(of: manifest, reusing: files.segments)
        try ManifestStore.prepare(manifest, in: storage)
        return Publication(manifest: manifest, files: opened)
    }

    private func settle(_ segments: [FinishedSegment]) throws(StoreError) {
        guard !segments.isEmpty else { return }
        do throws(StorageError) {
            for segment in segments {
                try storage.rename(segment.temporaryPath, to: segment.row.name)
            }
            try storage.syncFolder(StoreLayout.segmentFolder)
        } catch { throw StoreError(error) }
    }
}

/// A segment that is written, synced and read back, in `tmp/`, under no manifest's name yet.
struct FinishedSegment: Sendable {
    let row: ManifestFile
    let temporaryPath: String

    /// Takes the file away, before or after it got its name. Only for one that was not published.
    func discard(in storage: any Storage) {
        try? storage.unlink(temporaryPath)
        try? storage.unlink(row.name)
    }
}
