import ColumnCodec
import DurableFiles
import TimeSeriesModel

/// The journal files of a store, one a UTC year: how frames are added, and read.
///
/// Like ``CatalogFiles`` it holds nothing open and returns the manifest as it must be published.
struct JournalFiles {
    let storage: any Storage

    /// Appends frames, which keep the LSNs that they have in the log, to the files of their years.
    ///
    /// Synced on return, also the names of new files.
    func append(
        _ frames: [JournalFrame], to manifest: Manifest
    ) throws(StoreError) -> Manifest {
        var manifest = manifest
        var isNew = false
        for year in Set(frames.map(\.year)).sorted() {
            let added = frames.filter { $0.year == year }.map(\.frame)
            if let index = manifest.files.firstIndex(where: {
                $0.role == .journal && $0.year == year
            }) {
                try manifest.files[index].append(added, in: storage)
            } else {
                manifest.files.append(try create(year, added, &manifest))
                isNew = true
            }
        }
        if isNew {
            do throws(StorageError) { try storage.syncFolder(StoreLayout.recordFolder) } catch {
                throw StoreError(error)
            }
        }
        return manifest
    }

    private func create(
        _ year: Int, _ frames: [RecordFrame], _ manifest: inout Manifest
    ) throws(StoreError) -> ManifestFile {
        let file = StoreFile.journal(year: year, manifest.nextFileID)
        manifest.nextFileID += 1
        let header = FileHeader(
            kind: .journal, fileID: file.id, fileSalt: .random(in: .min ... .max),
            storeID: manifest.storeID, year: year, firstLSN: frames.first?.lsn ?? 0)
        return try RecordFileWriter.make(
            file, header, role: .journal, holding: frames, in: storage)
    }

    /// Hands on the frames of a file from an offset on, in the order in which they were written.
    /// Damaged ones are reported and left out.
    ///
    /// Reads some megabytes at a time: a journal may be larger than the memory of a process.
    ///
    /// - Parameter start: where a frame begins.
    func forEachFrame(
        of row: ManifestFile, from start: Int, reportingTo log: DamageLog?,
        _ body: (RecordFrame) throws(CodecError) -> Void
    ) throws(StoreError) {
        let file: any StorageFile
        let end: Int
        do throws(StorageError) {
            file = try storage.open(row.name, .read)
            end = min(row.byteCount, try file.byteCount())
        } catch {
            guard error.code == .notFound else { throw StoreError(error) }
            if wasDropped(row) { return }
            try log.report(row.journalDamage(.missingFile, "no file found", at: 0))
            return
        }
        defer { file.close() }
        var reader = RecordFileReader(file, from: start, to: end, salt: row.salt)
        while let step = try reader.next() {
            switch step {
            case .frame(let found):
                do throws(CodecError) { try body(found.frame) } catch {
                    try log.report(row.journalDamage(.checksum, error.text, at: found.offset))
                }
            case .fault(let fault):
                try log.report(row.journalDamage(.checksum, fault.detail, at: fault.offset))
                try reader.skipToNextFrame()
            }
        }
        if end < row.byteCount {
            let text = "\(max(start, end)) bytes found, \(row.byteCount) committed"
            try log.report(row.journalDamage(.truncated, text, at: max(start, end)))
        }
    }

    /// Whether the newest manifest does not name the file any more: retention has removed it since
    /// the snapshot was taken, and nothing is damaged.
    private func wasDropped(_ row: ManifestFile) -> Bool {
        guard let newest = try? ManifestStore.read(from: storage).manifest else { return false }
        return !newest.files.contains { $0.name == row.name }
    }
}

/// A frame of the journal and the UTC year of its entries.
struct JournalFrame: Sendable {
    let year: Int
    let frame: RecordFrame

    /// What it says; nothing where it cannot be decoded and a log takes note of that.
    func entries(reportingTo log: DamageLog?) throws(StoreError) -> [JournalEntry] {
        do throws(CodecError) { return try JournalPayload.decode(frame.payload) } catch {
            try log.report(
                Damage(
                    file: StoreLayout.logFolder, offset: 0, reason: .checksum, losesSamples: false,
                    detail: "LSN \(frame.lsn): \(error.text)"))
            return []
        }
    }
}

extension ManifestFile {
    /// No sample is lost with a journal.
    fileprivate func journalDamage(
        _ reason: Damage.Reason, _ detail: String, at offset: Int
    ) -> Damage {
        Damage(file: name, offset: offset, reason: reason, losesSamples: false, detail: detail)
    }
}
