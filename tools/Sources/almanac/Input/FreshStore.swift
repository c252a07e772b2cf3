import Glibc
import SegmentStore

/// A store that an import makes, and takes away again where every file was refused: what is left
/// would look as if there were data.
struct FreshStore {
    private enum Before {
        case nothing
        case emptyFolder
        /// It is not ours to remove.
        case something
    }

    private let path: String
    private let before: Before

    /// Looks before the store is opened.
    init(_ path: String) {
        self.path = path
        switch FolderState.kind(of: path) {
        case .missing: before = .nothing
        case .folder where FolderState.firstName(in: path, besides: [StoreLayout.lock]) == nil:
            before = .emptyFolder
        case .folder, .file, .orphan, .unknown: before = .something
        }
    }

    /// Removes a store that holds nothing and did not exist before. It must be open, so that its
    /// lock keeps others from writing what would be removed.
    func removeIfEmpty(_ store: Store) {
        let snapshot = store.snapshot()
        guard before != .something, snapshot.sampleCount == 0, snapshot.segments.isEmpty,
            snapshot.catalog.pointCount == 0
        else { return }
        var folder = path
        if before == .nothing {
            // Out of the way first: whoever waits for the lock gets a folder that is no more, and
            // whoever comes later makes one of his own.
            folder = path + ".refused-\(getpid())"
            guard unsafe rename(path, folder) == 0 else { return }
        }
        FreshStore.removeContent(of: folder)
        guard before == .nothing else { return }
        _ = unsafe unlink(folder + "/" + StoreLayout.lock)
        _ = unsafe rmdir(folder)
    }

    /// Removes the manifest and the data of a store; what cannot be removed stays, and without a
    /// manifest it is no store.
    private static func removeContent(of folder: String) {
        for name in StoreLayout.manifests { _ = unsafe unlink(folder + "/" + name) }
        for name in StoreLayout.folders {
            let part = folder + "/" + name
            for file in FolderState.names(in: part) { _ = unsafe unlink(part + "/" + file) }
            _ = unsafe rmdir(part)
        }
    }

    /// Removes a store whole, with its folder.
    static func removeFiles(of folder: String) {
        removeContent(of: folder)
        _ = unsafe unlink(folder + "/" + StoreLayout.lock)
        _ = unsafe rmdir(folder)
    }
}
