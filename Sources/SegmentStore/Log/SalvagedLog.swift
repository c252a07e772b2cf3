import ColumnCodec
import DurableFiles
import TimeSeriesModel

/// What a log with holes still gives: counts that fit what is left, and a gap for each hole.
///
/// A lost record may have held the sample that a later one replaces, or the definition of a series,
/// so what the records behind it say about counts does not hold.
struct SalvagedLog {
    let countChanges: [Int: Int]
    let gaps: [JournalFrame]

    /// - Parameters:
    ///   - lsn: what the gaps are recorded with.
    ///   - files: the segments that the heads stand before.
    init(
        _ log: LogContent, _ heads: Heads, in files: PublishedFiles, lsn: LSN
    ) throws(StoreError) {
        gaps = SalvagedLog.gaps(log, lsn)
        var changes: [Int: Int] = [:]
        let visible = VisibleHeads(generations: [heads], lsn: .max)
        for year in files.years(with: visible) where heads.years.contains(year.year.number) {
            let stored = try year.seriesWithSampleCounts().map(\.series)
            var count = 0
            for series in Set(stored).union(heads.allSeries) {
                count += try SampleDigest(of: series, in: year, files.scratches).count
            }
            changes[year.year.number] =
                count - (files.manifest.sampleCounts[year.year.number] ?? 0)
        }
        countChanges = changes
    }

    private static func gaps(_ log: LogContent, _ lsn: LSN) -> [JournalFrame] {
        let losses = log.damage.filter(\.losesSamples)
        let entries = log.holes.map { hole in
            let file = losses.first.map { "\"file\":\"\($0.file)\",\"offset\":\($0.offset)," } ?? ""
            return JournalEntry(
                .gap, at: newestTime(in: log.frames, before: hole.lowerBound),
                "{\"reason\":\"damaged\",\(file)\"first_lsn\":\(hole.lowerBound),"
                    + "\"last_lsn\":\(hole.upperBound)}")
        }
        return Dictionary(grouping: entries) { UTCYear(containing: $0.time).number }
            .sorted { $0.key < $1.key }
            .map { year, entries in
                JournalFrame(
                    year: year,
                    frame: RecordFrame(
                        type: .journal, lsn: lsn, payload: JournalPayload.encode(entries)))
            }
    }

    /// The newest sample of the last batch in front of a hole; 1970 where there is none.
    private static func newestTime(in frames: [RecordFrame], before lsn: LSN) -> Timestamp {
        for frame in frames.reversed() where frame.lsn < lsn && frame.type == .samples {
            if let batch = try? SampleFrame(decoding: frame.payload.rawSpan).batch,
                let time = batch.times.max()
            {
                return Timestamp(rawValue: time)
            }
        }
        return Timestamp(rawValue: 0)
    }
}
