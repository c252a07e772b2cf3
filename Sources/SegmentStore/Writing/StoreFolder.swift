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

    /// The first file number above those of all files of ours, named or not.
    func firstFreeFileID() throws(StoreError) -> FileID {
        var next: FileID = 0
        do throws(StorageError) {
            for folder in StoreLayout.folders {
                for name in try storage.list(folder) {
                    if let file = StoreFile(anywhere: name) { next = max(next, file.id + 1) }
                }
            }
        } catch { throw StoreError(error) }
        return next
    }

    /// Removes log files whose frames are all in segments. A crash has brought their names back.
    func removeFlushedLogs(_ manifest: Manifest) throws(StoreError) {
        do throws(StorageError) {
            for name in try storage.list(StoreLayout.logFolder) {
                guard let file = StoreFile(folder: StoreLayout.logFolder, name: name),
                    file.id < manifest.firstLogID
                else { continue }
                try removeFlushedLog(file, manifest)
            }
        } catch { throw StoreError(error) }
    }

    /// The blocks of such a file may have become another file's. If its bytes are not those of this
    /// log, it is put aside instead of deleted.
    private func removeFlushedLog(
        _ file: StoreFile, _ manifest: Manifest
    ) throws(StorageError) {
        let handle = try storage.open(file.path, .read)
        let bytes = try handle.read(at: 0, byteCount: FileKind.log.contentOffset)
        handle.close()
        let isOurs =
            (try? FileHeader.decodeLog(
                bytes, file: file.path, storeID: manifest.storeID, id: file.id)) != nil
        if isOurs || bytes.allSatisfy({ $0 == 0 }) {
            try storage.unlink(file.path)
        } else {
            try storage.rename(file.path, to: StoreLayout.quarantined(file.name))
        }
    }

    /// Empties `tmp/`.
    ///
    /// - Parameters:
    ///   - kept: paths of files in it that are in use.
    ///   - dryRun: only counts.
    /// - Returns: how many files were taken away, or would be.
    func emptyTemporary(
        keeping kept: Set<String> = [], dryRun: Bool = false
    ) throws(StoreError) -> Int {
        var count = 0
        do throws(StorageError) {
            for name in try storage.list(StoreLayout.temporaryFolder) {
                let path = StoreLayout.temporaryFolder + "/" + name
                if kept.contains(path) { continue }
                if !dryRun { try storage.unlink(path) }
                count += 1
            }
        } catch { throw StoreError(error) }
        return count
    }

    /// Unlinks what the manifest dropped, and moves every other unnamed file of ours to
    /// `quarantine/`: nothing is deleted on suspicion.
    ///
    /// - Parameter dryRun: only counts.
    /// - Returns: how many files were taken away, or would be.
    func removeUnnamed(_ manifest: Manifest, dryRun: Bool = false) throws(StoreError) -> Int {
        let named = Set(manifest.files.map(\.name))
        let dropped = Set(manifest.dropped)
        var count = 0
        do throws(StorageError) {
            for folder in [StoreLayout.segmentFolder, StoreLayout.recordFolder] {
                for name in try storage.list(folder) {
                    let path = folder + "/" + name
                    if named.contains(path) { continue }
                    count += 1
                    if dryRun { continue }
                    if dropped.contains(path) {
                        try storage.unlink(path)
                    } else {
                        try storage.rename(path, to: StoreLayout.quarantined(name))
                    }
                }
            }
        } catch { throw StoreError(error) }
        return count
    }
}

extension StoreFile {
    /// The file that a name in `quarantine/` or `tmp/` was or was to be.
    fileprivate init?(anywhere name: String) {
        for folder in StoreLayout.dataFolders {
            if let file = StoreFile(folder: folder, name: name) {
                self = file
                return
            }
        }
        return nil
    }
}
