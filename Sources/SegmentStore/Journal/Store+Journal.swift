import ColumnCodec
import DurableFiles
import Synchronization
public import TimeSeriesModel

extension Store {
    /// Adds entries to the journal: all of them, durable on return, or none.
    ///
    /// - Throws: ``StoreError``: `invalidParameter` for a time outside 1900 to 2199 or a text that
    ///   is too long; as ``append(_:durability:onConflict:)`` for the log and its bounds.
    public func record(_ entries: [JournalEntry]) throws(StoreError) {
        for entry in entries { try Store.refuse(entry) }
        guard !entries.isEmpty else { return }
        waitForFlush()
        let result = writer.withLock { writer in
            Result { () throws(StoreError) in
                if let refusal = state.withLock({ $0.refusal }) { throw refusal }
                try refuseBehindFlush()
                try record(entries, &writer)
            }
        }
        try result.get()
        flushIfDue()
    }

    static func refuse(_ entry: JournalEntry) throws(StoreError) {
        guard BulkImport.supportedRange.contains(entry.time) else {
            throw StoreError(
                .invalidParameter,
                "time \(entry.time.rawValue) ms found, the years 1900 to 2199 are supported")
        }
        guard entry.text.utf8.count <= JournalEntry.textByteCountMax else {
            throw StoreError(
                .limitExceeded,
                "\(entry.text.utf8.count) bytes found, a journal entry has at most "
                    + "\(JournalEntry.textByteCountMax)")
        }
    }

    /// Few and rare: entries may use the disk's reserve, so that it can be recorded that it was
    /// reached.
    private func record(_ entries: [JournalEntry], _ writer: inout Writer) throws(StoreError) {
        let frames = journalFrames(of: entries, writer.log)
        try makeRoom(for: frames.reduce(0) { $0 + $1.frame.byteCount }, &writer)
        try writeLog(frames.map(\.frame), sync: true, &writer)
        state.withLock { state in
            state.journalFrames.append(frames)
            state.recordByteCount += frames.reduce(0) { $0 + $1.frame.byteCount }
            state.publishedLSN = frames[frames.count - 1].frame.lsn
            state.logByteCount = writer.log.byteCount
        }
    }

    /// The frames of entries, one or more per year, with the LSNs that follow the log's last.
    func journalFrames(of entries: [JournalEntry], _ log: WriteLog) -> [JournalFrame] {
        var frames: [JournalFrame] = []
        let byYear = Dictionary(grouping: entries) { UTCYear(containing: $0.time).number }
        for (year, entries) in byYear.sorted(by: { $0.key < $1.key }) {
            // A frame has a bound; entries of 64 KiB reach it with the thousandth.
            for part in stride(from: 0, to: entries.count, by: 512) {
                let lsn = log.lastLSN + LSN(frames.count) + 1
                let some = entries[part..<min(part + 512, entries.count)]
                frames.append(
                    JournalFrame(
                        year: year,
                        frame: log.frame(.journal, lsn, JournalPayload.encode(some))))
            }
        }
        return frames
    }
}

extension Snapshot {
    /// The journal's entries whose time lies in a range, by time; of one time in the order in which
    /// they were recorded.
    ///
    /// Reads the files of the years concerned, some megabytes at a time, and holds what it returns.
    ///
    /// - Parameters:
    ///   - range: half-open.
    ///   - kind: only entries of this kind; of all kinds if none is given.
    ///   - log: gets what cannot be read; without it that is thrown.
    public func journal(
        in range: TimeRange, kind: JournalEntry.Kind? = nil, reportingTo log: DamageLog? = nil
    ) throws(StoreError) -> [JournalEntry] {
        var inside: [JournalEntry] = []
        for year in journalYears where range.overlaps(UTCYear(year)) {
            var cursor = JournalCursor(year: year)
            try forEachJournalEntry(after: &cursor, reportingTo: log) { recorded in
                let entry = recorded.entry
                if range.contains(entry.time), kind == nil || entry.kind == kind {
                    inside.append(entry)
                }
            }
        }
        return inside.enumerated().sorted {
            ($0.element.time, $0.offset) < ($1.element.time, $1.offset)
        }.map(\.element)
    }
}

extension TimeRange {
    fileprivate func overlaps(_ year: UTCYear) -> Bool { from < year.end && to > year.start }
}
