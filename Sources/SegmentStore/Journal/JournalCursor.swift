import ColumnCodec
import DurableFiles

/// How far a journal was read: whoever reads on from here pays for what is new alone.
///
/// Belongs to one store, and to snapshots of it in the order in which they were taken.
public struct JournalCursor: Sendable {
    /// The position up to which every entry was read.
    public fileprivate(set) var position: LSN = 0
    /// Bytes of each journal file that were read.
    fileprivate var byteCounts: [String: Int] = [:]

    public init() {}
}

/// An entry of the journal and its position: snapshots from there on see it.
public struct RecordedEntry: Sendable {
    public var position: LSN
    public var entry: JournalEntry
}

extension Snapshot {
    /// The entries that were recorded behind a cursor, in no order, and moves the cursor on.
    ///
    /// An older snapshot than the cursor's has none. Reads of each file only what was added.
    ///
    /// - Parameters:
    ///   - cursor: where the reader stands; moved on.
    ///   - log: gets what cannot be read, which is then left out.
    /// - Throws: ``StoreError``; without a log with code `damaged` where something cannot be read. The
    ///   cursor stays where it is then.
    public func journal(
        behind cursor: inout JournalCursor, reportingTo log: DamageLog? = nil
    ) throws(StoreError) -> [RecordedEntry] {
        guard position > cursor.position else { return [] }
        var next = cursor
        var entries: [RecordedEntry] = []
        func add(_ new: [JournalEntry], of frame: RecordFrame) {
            entries += new.map { RecordedEntry(position: frame.lsn, entry: $0) }
        }
        let files = JournalFiles(storage: storage)
        for row in manifest.files where row.role == .journal {
            let known = cursor.byteCounts[row.name] ?? FileHeader.encodedSize
            guard row.byteCount > known else { continue }
            try files.forEachFrame(of: row, from: known, reportingTo: log) {
                (frame) throws(CodecError) in
                // What the log had when it was read has moved to its file since.
                guard frame.type == .journal, frame.lsn > cursor.position else { return }
                add(try JournalPayload.decode(frame.payload), of: frame)
            }
            next.byteCounts[row.name] = row.byteCount
        }
        for item in journalFrames where item.frame.lsn > cursor.position {
            add(try item.entries(reportingTo: log), of: item.frame)
        }
        next.position = position
        cursor = next
        return entries
    }
}
