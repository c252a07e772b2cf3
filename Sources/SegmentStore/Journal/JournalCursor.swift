import ColumnCodec
import DurableFiles

/// The place up to which the journal of a UTC year was read: a reader that goes on from here reads only
/// what is new.
///
/// Belongs to one store, and to snapshots of it in the order in which they were taken.
public struct JournalCursor: Sendable {
    public let year: Int
    /// The position up to which every entry of the year was read.
    public fileprivate(set) var position: LSN = 0
    /// Bytes of each journal file that were read.
    fileprivate var byteCounts: [String: Int] = [:]

    public init(year: Int) { self.year = year }
}

/// An entry of the journal and its position: snapshots from there on see it.
public struct RecordedEntry: Sendable {
    public var position: LSN
    public var entry: JournalEntry
}

extension Snapshot {
    /// UTC years that have entries of the journal, ascending. Reads nothing.
    public var journalYears: [Int] {
        let stored = manifest.files.lazy.filter { $0.role == .journal }.compactMap(\.year)
        return Set(stored).union(journalFrames.years).sorted()
    }

    /// Reads the entries of a year that were recorded after a cursor, in no order, and moves the
    /// cursor on.
    ///
    /// An older snapshot than the cursor's has none. Reads of the year's file only what was added,
    /// some megabytes at a time, and of other years nothing.
    ///
    /// - Parameters:
    ///   - cursor: of the year; moved on.
    ///   - log: gets what cannot be read, which is then left out.
    ///   - body: gets each entry. If the call throws, what it got counts for nothing.
    /// - Throws: ``StoreError``; without a log with code `damaged` if something cannot be read. The
    ///   cursor stays what it was then.
    public func forEachJournalEntry(
        after cursor: inout JournalCursor, reportingTo log: DamageLog? = nil,
        _ body: (RecordedEntry) -> Void
    ) throws(StoreError) {
        guard position > cursor.position else { return }
        var next = cursor
        let files = JournalFiles(storage: storage)
        for row in manifest.files where row.role == .journal && row.year == cursor.year {
            let known = cursor.byteCounts[row.name] ?? FileHeader.encodedSize
            guard row.byteCount > known else { continue }
            try files.forEachFrame(of: row, from: known, reportingTo: log) {
                (frame) throws(CodecError) in
                // What the log had when it was read has moved to its file since.
                guard frame.type == .journal, frame.lsn > cursor.position else { return }
                for entry in try JournalPayload.decode(frame.payload) {
                    body(RecordedEntry(position: frame.lsn, entry: entry))
                }
            }
            next.byteCounts[row.name] = row.byteCount
        }
        for item in journalFrames.frames(above: cursor.position) where item.year == cursor.year {
            for entry in try item.entries(reportingTo: log) {
                body(RecordedEntry(position: item.frame.lsn, entry: entry))
            }
        }
        next.position = position
        cursor = next
    }
}
