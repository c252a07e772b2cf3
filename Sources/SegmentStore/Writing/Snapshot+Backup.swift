import ColumnCodec
public import DurableFiles
public import TimeSeriesModel

extension Snapshot {
    /// Copies the snapshot to an empty folder, as a store of its own, while the writer goes on.
    ///
    /// Segments are hard-linked where the file system allows it, else copied. What is not in
    /// segments yet becomes segments of the copy. The copy's manifest holds a hash of every file, so
    /// that ``Store/verifyBackup(at:)`` needs nothing else; a mark that the copy is not finished
    /// goes last.
    ///
    /// - Parameters:
    ///   - path: a folder that is empty or not there.
    ///   - linksSegments: whether segments may be hard links; without, every byte is copied, so that
    ///     a medium that fails, or a byte changed in place, cannot take both.
    /// - Throws: ``StoreError``: `foreign` where the folder is not empty, `diskFull` and its kin;
    ///   `damaged` where something cannot be read: a copy of damage is no backup.
    public func backup(to path: String, linksSegments: Bool = true) throws(StoreError) {
        let target: PosixStorage
        do throws(StorageError) { target = try PosixStorage.create(root: path) } catch {
            throw StoreError(error)
        }
        try backup(to: target, linksSegments: linksSegments)
    }

    /// The same in any storage of the same form.
    public func backup(
        to target: any Storage, linksSegments: Bool = true
    ) throws(StoreError) {
        if let damage = problems.first(where: \.losesSamples) { throw StoreError(damage) }
        try StoreFolder(target).refuseAnyFile()
        var copy = manifest
        copy.generation = 1
        copy.dropped = []
        do throws(StorageError) {
            for folder in StoreLayout.folders { try target.createFolder(folder) }
            try target.open(StoreLayout.unfinishedBackup, .create).sync()
            try target.syncFolder(StoreLayout.quarantineFolder)
            for index in copy.files.indices {
                copy.files[index].hash = try self.copy(
                    copy.files[index], to: target, mayLink: linksSegments)
            }
            for folder in StoreLayout.dataFolders + [StoreLayout.root] {
                try target.syncFolder(folder)
            }
        } catch { throw StoreError(error) }
        for (row, made) in zip(manifest.files, copy.files)
        where row.kind == .segment && row.hash != made.hash {
            throw StoreError(
                .damaged, "the file's hash is not the one that the manifest names", file: row.name)
        }
        try ManifestStore.publish(copy, to: target)
        try copyHeads(to: target)
        do throws(StorageError) {
            try target.unlink(StoreLayout.unfinishedBackup)
            try target.syncFolder(StoreLayout.quarantineFolder)
            try target.syncParentOfRoot()
        } catch { throw StoreError(error) }
    }

    /// The H64 of what the copy of a file holds.
    private func copy(
        _ row: ManifestFile, to target: any Storage, mayLink: Bool
    ) throws(StorageError) -> UInt64 {
        let held = files.segments.first { $0.path == row.name }?.file
        let source: any StorageFile
        if let held { source = held } else { source = try storage.open(row.name, .read) }
        if mayLink, row.kind == .segment, try link(row.name, to: target) {
            return try hashOfFile(source, byteCount: row.byteCount)
        }
        let made = try target.open(row.name, .create)
        defer { made.close() }
        let hash = try hashOfFile(source, byteCount: row.byteCount, copyingTo: made)
        try made.sync()
        return hash
    }

    /// Whether the file could get a second name in the target.
    private func link(_ path: String, to target: any Storage) throws(StorageError) -> Bool {
        do throws(StorageError) {
            try storage.link(path, to: path, in: target)
            return true
        } catch {
            // Another file system, one without links, a file dropped meanwhile: copy what is held.
            guard
                [.crossDevice, .permission, .tooManyLinks, .notFound, .readOnlyFileSystem]
                    .contains(error.code)
            else { throw error }
            return false
        }
    }

    /// Whether a catalog file is not what the backup's manifest says.
    fileprivate func catalogDamage(_ row: ManifestFile) throws(StoreError) -> Damage? {
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

    /// What only the log has, imported into the copy.
    private func copyHeads(to target: any Storage) throws(StoreError) {
        guard !heads.generations.isEmpty || !journalFrames.isEmpty else { return }
        let store = try Store.open(in: target)
        defer { store.close() }
        var entries: [JournalEntry] = []
        for item in journalFrames {
            // A copy of damage is no backup.
            entries += try item.entries(reportingTo: nil)
        }
        try store.record(entries)
        try importHeads(into: store)
    }

    private func importHeads(into store: Store) throws(StoreError) {
        let series = Set(heads.generations.flatMap(\.allSeries)).sorted()
        let all = ReadBounds(first: .min, last: .max)
        guard !heads.generations.isEmpty else { return }
        let bulk = try store.beginImport()
        for point in catalog.points {
            for version in point.versions where point.series != nil {
                _ = try bulk.series(
                    of: point.address,
                    deviceName: catalog.name(of: point.address.device)
                        ?? String(point.address.device.rawValue),
                    pointName: version.name, unit: version.unit, dataType: version.dataType,
                    validFrom: version.validFrom)
            }
        }
        for id in series {
            guard let columns = heads.columns(of: id, in: all),
                let address = catalog.address(of: id)
            else { continue }
            guard let own = bulk.catalog.series(of: address) else { continue }
            try bulk.append(columns, to: own)
        }
        _ = try bulk.commit()
    }
}

extension Store {
    /// Flushes, then copies the store to an empty folder. Batches are taken meanwhile.
    ///
    /// - Throws: as ``flush()`` and ``Snapshot/backup(to:linksSegments:)-(String,_)``.
    public func backup(to path: String) throws(StoreError) {
        try flush()
        try snapshot().backup(to: path)
    }

    /// The same in any storage of the same form.
    public func backup(to target: any Storage) throws(StoreError) {
        try flush()
        try snapshot().backup(to: target)
    }

    /// Checks a backup without restoring it: every hash, checksum, count and statistic.
    ///
    /// - Throws: ``StoreError`` where there is no backup to check.
    public static func verifyBackup(at path: String) throws(StoreError) -> VerifyReport {
        try checkBackup(try Snapshot.open(at: path))
    }

    /// The same in any storage.
    public static func verifyBackup(in storage: any Storage) throws(StoreError) -> VerifyReport {
        try checkBackup(try Snapshot.open(in: storage))
    }

    private static func checkBackup(_ snapshot: Snapshot) throws(StoreError) -> VerifyReport {
        var report = try snapshot.verify()
        for row in snapshot.manifest.files where row.kind == .catalog {
            if let damage = try snapshot.catalogDamage(row) { report.damages.append(damage) }
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
    /// - Parameters:
    ///   - backup: the folder of the backup.
    ///   - path: where the store is to be, empty or not there.
    ///   - time: samples stamped up to it, itself too, are restored.
    ///   - linksSegments: whether the store may share its files with the backup.
    /// - Throws: ``StoreError``: `damaged` naming what is damaged in the backup, before anything is
    ///   written; `foreign` where the target is not empty.
    public static func restore(
        from backup: String, to path: String, until time: Timestamp? = nil,
        linksSegments: Bool = true
    ) throws(StoreError) {
        let snapshot = try Snapshot.open(at: backup)
        if let damage = try checkBackup(snapshot).damages.first { throw StoreError(damage) }
        try snapshot.backup(to: path, linksSegments: linksSegments)
        guard let time else { return }
        let store = try Store.open(at: path)
        defer { store.close() }
        try store.remove(
            in: TimeRange(
                from: Timestamp(rawValue: time.rawValue + 1), to: Timestamp(rawValue: .max))!)
    }
}
