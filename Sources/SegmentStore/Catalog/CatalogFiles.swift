public import DurableFiles

/// The two catalog files: the same records in both, each under a salt of its own.
///
/// Holds nothing open. Every change takes a manifest and returns it with the rows as they must be
/// published; until then nothing of it counts, and a writer's next change cuts it off again.
public struct CatalogFiles: Sendable {
    /// A file below this size is never rewritten.
    public static let rewriteByteCountMin = 1 << 20
    /// How many times its live records a file may hold.
    public static let rewriteFactor = 2
    static let copyCount = 2

    private let storage: any Storage
    private let makeSalt: @Sendable () -> UInt64

    /// - Parameters:
    ///   - storage: where the files lie.
    ///   - makeSalt: gives the salt of a new file, random but in tests.
    public init(
        _ storage: any Storage,
        makeSalt: @escaping @Sendable () -> UInt64 = { .random(in: .min ... .max) }
    ) {
        self.storage = storage
        self.makeSalt = makeSalt
    }

    /// Reads both files up to their committed sizes, side by side.
    ///
    /// The same frames stand at the same offsets in both, so a bad frame in one is read from the
    /// other. Where both are bad there, the next frame that either shows goes on.
    ///
    /// - Throws: ``StoreError`` with code `unsupported` for what only a later version understands,
    ///   `io` where the system would not read. Damage is not thrown but listed.
    public func load(_ manifest: Manifest) throws(StoreError) -> CatalogContent {
        var loader = CatalogLoader(Catalog(nextSeriesID: manifest.nextSeriesID))
        for row in manifest.files where row.role == .catalog {
            try loader.open(row, storeID: manifest.storeID, in: storage)
        }
        try loader.run()
        return loader.finish()
    }

    /// Makes two empty files, durable with their names, and adds their rows.
    public func create(for manifest: Manifest) throws(StoreError) -> Manifest {
        try create(for: manifest, holding: [])
    }

    /// Appends the records of a change to both files, and syncs them.
    ///
    /// - Parameters:
    ///   - change: the records; may be of several definitions.
    ///   - lsn: of the frame that carries the records in the log.
    ///   - manifest: names the files and how much of them counts.
    /// - Throws: ``StoreError``; with code `damaged` where a file is shorter than committed:
    ///   ``replace(_:in:)`` first where ``CatalogContent/damage`` is not empty.
    public func append(
        _ change: CatalogChange, lsn: LSN, to manifest: Manifest
    ) throws(StoreError) -> Manifest {
        let frames = change.payloads.map { RecordFrame(type: .catalog, lsn: lsn, payload: $0) }
        return try append(frames, to: manifest)
    }

    /// Appends frames, which keep the LSNs that they have in the log, to both files, and syncs
    /// them.
    public func append(
        _ frames: [RecordFrame], to manifest: Manifest
    ) throws(StoreError) -> Manifest {
        guard !frames.isEmpty else { return manifest }
        var manifest = manifest
        for index in manifest.files.indices where manifest.files[index].role == .catalog {
            try manifest.files[index].append(frames, in: storage)
        }
        return manifest
    }
}

// MARK: Fresh files

extension CatalogFiles {
    /// Replaces both files when one has passed 1 MiB and twice its live records.
    ///
    /// - Parameters:
    ///   - catalog: what the files of `manifest` say, and nothing later.
    ///   - otherFrames: the frames of other types that still hold.
    ///   - manifest: the one in force.
    /// - Returns: the manifest, unchanged where nothing was due; otherwise with the new rows, and
    ///   the old names among ``Manifest/dropped``.
    public func rewriteIfDue(
        _ catalog: Catalog, otherFrames: [RecordFrame], in manifest: Manifest
    ) throws(StoreError) -> Manifest {
        let old = manifest.files.filter { $0.role == .catalog }
        guard let byteCount = old.map(\.byteCount).max(),
            byteCount > CatalogFiles.rewriteByteCountMin
        else { return manifest }
        // Nearly always nothing is due, so what is live is counted, and not held.
        var live = otherFrames.reduce(0) { $0 + $1.byteCount }
        CatalogFiles.forEachFrame(of: catalog, lsn: manifest.flushedLSN) { live += $0.byteCount }
        guard byteCount > CatalogFiles.rewriteFactor * live else { return manifest }
        let frames = CatalogFiles.frames(catalog, otherFrames, lsn: manifest.flushedLSN)
        var next = manifest
        next.files.removeAll { $0.role == .catalog }
        next.dropped += old.map(\.name)
        return try create(for: next, holding: frames)
    }

    /// Replaces both files by fresh ones that hold what could be read of them.
    ///
    /// For files with damage, before anything is appended: the next fault may hit the good copy.
    /// The old files are not dropped but lose their rows, so that they end in `quarantine/`.
    public func replace(
        _ content: CatalogContent, in manifest: Manifest
    ) throws(StoreError) -> Manifest {
        var next = manifest
        next.files.removeAll { $0.role == .catalog }
        return try create(
            for: next,
            holding: CatalogFiles.frames(
                content.catalog, content.otherFrames, lsn: manifest.flushedLSN))
    }

    /// All that holds: frames of other types with their own LSNs, then the catalog's records.
    private static func frames(
        _ catalog: Catalog, _ others: [RecordFrame], lsn: LSN
    ) -> [RecordFrame] {
        var frames = others.sorted { $0.lsn < $1.lsn }
        forEachFrame(of: catalog, lsn: lsn) { frames.append($0) }
        return frames
    }

    private static func forEachFrame(
        of catalog: Catalog, lsn: LSN, _ body: (RecordFrame) -> Void
    ) {
        var open = CatalogPayload()
        catalog.forEachLiveRecord { record in
            guard let full = open.append(record) else { return }
            body(RecordFrame(type: .catalog, lsn: lsn, payload: full))
        }
        guard let last = open.take() else { return }
        body(RecordFrame(type: .catalog, lsn: lsn, payload: last))
    }

    private func create(
        for manifest: Manifest, holding frames: [RecordFrame]
    ) throws(StoreError) -> Manifest {
        var manifest = manifest
        for _ in 0..<CatalogFiles.copyCount {
            let header = FileHeader(
                kind: .catalog, fileID: manifest.nextFileID, fileSalt: makeSalt(),
                storeID: manifest.storeID, firstLSN: frames.first?.lsn ?? manifest.flushedLSN)
            manifest.nextFileID += 1
            manifest.files.append(
                try RecordFileWriter.make(
                    .catalog(header.fileID), header, role: .catalog, holding: frames, in: storage))
        }
        do throws(StorageError) { try storage.syncFolder(StoreLayout.recordFolder) } catch {
            throw StoreError(error)
        }
        return manifest
    }
}
