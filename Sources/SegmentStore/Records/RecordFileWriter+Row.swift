import DurableFiles

extension RecordFileWriter {
    /// Writes a file of frames aside, syncs it and gives it its name; the folder is still to be
    /// synced.
    ///
    /// - Returns: its row for the manifest.
    static func make(
        _ file: StoreFile, _ header: FileHeader, role: FileRole, holding frames: [RecordFrame],
        in storage: any Storage
    ) throws(StoreError) -> ManifestFile {
        let temporary = StoreLayout.temporary(file)
        var writer = try create(header, at: temporary, in: storage)
        defer { writer.close() }
        try writer.append(frames)
        try writer.sync()
        do throws(StorageError) { try storage.rename(temporary, to: file.path) } catch {
            throw StoreError(error)
        }
        var row = ManifestFile(
            name: file.path, kind: header.kind, id: file.id, salt: header.fileSalt,
            year: file.year, byteCount: writer.byteCount, role: role)
        row.cover(frames)
        return row
    }
}

extension ManifestFile {
    /// Appends frames to the row's file at its committed size, and syncs it.
    mutating func append(_ frames: [RecordFrame], in storage: any Storage) throws(StoreError) {
        var writer = try RecordFileWriter.open(
            name, salt: salt, byteCount: byteCount, in: storage)
        defer { writer.close() }
        try writer.append(frames)
        try writer.sync()
        byteCount = writer.byteCount
        // The hash that a backup put here was of what was there before.
        hash = nil
        cover(frames)
    }

    /// Widens the row's LSNs to those of frames that the file got.
    fileprivate mutating func cover(_ frames: [RecordFrame]) {
        for frame in frames {
            // Real numbers begin with 1; 0 is the row of a file without records.
            firstLSN = lastLSN == 0 ? frame.lsn : min(firstLSN, frame.lsn)
            lastLSN = max(lastLSN, frame.lsn)
        }
    }
}
