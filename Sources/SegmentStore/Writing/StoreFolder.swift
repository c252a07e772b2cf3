import ColumnCodec
import DurableFiles
import TimeSeriesModel

/// The store's folder as the writer finds it: made if there is none, tidied if there is one.
struct StoreFolder {
    private let storage: any Storage

    init(_ storage: any Storage) { self.storage = storage }

    /// A folder with files of somebody else is not made into a store by mistake.
    func refuseForeignFiles() throws(StoreError) {
        do throws(StorageError) {
            let ours = Set(StoreLayout.manifests + [StoreLayout.lock])
            let names = try storage.list(StoreLayout.root)
            guard !names.contains(where: StoreLayout.manifests.contains),
                let other = names.first(where: { !ours.contains($0) })
            else { return }
            throw StorageError(
                code: .exists, operation: "create", path: other, errno: 0,
                message: "\(other) found, an empty folder or a store expected")
        } catch {
            guard error.code == .exists else { throw StoreError(error) }
            throw StoreError(.foreign, error.message, file: error.path)
        }
    }

    /// A copy goes only where nothing else is.
    func refuseAnyFile() throws(StoreError) {
        do throws(StorageError) {
            for folder in [StoreLayout.root] + StoreLayout.folders {
                guard try storage.exists(folder) else { continue }
                if let name = try storage.list(folder).first {
                    throw StorageError(
                        code: .exists, operation: "copy", path: name, errno: 0,
                        message: "\(name) found, an empty folder expected")
                }
            }
        } catch {
            guard error.code == .exists else { throw StoreError(error) }
            throw StoreError(.foreign, error.message, file: error.path)
        }
    }

    func readOrCreateManifest() throws(StoreError) -> ManifestReading {
        do throws(StoreError) {
            return try ManifestStore.read(from: storage)
        } catch {
            guard error.code == .noStore else { throw error }
        }
        try create()
        return try ManifestStore.read(from: storage)
    }

    /// Folders, then a manifest that names no file: a crash before that leaves an unfinished
    /// creation, which is begun anew, one after it an empty store.
    private func create() throws(StoreError) {
        do throws(StorageError) {
            for folder in StoreLayout.folders { try storage.createFolder(folder) }
        } catch { throw StoreError(error) }
        do throws(StorageError) {
            try storage.syncFolder(StoreLayout.root)
        } catch { throw StoreError(error) }
        try ManifestStore.publish(Manifest(storeID: .random(in: .min ... .max)), to: storage)
        do throws(StorageError) { try storage.syncParentOfRoot() } catch { throw StoreError(error) }
    }

    /// What cannot be unlinked now goes at the next open: the manifest lists it.
    func unlinkDropped(_ manifest: Manifest) {
        for name in manifest.dropped { try? storage.unlink(name) }
    }

    /// Unlinks what the manifest dropped, empties `tmp/`, and moves every other unnamed file of
    /// ours to `quarantine/`: nothing is deleted on suspicion.
    ///
    /// - Returns: the first file number above all that were seen.
    func tidy(_ manifest: Manifest) throws(StoreError) -> FileID {
        var next = manifest.nextFileID
        _ = try removeLeftovers(manifest) { next = max(next, $0.id + 1) }
        do throws(StorageError) {
            for name in try storage.list(StoreLayout.logFolder) {
                if let file = StoreFile(folder: StoreLayout.logFolder, name: name) {
                    next = max(next, file.id + 1)
                }
            }
            for name in try storage.list(StoreLayout.quarantineFolder) {
                if let file = StoreFile(quarantined: name) { next = max(next, file.id + 1) }
            }
        } catch { throw StoreError(error) }
        return next
    }

    /// The part of ``tidy(_:)`` that can be done beside a store that is open.
    ///
    /// - Parameters:
    ///   - kept: paths of files in `tmp/` that are in use.
    ///   - note: told of each file of ours that holds or held data.
    /// - Returns: how many files were taken away.
    func removeLeftovers(
        _ manifest: Manifest, keeping kept: Set<String> = [], _ note: (StoreFile) -> Void = { _ in }
    ) throws(StoreError) -> Int {
        let named = Set(manifest.files.map(\.name))
        let dropped = Set(manifest.dropped)
        var count = 0
        do throws(StorageError) {
            for name in try storage.list(StoreLayout.temporaryFolder) {
                let path = StoreLayout.temporaryFolder + "/" + name
                if kept.contains(path) { continue }
                try storage.unlink(path)
                count += 1
            }
            for folder in [StoreLayout.segmentFolder, StoreLayout.recordFolder] {
                for name in try storage.list(folder) {
                    let path = folder + "/" + name
                    if let file = StoreFile(folder: folder, name: name) { note(file) }
                    if named.contains(path) { continue }
                    if dropped.contains(path) {
                        try storage.unlink(path)
                    } else {
                        try storage.rename(path, to: StoreLayout.quarantined(name))
                    }
                    count += 1
                }
            }
        } catch { throw StoreError(error) }
        return count
    }
}

extension StoreFile {
    /// The file that a name in `quarantine/` was.
    fileprivate init?(quarantined name: String) {
        for folder in StoreLayout.dataFolders {
            if let file = StoreFile(folder: folder, name: name) {
                self = file
                return
            }
        }
        return nil
    }
}
