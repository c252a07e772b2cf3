import ColumnCodec
import DurableFiles
import TimeSeriesModel

/// The copy of one snapshot into an empty folder, as a store of its own.
///
/// The copy is made of what the snapshot shows and not of what the folder holds now: a writer may
/// replace files meanwhile, and the log holds what no file has yet.
///
/// | Part | In the copy |
/// |---|---|
/// | segments | linked if asked for, else cloned, else copied byte by byte |
/// | catalog | two new files, written from the snapshot's catalog |
/// | journal | copied, and the log's entries appended |
/// | samples of the log | imported: they become segments of the copy |
struct SnapshotCopier {
    private let snapshot: Snapshot
    private let target: any Storage
    private let linksSegments: Bool
    private let cancellation: CancellationCheck
    /// Bytes that must stay free on the file system of the target.
    private let reserveByteCount: Int
    /// The journal files by name, open before anything is copied: a file that is unlinked meanwhile
    /// stays readable.
    private let journals: [String: any StorageFile]
    /// Until a segment could not be cloned.
    private var mayClone = true
    /// Whether the room for what is still to be copied was checked.
    private var hasCheckedRoom = false

    /// Opens the files that the snapshot does not hold open. Writes nothing.
    ///
    /// - Parameter reserveByteCount: bytes that the store keeps free on its disk; nil: as the default
    ///   of ``StoreOptions``. Another file system may be filled completely.
    /// - Throws: ``StoreError``: `damaged` if something cannot be read, because a copy of damage is
    ///   no backup; `unsupported` if a later version of the program wrote the catalog; `foreign` if
    ///   the folder is not empty.
    init(
        _ snapshot: Snapshot, to target: any Storage, linksSegments: Bool, reserveByteCount: Int?,
        checking cancellation: Cancellation
    ) throws(StoreError) {
        self.cancellation = .shared(cancellation)
        if let damage = snapshot.problems.first(where: \.losesSamples) { throw StoreError(damage) }
        guard !snapshot.isCatalogOfLaterVersion else {
            throw StoreError(
                .unsupported,
                "a later version of the program has written the catalog; that version can copy it")
        }
        // The copy's catalog files get new numbers.
        try snapshot.manifest.refuseExhausted(lastLSN: snapshot.position)
        try StoreFolder(target).refuseAnyFile()
        self.snapshot = snapshot
        self.target = target
        self.linksSegments = linksSegments
        do throws(StorageError) {
            let isShared = try snapshot.storage.sharesFileSystem(with: target)
            let disk = try target.space().byteCount
            let reserve =
                reserveByteCount ?? StoreOptions.defaultDiskReserveByteCount(ofDisk: disk)
            self.reserveByteCount = isShared ? reserve : 0
        } catch { throw StoreError(error) }
        journals = try SnapshotCopier.openJournals(of: snapshot)
    }

    /// A journal file that the newest manifest does not name was removed since the snapshot was
    /// taken, with the years that it was about: it is left out.
    private static func openJournals(
        of snapshot: Snapshot
    ) throws(StoreError) -> [String: any StorageFile] {
        var journals: [String: any StorageFile] = [:]
        for row in snapshot.manifest.files where row.role == .journal {
            do throws(StorageError) {
                journals[row.name] = try snapshot.storage.open(row.name, .read)
            } catch {
                guard error.code == .notFound else { throw StoreError(error) }
                let newest = try ManifestStore.read(from: snapshot.storage).manifest
                guard !newest.files.contains(where: { $0.name == row.name }) else {
                    throw StoreError(
                        .damaged, "no file found, \(row.byteCount) bytes expected",
                        file: row.name)
                }
            }
        }
        return journals
    }

    /// Makes the copy. A mark in it says that it is not finished, and goes last.
    mutating func run() throws(StoreError) {
        defer { for file in journals.values { file.close() } }
        do throws(StoreError) { try copyAll() } catch {
            if error.code == .cancelled { removeFiles() }
            throw error
        }
    }

    /// Takes away what a cancelled copy has written. Its folders stay, empty: another copy can be made
    /// there.
    private func removeFiles() {
        for folder in StoreLayout.folders + [StoreLayout.root] {
            guard let names = try? target.list(folder) else { continue }
            for name in names {
                try? target.unlink(folder == StoreLayout.root ? name : "\(folder)/\(name)")
            }
        }
    }

    private mutating func copyAll() throws(StoreError) {
        try cancellation.check()
        try begin()
        var copy = snapshot.manifest
        copy.generation = 1
        copy.dropped = []
        copy.files.removeAll { $0.role == .journal && journals[$0.name] == nil }
        // What the log holds is in the copy's files, so its own log begins after that.
        copy.flushedLSN = snapshot.position
        copy.nextLSN = max(copy.nextLSN, snapshot.position + 1)
        copy.nextSeriesID = max(copy.nextSeriesID, snapshot.catalog.nextSeriesID)
        try copyFiles(of: &copy)
        try writeRecords(of: &copy)
        do throws(StorageError) {
            for folder in StoreLayout.dataFolders + [StoreLayout.root] {
                try target.syncFolder(folder)
            }
        } catch { throw StoreError(error) }
        try ManifestStore.publish(copy, to: target)
        try cancellation.check()
        try importHeads()
        // From here on it is a backup.
        do throws(StorageError) {
            try target.unlink(StoreLayout.unfinishedBackup)
            try target.syncFolder(StoreLayout.quarantineFolder)
            try target.syncParentOfRoot()
        } catch { throw StoreError(error) }
    }

    private func begin() throws(StoreError) {
        do throws(StorageError) {
            for folder in StoreLayout.folders { try target.createFolder(folder) }
            try target.open(StoreLayout.unfinishedBackup, .create).sync()
            try target.syncFolder(StoreLayout.quarantineFolder)
        } catch { throw StoreError(error) }
    }
}

// MARK: Files

extension SnapshotCopier {
    private mutating func copyFiles(of copy: inout Manifest) throws(StoreError) {
        let held = Dictionary(
            uniqueKeysWithValues: snapshot.files.segments.map { ($0.row.name, $0.file) })
        for (index, row) in copy.files.enumerated() where row.role != .catalog {
            guard let source = held[row.name] ?? journals[row.name] else {
                throw StoreError(
                    .damaged, "no file found, \(row.byteCount) bytes expected", file: row.name)
            }
            let hash = try self.copy(row, from: source, remaining: copy.files[index...])
            // A hash that was cut short is none.
            try cancellation.check()
            if row.kind == .segment, hash != row.hash {
                throw StoreError(
                    .damaged, "the file's hash is not the one that the manifest names",
                    file: row.name)
            }
            copy.files[index].hash = hash
        }
    }

    /// - Parameter rows: this row and those that are still to be copied.
    /// - Returns: the H64 of the bytes that the copy holds.
    private mutating func copy(
        _ row: ManifestFile, from source: any StorageFile, remaining rows: ArraySlice<ManifestFile>
    ) throws(StoreError) -> UInt64 {
        let isSegment = row.kind == .segment
        if isSegment, linksSegments, let hash = try linked(row, source) { return hash }
        let made: any StorageFile
        do throws(StorageError) { made = try target.open(row.name, .create) } catch {
            throw StoreError(error)
        }
        defer { made.close() }
        // A journal may be longer than its committed size, so it is not cloned.
        if isSegment, mayClone {
            if let hash = try cloned(row, source, to: made) { return hash }
            mayClone = false
        }
        try refuseWithoutRoom(for: rows)
        do throws(StorageError) {
            let hash = try hashOfFile(
                source, byteCount: row.byteCount, copyingTo: made, checking: cancellation)
            try made.sync()
            return hash
        } catch { throw StoreError(error) }
    }

    /// Gives the file a second name in the target; nil if that cannot be.
    private func linked(
        _ row: ManifestFile, _ source: any StorageFile
    ) throws(StoreError) -> UInt64? {
        do throws(StorageError) {
            do throws(StorageError) {
                try snapshot.storage.link(row.name, to: row.name, in: target)
            } catch {
                // Another file system, one without links, a file that was dropped meanwhile.
                guard
                    [.crossDevice, .permission, .tooManyLinks, .notFound, .readOnlyFileSystem]
                        .contains(error.code)
                else { throw error }
                return nil
            }
            // Both names are one file: a write to the backup is a write to the store.
            source.markReadOnly()
            return try hashOfFile(source, byteCount: row.byteCount, checking: cancellation)
        } catch { throw StoreError(error) }
    }

    /// Has the copy share the file's blocks, copy on write; nil if the file system cannot.
    private func cloned(
        _ row: ManifestFile, _ source: any StorageFile, to made: any StorageFile
    ) throws(StoreError) -> UInt64? {
        do throws(StorageError) {
            guard try source.clone(to: made) else { return nil }
            try made.sync()
            return try hashOfFile(made, byteCount: row.byteCount, checking: cancellation)
        } catch { throw StoreError(error) }
    }

    /// A copy that does not fit is not begun, and one beside the store leaves the store its reserve:
    /// a backup must not stop what it is to protect.
    private mutating func refuseWithoutRoom(
        for rows: ArraySlice<ManifestFile>
    ) throws(StoreError) {
        guard !hasCheckedRoom else { return }
        hasCheckedRoom = true
        let needed = rows.reduce(0) { $0 + ($1.role == .catalog ? 0 : $1.byteCount) }
        let free: Int
        do throws(StorageError) { free = try target.space().availableByteCount } catch {
            throw StoreError(error)
        }
        guard free < needed + reserveByteCount else { return }
        throw StoreError(
            reserveByteCount > 0 ? .diskReserve : .diskFull,
            "\(free) bytes of space are left; the copy needs \(needed)"
                + (reserveByteCount > 0
                    ? ", and the store on the same disk keeps \(reserveByteCount) free" : ""))
    }
}

// MARK: What the log holds

extension SnapshotCopier {
    /// Writes the catalog anew, appends the journal entries that only the log has, and hashes the
    /// record files.
    private func writeRecords(of copy: inout Manifest) throws(StoreError) {
        var content = CatalogContent(catalog: snapshot.catalog)
        content.otherFrames = snapshot.otherCatalogFrames
        let files = CatalogFiles(target)
        copy = try files.replace(content, in: copy)
        for item in snapshot.journalFrames {
            // A copy of damage is no backup.
            _ = try item.entries(reportingTo: nil)
        }
        copy = try JournalFiles(storage: target).append(Array(snapshot.journalFrames), to: copy)
        do throws(StorageError) {
            for (index, row) in copy.files.enumerated() where row.kind != .segment {
                let file = try target.open(row.name, .read)
                defer { file.close() }
                copy.files[index].hash = try hashOfFile(file, byteCount: row.byteCount)
            }
        } catch { throw StoreError(error) }
    }

    /// Turns the samples that only the log has into segments of the copy.
    private func importHeads() throws(StoreError) {
        guard !snapshot.heads.generations.isEmpty else { return }
        var options = StoreOptions()
        // The room was checked, and a medium for backups keeps none free for appends.
        options.diskReserveByteCount = 0
        let store = try Store.open(in: target, options: options)
        defer { store.close() }
        let bulk = try store.beginImport()
        let all = ReadBounds(first: .min, last: .max)
        for series in Set(snapshot.heads.generations.flatMap(\.allSeries)).sorted() {
            guard let columns = snapshot.heads.columns(of: series, in: all) else { continue }
            // The copy has the same catalog, and so the same numbers.
            try bulk.append(columns, to: series)
        }
        _ = try bulk.commit()
    }
}
