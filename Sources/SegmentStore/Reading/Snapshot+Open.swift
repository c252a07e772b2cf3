public import DurableFiles
import TimeSeriesModel

extension Snapshot {
    /// How often a reader starts again because a writer replaced files while it opened them.
    private static let attemptCountMax = 20

    /// Opens a store for reading: takes no lock, writes nothing, works beside a writer and on
    /// read-only media, and never refuses over damage.
    ///
    /// What it costs does not depend on the number of samples: the manifest, the catalog, two small
    /// reads and one map a segment.
    ///
    /// - Throws: ``StoreError`` with code `noStore`, `foreign`, `unsupported`; `damaged` where no
    ///   copy of the manifest is valid; `io` and its kin from the system.
    public static func open(at path: String) throws(StoreError) -> Snapshot {
        let storage: PosixStorage
        do throws(StorageError) {
            storage = try PosixStorage(root: path, readOnly: true)
            _ = try PosixStorage.raiseOpenFileLimit()
        } catch {
            guard error.code == .notFound else { throw StoreError(error) }
            throw StoreError(.noStore, "no store at \(path): there is no such folder")
        }
        return try open(in: storage)
    }

    /// The same in any storage, a simulated one for instance.
    public static func open(in storage: any Storage) throws(StoreError) -> Snapshot {
        try open(in: storage, reusing: nil)
    }

    /// - Parameter older: a state of the same store, whose files are used again as far as they count.
    static func open(
        in storage: any Storage, reusing older: Snapshot?
    ) throws(StoreError) -> Snapshot {
        for _ in 1..<attemptCountMax {
            if let snapshot = try openOnce(in: storage, reusing: older, isLastAttempt: false) {
                return snapshot
            }
        }
        return try openOnce(in: storage, reusing: older, isLastAttempt: true)!
    }

    /// `nil` where a writer moved on meanwhile, so that files or records were missing.
    private static func openOnce(
        in storage: any Storage, reusing older: Snapshot?, isLastAttempt: Bool
    ) throws(StoreError) -> Snapshot? {
        var mark = try StoreMark(storage)
        let reading = try ManifestStore.read(from: storage)
        let manifest = reading.manifest
        let content =
            if let known = older?.catalogContent(ifStillOf: manifest) { known } else {
                try CatalogFiles(storage).load(manifest)
            }
        let files = try StoreOpener(storage: storage, scratches: older?.scratches ?? ScratchPool())
            .files(of: manifest, reusing: older?.segments(stillOf: manifest) ?? [])
        let log = try LogReader.read(storage, manifest)
        mark.note(log, of: manifest)
        var catalog = content.catalog
        let replayed = try ReplayedLog(log, &catalog)
        let heads =
            log.frames.isEmpty
            ? VisibleHeads.none
            : VisibleHeads(generations: [replayed.heads], lsn: log.frames.last?.lsn ?? 0)
        let snapshot = Snapshot(
            files, catalog: catalog, heads: heads,
            headSampleCount: replayed.countChanges.values.reduce(0, +),
            logByteCount: log.byteCount, journalFrames: JournalFrames(replayed.journalFrames),
            otherCatalogFrames: content.otherFrames, isCatalogOfLaterVersion: content.isReadOnly,
            problems: reading.damage + content.damage + log.damage, mark: mark,
            storedCatalog: content)
        guard !isLastAttempt else { return snapshot }
        // A flush that was published meanwhile may have dropped the log that was to be read: then
        // what was seen ends before what an earlier reader saw.
        let now = try ManifestStore.read(from: storage).manifest
        guard max(heads.lsn, manifest.flushedLSN) >= now.flushedLSN else { return nil }
        // A bad record is read again before it is judged: a writer may have been writing it.
        guard !log.startsTooLate, log.damage.isEmpty else { return nil }
        let isOutdated = now.generation != manifest.generation && snapshot.hasMissingFiles
        return isOutdated ? nil : snapshot
    }

    /// What the catalog's files have, if a manifest names the same of them.
    private func catalogContent(ifStillOf newer: Manifest) -> CatalogContent? {
        func rows(_ manifest: Manifest) -> [ManifestFile] {
            manifest.files.filter { $0.role == .catalog }
        }
        guard newer.storeID == storeID, rows(newer) == rows(manifest),
            newer.nextSeriesID == manifest.nextSeriesID, let storedCatalog,
            storedCatalog.damage.isEmpty
        else { return nil }
        return storedCatalog
    }

    /// The open segments that a manifest names too.
    private func segments(stillOf newer: Manifest) -> [Segment] {
        guard newer.storeID == storeID else { return [] }
        let rows = Set(newer.files.filter { $0.kind == .segment }.map(\.name))
        return files.segments.filter { rows.contains($0.row.name) }
    }

    private var hasMissingFiles: Bool {
        problems.contains { $0.reason == .missingFile || $0.reason == .badCatalog }
    }
}
