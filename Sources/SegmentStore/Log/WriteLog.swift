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
    /// Closed files whose frames are not in segments yet, oldest first, and their last LSNs.
    private(set) var older: [(file: StoreFile, lastLSN: LSN)] = []
    private(set) var lastLSN: LSN
    private(set) var syncedLSN: LSN
    private var hasUnsynced = false
    /// Bytes of frames that were written since the newest flush.
    private(set) var byteCount = 0

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

    /// Writes frames in one go, in a file with room for all of them.
    ///
    /// - Parameter takeFileID: gives the number of a new file, where one has to be begun.
    mutating func append(
        _ frames: [RecordFrame], takeFileID: () -> FileID
    ) throws(StoreError) {
        guard let last = frames.last else { return }
        let needed = frames.reduce(0) { $0 + $1.byteCount }
        if let writer, writer.byteCount + needed > fileByteCount {
            try endFile()
        }
        if writer == nil { try beginFile(takeFileID(), roomFor: needed) }
        hasUnsynced = true
        try writer!.append(frames)
        lastLSN = last.lsn
        byteCount += needed
    }

    /// Everything appended is on the medium afterwards.
    mutating func sync() throws(StoreError) {
        guard hasUnsynced else { return }
        try writer?.sync()
        hasUnsynced = false
        syncedLSN = lastLSN
    }

    /// Ends the file under way: the next frame goes to a new one. A full file is synced before the
    /// next gets its first frame, so that a hole is at the end or is damage.
    mutating func endFile() throws(StoreError) {
        try sync()
        writer?.close()
        if let file { older.append((file, lastLSN)) }
        writer = nil
        file = nil
    }

    private mutating func beginFile(_ id: FileID, roomFor needed: Int) throws(StoreError) {
        let next = StoreFile.log(id)
        let header = FileHeader(
            kind: .log, fileID: id, fileSalt: .random(in: .min ... .max), storeID: storeID,
            firstLSN: 0)
        let writer = try RecordFileWriter.create(
            header, at: next.path, in: storage,
            preallocated: max(fileByteCount, FileKind.log.contentOffset + needed))
        try writer.sync()
        do throws(StorageError) {
            try storage.syncFolder(StoreLayout.logFolder)
        } catch { throw StoreError(error) }
        self.writer = writer
        file = next
    }

    /// Takes over the files that an earlier process left, once what they hold is in memory.
    mutating func adopt(_ files: [StoreFile]) {
        older = files.map { ($0, lastLSN) } + older
    }

    /// Unlinks closed files whose frames are all in segments, `flushed` bytes of them.
    mutating func dropFiles(through lsn: LSN, flushed: Int) {
        for item in older where item.lastLSN <= lsn { try? storage.unlink(item.file.path) }
        older.removeAll { $0.lastLSN <= lsn }
        byteCount = max(0, byteCount - flushed)
    }

    /// Numbers up to here are taken, by an import or by what a crash tore.
    mutating func skip(to lsn: LSN) {
        lastLSN = max(lastLSN, lsn)
        if !hasUnsynced { syncedLSN = lastLSN }
    }
}
