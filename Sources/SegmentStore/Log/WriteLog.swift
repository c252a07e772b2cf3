import ColumnCodec
import DurableFiles
import TimeSeriesModel

/// The write-ahead log as the writer holds it: one file at a time, frames of consecutive LSNs.
///
/// Not shared: whoever has the writer's turn uses it.
struct WriteLog {
    private let storage: any Storage
    private let storeID: UInt64
    /// What a file takes from the disk at once, so that a tick does not make it longer.
    private let fileByteCount: Int
    private var writer: RecordFileWriter?
    private var file: StoreFile?
    /// What the file under way has taken from the disk.
    private var reserved = 0
    /// The next file, in `tmp/`.
    private var spare: Spare?
    /// Closed files whose frames are not in segments yet, oldest first.
    private var older: [Closed] = []
    private(set) var lastLSN: LSN
    private(set) var syncedLSN: LSN
    private var hasUnsynced = false
    /// Why the log takes nothing any more. A sync that failed is not tried again: the system reports
    /// lost pages once and takes them for clean then.
    private(set) var failure: StoreError?
    /// Bytes of frames that were written since the newest flush.
    private(set) var byteCount = 0

    private struct Closed {
        let file: StoreFile
        let lastLSN: LSN
        var isDamaged = false
    }

    private struct Spare {
        let file: StoreFile
        let writer: RecordFileWriter
    }

    init(_ storage: any Storage, storeID: UInt64, lastLSN: LSN, fileByteCount: Int) {
        self.storage = storage
        self.storeID = storeID
        self.fileByteCount = fileByteCount
        self.lastLSN = lastLSN
        syncedLSN = lastLSN
    }

    /// A frame that says how far the log was synced when it was made.
    func frame(_ type: RecordType, _ lsn: LSN, _ payload: [UInt8]) -> RecordFrame {
        RecordFrame(
            type: type, lsn: lsn, distance: RecordFrame.distance(of: lsn, fromSynced: syncedLSN),
            payload: payload)
    }

    /// Writes frames in one go, in the file that ``makeRoom(for:takeFileID:)`` saw to.
    ///
    /// - Throws: the system's error. ``failure`` is nil then if nothing of the frames is left in the
    ///   file, so that the next frames may take their place.
    mutating func append(_ frames: [RecordFrame]) throws(StoreError) {
        guard let last = frames.last else { return }
        if let failure { throw StoreError.afterFailure(failure) }
        hasUnsynced = true
        let count = frames.reduce(0) { $0 + $1.byteCount }
        do throws(StoreError) { try writer!.append(frames) } catch {
            let error = inFile(error)
            if !error.isShortage || !takeBack(count) { failure = error }
            throw error
        }
        lastLSN = last.lsn
        byteCount += count
    }

    /// Clears the place of frames that were refused, durably.
    ///
    /// A part of them may be whole frames, which a reader would take for acknowledged ones, also
    /// after shorter frames were written over the first of them. A file that is copied on write may
    /// have no space for what it overwrites, but has it for what it holds.
    private mutating func takeBack(_ byteCount: Int) -> Bool {
        do throws(StoreError) { try writer?.clear(next: byteCount) } catch { return false }
        hasUnsynced = false
        syncedLSN = lastLSN
        return true
    }

    /// Everything appended is on the medium afterwards.
    mutating func sync() throws(StoreError) {
        if let failure { throw StoreError.afterFailure(failure) }
        guard hasUnsynced else { return }
        do throws(StoreError) { try writer?.sync() } catch {
            let error = inFile(error)
            failure = error
            throw error
        }
        hasUnsynced = false
        syncedLSN = lastLSN
    }

    /// Ends the file under way: the next frame goes to a new one. A full file is synced before the
    /// next gets its first frame, so that a hole is at the end or is damage.
    mutating func endFile() throws(StoreError) {
        try sync()
        writer?.close()
        if let file { older.append(Closed(file: file, lastLSN: lastLSN)) }
        writer = nil
        file = nil
    }

    /// Sees to a file with room for some bytes, so that writing them cannot fill the disk.
    ///
    /// The file after that lies ready in `tmp/`, with its space taken: where the disk is full,
    /// what is in memory still has a log to go to.
    ///
    /// - Parameter takeFileID: gives the number of a new file, where one has to be begun.
    /// - Throws: what a file that was to be begun met: nothing of what was appended hangs on it, and
    ///   trying again is right.
    mutating func makeRoom(
        for needed: Int, takeFileID: () -> FileID
    ) throws(StoreError) {
        if hasRoom(for: needed) { return }
        precondition(writer == nil, "a full file has been ended before the next is begun")
        let byteCount = max(fileByteCount, FileKind.log.contentOffset + needed)
        if byteCount > fileByteCount {
            // A batch of unusual size has a file of its own. The file that is ready has an earlier
            // number and would be read before it.
            discardSpare()
            try begin(try make(takeFileID(), byteCount: byteCount), byteCount: byteCount)
        } else {
            if spare == nil { spare = try make(takeFileID(), byteCount: byteCount) }
            let next = spare!
            spare = nil
            try begin(next, byteCount: byteCount)
        }
        // Without it the next file is made when it is needed.
        if spare == nil { spare = try? make(takeFileID(), byteCount: fileByteCount) }
    }

    /// Whether frames of so many bytes fit into the file under way.
    func hasRoom(for needed: Int) -> Bool {
        writer.map { $0.byteCount + needed <= reserved } ?? false
    }

    /// The error with the name that the file has now: it was opened under another.
    private func inFile(_ error: StoreError) -> StoreError {
        var error = error
        error.file = file?.path
        return error
    }

    /// A file in `tmp/`, its header synced and its space taken: with zeros, but where one batch
    /// fills it.
    private func make(_ id: FileID, byteCount: Int) throws(StoreError) -> Spare {
        let file = StoreFile.log(id)
        let path = StoreLayout.temporary(file)
        let header = FileHeader(
            kind: .log, fileID: id, fileSalt: .random(in: .min ... .max), storeID: storeID,
            firstLSN: 0)
        do throws(StoreError) {
            let writer = try RecordFileWriter.create(
                header, at: path, in: storage, preallocated: byteCount,
                zeroed: byteCount <= fileByteCount)
            try writer.sync()
            return Spare(file: file, writer: writer)
        } catch {
            try? storage.unlink(path)
            throw error
        }
    }

    private mutating func begin(_ next: Spare, byteCount: Int) throws(StoreError) {
        do throws(StorageError) {
            try storage.rename(StoreLayout.temporary(next.file), to: next.file.path)
            try storage.syncFolder(StoreLayout.logFolder)
        } catch {
            next.writer.close()
            try? storage.unlink(next.file.path)
            throw StoreError(error)
        }
        writer = next.writer
        file = next.file
        reserved = byteCount
    }

    /// Where the file that lies ready is, if there is one.
    var sparePath: String? { spare.map { StoreLayout.temporary($0.file) } }

    /// Takes away the file that lies ready.
    mutating func discardSpare() {
        guard let spare else { return }
        spare.writer.close()
        try? storage.unlink(StoreLayout.temporary(spare.file))
        self.spare = nil
    }

    /// Takes over the files that an earlier process left, once what they hold is in memory.
    ///
    /// - Parameter toQuarantine: whether they are put aside instead of unlinked, for somebody may
    ///   read more of a damaged log than we did.
    mutating func adopt(_ files: [StoreFile], toQuarantine: Bool) {
        older = files.map { Closed(file: $0, lastLSN: lastLSN, isDamaged: toQuarantine) } + older
    }

    /// The number of the oldest file that may hold frames above an LSN; `nil` if no file does yet.
    ///
    /// A file that is begun later has a greater number than all that are there now.
    func firstFileID(above lsn: LSN) -> FileID? {
        var ids = older.filter { $0.lastLSN > lsn }.map(\.file.id)
        if let file { ids.append(file.id) }
        if let spare { ids.append(spare.file.id) }
        return ids.min()
    }

    /// Unlinks closed files whose frames are all in segments, `flushed` bytes of them.
    mutating func dropFiles(through lsn: LSN, flushed: Int) {
        for item in older where item.lastLSN <= lsn {
            if item.isDamaged {
                try? storage.rename(
                    item.file.path, to: StoreLayout.quarantined(item.file.name))
            } else {
                try? storage.unlink(item.file.path)
            }
        }
        older.removeAll { $0.lastLSN <= lsn }
        byteCount = max(0, byteCount - flushed)
    }

    /// Numbers up to here are taken, by an import or by what a crash tore.
    mutating func skip(to lsn: LSN) {
        lastLSN = max(lastLSN, lsn)
        if !hasUnsynced { syncedLSN = lastLSN }
    }
}
