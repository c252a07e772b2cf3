import ColumnCodec
public import DurableFiles
public import TimeSeriesModel

extension Snapshot {
    /// Copies the snapshot to an empty folder, as a store of its own, while the writer goes on.
    ///
    /// The copy holds all that the snapshot shows: samples, catalog with all documents and names,
    /// and journal. What is only in the log becomes segments and records of the copy, which needs no
    /// log. The copy's manifest holds a hash of every file, so that ``Store/verifyBackup(at:)`` needs
    /// nothing else; a mark that the copy is not finished goes last.
    ///
    /// Costs one read of every byte of the store. Segments are cloned if both folders are on a file
    /// system that can (Btrfs, XFS, bcachefs): the copy then takes hardly any space, and a change of
    /// one file does not reach the other. Otherwise every byte is copied.
    ///
    /// - Parameters:
    ///   - path: a folder that is empty or not there.
    ///   - linksSegments: whether segments may be hard links, which cost nothing on any file system.
    ///     A program that changes a file of the backup in place then changes the store, and can end
    ///     the processes that read it; a bad sector is in both. Linked files lose their permission
    ///     to be written, which stops others than root.
    ///   - reserveByteCount: bytes that the copy leaves free if it is on the store's own file system:
    ///     the reserve of the process that writes; nil: as the default of ``StoreOptions``. Another
    ///     file system may be filled completely.
    ///   - cancellation: ends the copy from another thread; the cancelled task of the calling thread
    ///     ends it too. It ends within a part of a file of a megabyte, and removes what it wrote.
    /// - Throws: ``StoreError``: `foreign` if the folder is not empty; `invalidParameter` if it is the
    ///   store's own or inside it; `diskFull` or `diskReserve` if it does not fit; `damaged` if
    ///   something cannot be read: a copy of damage is no backup; `unsupported` if a later version of
    ///   the program wrote the catalog; `cancelled`.
    public func backup(
        to path: String, linksSegments: Bool = false,
        reserveByteCount: Int? = nil, cancellation: Cancellation = Cancellation()
    ) throws(StoreError) {
        try refuseOwnFolder(path)
        try backup(
            to: try Snapshot.createFolder(at: path), linksSegments: linksSegments,
            reserveByteCount: reserveByteCount, cancellation: cancellation)
    }

    /// The same in any storage of the same form.
    public func backup(
        to target: any Storage, linksSegments: Bool = false,
        reserveByteCount: Int? = nil, cancellation: Cancellation = Cancellation()
    ) throws(StoreError) {
        var copier = try SnapshotCopier(
            self, to: target, linksSegments: linksSegments, reserveByteCount: reserveByteCount,
            checking: cancellation)
        try copier.run()
    }

    /// A copy in the store would be lost with it.
    fileprivate func refuseOwnFolder(_ path: String) throws(StoreError) {
        guard let own = storage as? PosixStorage else { return }
        let isInside: Bool
        do throws(StorageError) { isInside = try own.encloses(path) } catch {
            throw StoreError(error)
        }
        guard isInside else { return }
        throw StoreError(
            .invalidParameter,
            "\(path) found, a folder outside the store \(own.root) expected: a copy in the store is "
                + "lost with it")
    }

    fileprivate static func createFolder(at path: String) throws(StoreError) -> PosixStorage {
        do throws(StorageError) { return try PosixStorage.create(root: path) } catch {
            throw StoreError(error)
        }
    }

    /// Whether a catalog or journal file is not what the backup's manifest says.
    fileprivate func recordDamage(_ row: ManifestFile) throws(StoreError) -> Damage? {
        guard let expected = row.hash else { return nil }
        do throws(StorageError) {
            let file = try storage.open(row.name, .read)
            defer { file.close() }
            guard try hashOfFile(file, byteCount: row.byteCount) != expected else { return nil }
        } catch {
            guard error.code == .notFound else { throw StoreError(error) }
            return nil
        }
        return Damage(
            file: row.name, offset: 0, reason: .checksum, losesSamples: false,
            detail: "the file's hash is not the one that the backup's manifest names")
    }
}

extension Store {
    /// Flushes, then copies the store to an empty folder. Batches are taken meanwhile, and are not
    /// in the copy.
    ///
    /// - Parameters:
    ///   - path: a folder that is empty or not there.
    ///   - linksSegments: as of a snapshot's backup.
    ///   - cancellation: as of a snapshot's backup.
    /// - Throws: as ``flush()`` and a snapshot's backup; the reserve is this store's own.
    public func backup(
        to path: String, linksSegments: Bool = false, cancellation: Cancellation = Cancellation()
    ) throws(StoreError) {
        try snapshot().refuseOwnFolder(path)
        try backup(
            to: try Snapshot.createFolder(at: path), linksSegments: linksSegments,
            cancellation: cancellation)
    }

    /// The same in any storage of the same form.
    public func backup(
        to target: any Storage, linksSegments: Bool = false,
        cancellation: Cancellation = Cancellation()
    ) throws(StoreError) {
        try flush()
        try snapshot().backup(
            to: target, linksSegments: linksSegments,
            reserveByteCount: options.diskReserveByteCount, cancellation: cancellation)
    }

    /// Checks a backup without restoring it: every hash, checksum, count and statistic.
    ///
    /// - Throws: ``StoreError`` if there is no backup to check.
    public static func verifyBackup(at path: String) throws(StoreError) -> VerifyReport {
        try checkBackup(try Snapshot.open(at: path))
    }

    /// The same in any storage.
    public static func verifyBackup(in storage: any Storage) throws(StoreError) -> VerifyReport {
        try checkBackup(try Snapshot.open(in: storage))
    }

    private static func checkBackup(_ snapshot: Snapshot) throws(StoreError) -> VerifyReport {
        var report = try snapshot.verify()
        for row in snapshot.manifest.files where row.kind != .segment {
            if let damage = try snapshot.recordDamage(row) { report.damages.append(damage) }
        }
        do throws(StorageError) {
            if try snapshot.storage.exists(StoreLayout.unfinishedBackup) {
                report.damages.append(
                    Damage(
                        file: StoreLayout.unfinishedBackup, offset: 0, reason: .truncated,
                        losesSamples: true, detail: "the backup was begun and not finished"))
            }
        } catch { throw StoreError(error) }
        return report
    }

    /// Makes a store in an empty folder from a backup, up to a moment if one is given.
    ///
    /// Documents, names and the journal are restored completely, whatever the moment.
    ///
    /// - Parameters:
    ///   - backup: the folder of the backup.
    ///   - path: where the store is to be, empty or not there.
    ///   - time: samples stamped up to it, itself too, are restored.
    ///   - linksSegments: as ``Snapshot/backup(to:linksSegments:reserveByteCount:cancellation:)-(String,_,_,_)``.
    /// - Throws: ``StoreError``: `damaged` naming what is damaged in the backup, before anything is
    ///   written; `foreign` if the target is not empty; as
    ///   ``Snapshot/backup(to:linksSegments:reserveByteCount:cancellation:)-(String,_,_,_)``.
    public static func restore(
        from backup: String, to path: String, until time: Timestamp? = nil,
        linksSegments: Bool = false
    ) throws(StoreError) {
        let snapshot = try verifiedSnapshot(try Snapshot.open(at: backup))
        let target = try Snapshot.createFolder(at: path)
        try restore(snapshot, to: target, until: time, linksSegments: linksSegments)
    }

    /// The same in any storage.
    public static func restore(
        from backup: any Storage, to target: any Storage, until time: Timestamp? = nil,
        linksSegments: Bool = false
    ) throws(StoreError) {
        let snapshot = try verifiedSnapshot(try Snapshot.open(in: backup))
        try restore(snapshot, to: target, until: time, linksSegments: linksSegments)
    }

    private static func verifiedSnapshot(_ snapshot: Snapshot) throws(StoreError) -> Snapshot {
        if let damage = try checkBackup(snapshot).damages.first { throw StoreError(damage) }
        return snapshot
    }

    private static func restore(
        _ snapshot: Snapshot, to target: any Storage, until time: Timestamp?, linksSegments: Bool
    ) throws(StoreError) {
        // No store is written beside the backup that needs the rest of the disk.
        try snapshot.backup(to: target, linksSegments: linksSegments, reserveByteCount: 0)
        guard let time, time.rawValue < .max,
            let later = TimeRange(
                from: Timestamp(rawValue: time.rawValue + 1), to: Timestamp(rawValue: .max))
        else { return }
        let store = try Store.open(in: target)
        defer { store.close() }
        try store.remove(in: later)
    }
}
