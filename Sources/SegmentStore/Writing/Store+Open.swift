import ColumnCodec
public import DurableFiles
import Synchronization
import TimeSeriesModel

extension Store {
    /// Opens a store for writing, and creates it where the folder is empty or not there.
    ///
    /// Takes the writer's lock. Moves files that no manifest names to `quarantine/` and empties
    /// `tmp/`: what an import left that did not end. What an earlier process left in the log becomes
    /// segments; if the disk is full, it is served from memory, and writes are refused until a flush
    /// has succeeded, which each of them tries.
    ///
    /// - Throws: ``StoreError`` with code `locked` and the holder's process id; `foreign` where the
    ///   folder holds something else; `damaged` where no copy of the manifest is valid; `readOnly`,
    ///   `diskFull`, `io` from the system.
    public static func open(
        at path: String, options: StoreOptions = StoreOptions()
    ) throws(StoreError) -> Store {
        let storage: PosixStorage
        do throws(StorageError) {
            _ = try PosixStorage.raiseOpenFileLimit()
            storage = try PosixStorage.create(root: path)
        } catch { throw StoreError(error) }
        return try open(in: storage, options: options)
    }

    /// The same in any storage, a simulated one for instance.
    public static func open(
        in storage: any Storage, options: StoreOptions = StoreOptions()
    ) throws(StoreError) -> Store {
        try StoreFolder(storage).refuseForeignFiles()
        let lock: any StorageLock
        do throws(StorageError) {
            lock = try storage.lock(StoreLayout.lock, waiting: .milliseconds(200))
        } catch { throw StoreError(error) }
        do throws(StoreError) {
            return try open(in: storage, options, lock)
        } catch {
            lock.release()
            throw error
        }
    }

    private static func open(
        in storage: any Storage, _ options: StoreOptions, _ lock: any StorageLock
    ) throws(StoreError) -> Store {
        let folder = StoreFolder(storage)
        let reading = try folder.readOrCreateManifest()
        var manifest = reading.manifest
        manifest.nextFileID = max(manifest.nextFileID, try folder.firstFreeFileID())
        try manifest.refuseExhausted(lastLSN: manifest.nextLSN - 1)
        try tidy(folder, reading, &manifest, in: storage)
        if !manifest.files.contains(where: { $0.role == .catalog }) {
            manifest = try CatalogFiles(storage).create(for: manifest)
            manifest.generation += 1
            manifest.dropped = []
            try ManifestStore.publish(manifest, to: storage)
        }
        let content = try CatalogFiles(storage).load(manifest)
        guard !content.isReadOnly else {
            throw StoreError(
                .unsupported,
                "a later version of the program has written the catalog; it can be "
                    + "read, and written by that version")
        }
        try mend(content, &manifest, in: storage)
        let log = try LogReader.read(
            storage, manifest, salvaging: options.salvagesDamagedLog)
        if !options.salvagesDamagedLog, let damage = log.damage.first(where: \.losesSamples) {
            throw StoreError(damage)
        }
        var catalog = content.catalog
        let replayed = try ReplayedLog(log, &catalog)
        try manifest.refuseExhausted(lastLSN: log.highestLSN)
        let files = try StoreOpener(storage: storage, scratches: ScratchPool()).files(of: manifest)
        let store = Store(
            storage: storage, options: options, lock: lock, catalog: catalog, files: files,
            lastLSN: max(manifest.nextLSN - 1, log.highestLSN))
        try store.recover(replayed, log)
        return store
    }

    /// Takes away what an earlier process left. On a full disk it stays for the next open: reading
    /// needs none of this.
    private static func tidy(
        _ folder: StoreFolder, _ reading: ManifestReading, _ manifest: inout Manifest,
        in storage: any Storage
    ) throws(StoreError) {
        do throws(StoreError) {
            // First, for it makes room.
            _ = try folder.emptyTemporary()
            if reading.isHalfPublished || !reading.damage.isEmpty {
                // Both copies must say the same before anything that one of them names is unlinked.
                manifest.generation += 1
                try ManifestStore.publish(manifest, to: storage)
            }
            _ = try folder.removeUnnamed(manifest)
            try folder.removeFlushedLogs(manifest)
        } catch {
            guard error.isShortage else { throw error }
        }
    }

    /// Puts what the log held into segments before anything is acknowledged on top of it, and drops
    /// the log files. A crash anywhere in here leaves the log as it was, and so does a full disk:
    /// the store is read then, and written once a flush has succeeded.
    private func recover(_ replayed: ReplayedLog, _ log: LogContent) throws(StoreError) {
        guard !log.files.isEmpty else { return }
        let isDamaged = log.damage.contains(where: \.losesSamples)
        let result = writer.withLock { writer in
            Result { () throws(StoreError) in
                var counts = replayed.countChanges
                var journal = replayed.journalFrames
                if isDamaged {
                    let lsn = writer.log.lastLSN + 1
                    let files = state.withLock { $0.files }
                    let salvaged = try SalvagedLog(log, replayed.heads, in: files, lsn: lsn)
                    counts = salvaged.countChanges
                    journal += salvaged.gaps
                    writer.log.skip(to: lsn)
                }
                writer.log.adopt(log.files, toQuarantine: isDamaged)
                let last = writer.log.lastLSN
                state.withLock { state in
                    state.frozen = [
                        FrozenHeads(
                            heads: replayed.heads, lastLSN: last, countChanges: counts,
                            logByteCount: 0, catalogFrames: replayed.catalogFrames,
                            journalFrames: JournalFrames(journal))
                    ]
                }
                state.withLock { $0.awaitsRecovery = true }
                do throws(StoreError) { try flushHeads(&writer) } catch {
                    guard error.isShortage else { throw error }
                }
            }
        }
        try result.get()
    }

    /// Makes two fresh catalog files where one is damaged: the next fault could hit the only good
    /// copy.
    ///
    /// - Throws: code `damaged` where both catalog files have lost the same record: a writer does
    ///   not make a loss final by writing on.
    private static func mend(
        _ content: CatalogContent, _ manifest: inout Manifest, in storage: any Storage
    ) throws(StoreError) {
        guard !content.damage.isEmpty else { return }
        if let loss = content.damage.first(where: \.losesSamples) { throw StoreError(loss) }
        manifest.generation += 1
        manifest.dropped = []
        manifest = try CatalogFiles(storage).replace(content, in: manifest)
        try ManifestStore.publish(manifest, to: storage)
    }
}
