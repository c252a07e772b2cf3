import DurableFiles
import Synchronization
import TestSupport
import Testing
import TimeSeriesModel

@testable import SegmentStore

/// A copy of many gigabytes went on after its caller had given up, and one into the store's own folder
/// was made although it would be lost with the store.
@Suite("Backups that are not to be") struct CancelledBackupTests {
    /// Two years, so two segments, and a log.
    private func storage() throws -> SimulatedStorage {
        let storage = SimulatedStorage(seed: 9)
        let store = try Store.open(in: storage)
        try store.importColumns([0: quarterHours(500, from: 1_767_225_600_000 - 250 * 900_000)])
        try HostileStore.append(
            20, from: 1_767_225_600_000 + 300 * 900_000, to: store.snapshot().testSeries(0),
            in: store)
        return storage
    }

    @Test("end within a part of a file, and leave no file, if they are cancelled")
    func cancelled() throws {
        let cancellation = Cancellation()
        let read = Guarded<[String]>([])
        let isCopying = Guarded(false)
        let source = try storage()
        let storage = WatchedStorage(source) { path, _, _ in
            guard isCopying.withLock({ $0 }), path.hasPrefix("seg/") else { return }
            read.withLock { $0.append(path) }
            cancellation.request()
        }
        let snapshot = try Snapshot.open(in: storage)
        let target = source.view(root: "copy")
        isCopying.withLock { $0 = true }
        let error = #expect(throws: StoreError.self) {
            try snapshot.backup(to: target, cancellation: cancellation)
        }
        #expect(error?.code == .cancelled)
        #expect(read.withLock { $0.count } == 1)
        #expect(target.files.isEmpty)
        // The folder can be used for the next one.
        isCopying.withLock { $0 = false }
        try snapshot.backup(to: target)
        #expect(try Store.verifyBackup(in: target).isWhole)
        #expect(try Snapshot.open(in: target).everything() == snapshot.everything())
    }

    @Test("are refused in the store's own folder and inside it, by whatever name")
    func ownFolder() throws {
        try withTemporaryFolder { folder in
            let root = folder + "/s"
            let store = try Store.open(at: root)
            try store.importColumns([0: quarterHours(5)])
            _ = try output(of: "ln -s '\(root)/seg' '\(folder)/link'")
            let paths = [
                root, root + "/", root + "/backup", root + "/seg/a/b", folder + "/link/b",
                folder + "/x/../s/backup", folder + "/./s/tmp/../backup",
            ]
            _ = try output(of: "mkdir '\(folder)/x'")
            for path in paths {
                for backup in [
                    { try store.backup(to: path) }, { try store.snapshot().backup(to: path) },
                ] {
                    let error = #expect(throws: StoreError.self, "\(path)") { try backup() }
                    #expect(error?.code == .invalidParameter, "\(path)")
                }
            }
            #expect(try output(of: "find '\(root)' -name a -o -name b -o -name backup").isEmpty)
            try store.backup(to: folder + "/b")
            #expect(try Store.verifyBackup(at: folder + "/b").isWhole)
            store.close()
        }
    }
}
