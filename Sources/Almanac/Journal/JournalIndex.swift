import DurableFiles
import SegmentStore
import Synchronization

/// An index of the journal by point: gaps, counted samples, jumps of clocks.
///
/// Reads the UTC years that a query is about, each once, and follows them from there, so that a query
/// costs what is new since the last one and what it returns. What is in memory has a bound: the years
/// that were used longest ago are read anew when they are wanted again. Of a year that is too large
/// for it, only what is common to all points is held, and a query reads the year's file for the
/// device that it is about.
final class JournalIndex: Sendable {
    /// A part of the journal that is read and let go as a whole.
    fileprivate struct Key: Hashable {
        var year: Int
        /// Nil for all devices.
        var device: DeviceID?
    }

    fileprivate struct State {
        var parts: [Key: JournalPart] = [:]
        var lastUse: [Key: UInt64] = [:]
        var useCount: UInt64 = 0
        var byteCount = 0
        /// How many parts were read from their beginning, for tests.
        var readCount = 0
    }

    private let state = Guarded(State())
    private let log: DamageLog?
    private let byteCountMax: Int

    /// - Parameters:
    ///   - byteCountMax: about what the index may take of memory.
    ///   - log: takes note of what cannot be read, which is then left out; without one it is thrown.
    init(byteCountMax: Int = 32 << 20, skipping log: DamageLog? = nil) {
        self.byteCountMax = byteCountMax
        self.log = log
    }

    /// The gaps recorded of a point alone that overlap a range, by time.
    func gaps(
        of point: PointAddress, in range: TimeRange, for snapshot: Snapshot
    ) throws(HistoryError) -> [Gap] {
        var found: [Gap] = []
        for part in try parts(of: point.device, in: range, for: snapshot) {
            found.add(part.gaps[point] ?? [], visibleTo: snapshot) {
                $0.range.from < range.to && $0.range.to > range.from
            }
        }
        return found.sorted { ($0.range.from, $0.range.to) < ($1.range.from, $1.range.to) }
    }

    /// The gaps recorded of every point that may overlap a range, by year and in the order of
    /// recording.
    func commonGaps(
        in range: TimeRange, for snapshot: Snapshot
    ) throws(HistoryError) -> [CommonGap] {
        var found: [CommonGap] = []
        for part in try parts(of: nil, in: range, for: snapshot) {
            found.add(part.commonGaps, visibleTo: snapshot) {
                $0.from < range.to && $0.to.map { $0 > range.from } ?? true
            }
        }
        return found
    }

    /// What was counted of a point's samples whose times touch a range, and the jumps of clocks in it.
    ///
    /// Of a point with many counts only the newest are known by the minute and to each snapshot as it
    /// saw them; older ones are of a whole day, as it is counted now.
    func counters(
        of point: PointAddress, in range: TimeRange, for snapshot: Snapshot
    ) throws(HistoryError) -> IngestCounters {
        var counters = IngestCounters()
        for part in try parts(of: point.device, in: range, for: snapshot) {
            for row in part.rows[point]?.all ?? []
            where row.position <= snapshot.position && row.value.touches(range) {
                counters += row.value.counters
            }
            counters.clockJumps += part.jumps.count {
                $0.position <= snapshot.position && range.contains($0.value.time)
                    && $0.value.concerns(point)
            }
        }
        return counters
    }

    /// Reads what queries about a range will want.
    func prepare(_ range: TimeRange, for snapshot: Snapshot) throws(HistoryError) {
        _ = try parts(of: nil, in: range, for: snapshot)
    }

    /// How many rows are held of a point.
    func rowCount(of point: PointAddress) -> Int {
        state.withLock { state in
            state.parts.values.reduce(0) { $0 + ($1.rows[point]?.all.count ?? 0) }
        }
    }

    /// About what is held in memory.
    var byteCount: Int { state.withLock { $0.byteCount } }

    /// How many parts were read from their beginning.
    var readCount: Int { state.withLock { $0.readCount } }
}

extension JournalIndex {
    /// A gap or a row may begin before the range that it touches. Gaps that reach into another year
    /// are recorded in each; what has no known end is looked for so far back.
    private static let reach: Int64 = 31 * 86_400_000

    /// Returns the parts of the index that a range needs, by year.
    ///
    /// - Parameter device: whose points are wanted; nil for what is common to all points.
    private func parts(
        of device: DeviceID?, in range: TimeRange, for snapshot: Snapshot
    ) throws(HistoryError) -> [JournalPart] {
        let from = range.from.rawValue.minus(JournalIndex.reach)
        let to = range.to.rawValue.plus(JournalIndex.reach)
        var found: [JournalPart] = []
        for number in snapshot.journalYears {
            let year = UTCYear(number)
            guard year.end.rawValue > from, year.start.rawValue < to else { continue }
            let common = try part(Key(year: number), for: snapshot)
            guard common.isTooLarge, let device else {
                found.append(common)
                continue
            }
            var own = try part(Key(year: number, device: device), for: snapshot)
            own.jumps = common.jumps
            found.append(own)
        }
        return found
    }

    /// A part with what was recorded up to a snapshot. The file is read outside the lock; of several
    /// threads that read the same, the first counts.
    private func part(_ key: Key, for snapshot: Snapshot) throws(HistoryError) -> JournalPart {
        while true {
            let held = state.withLock { state in
                guard let part = state.parts[key] else { return JournalPart?.none }
                state.noteUse(of: key)
                return part
            }
            if let held, held.cursor.position >= snapshot.position { return held }
            let known = held ?? JournalPart(year: key.year)
            var news = JournalNews(
                of: key.device, isSmall: known.isTooLarge,
                byteCountMax: max(0, byteCountMax / 4 - known.byteCount))
            var cursor = known.cursor
            do throws(StoreError) {
                try snapshot.forEachJournalEntry(after: &cursor, reportingTo: log) { news.add($0) }
            } catch { throw HistoryError(error) }
            if let made = take(news, cursor, key, known) { return made }
        }
    }

    /// - Returns: nil if another thread has read the same meanwhile.
    private func take(
        _ news: JournalNews, _ cursor: JournalCursor, _ key: Key, _ known: JournalPart
    ) -> JournalPart? {
        state.withLock { state -> JournalPart? in
            // Taken out while it changes: a second reference would have the whole of it copied.
            var part = state.parts.removeValue(forKey: key) ?? JournalPart(year: key.year)
            guard part.cursor.position == known.cursor.position else {
                state.parts[key] = part
                return nil
            }
            if part.cursor.position == 0 { state.readCount += 1 }
            state.byteCount -= part.byteCount
            part.add(news)
            part.cursor = cursor
            state.byteCount += part.byteCount
            state.parts[key] = part
            state.noteUse(of: key)
            state.dropLeastUsed(than: byteCountMax, but: key)
            return part
        }
    }
}

extension JournalIndex.State {
    fileprivate mutating func noteUse(of key: JournalIndex.Key) {
        useCount += 1
        lastUse[key] = useCount
    }

    /// Lets go of parts that were not used for the longest time, until what is left is within the
    /// bound. The one in use stays, unless it is too large alone.
    fileprivate mutating func dropLeastUsed(than byteCountMax: Int, but used: JournalIndex.Key) {
        while byteCount > byteCountMax {
            let others = lastUse.filter { $0.key != used && parts[$0.key] != nil }
            let oldest = others.min { $0.value < $1.value }?.key ?? used
            byteCount -= parts.removeValue(forKey: oldest)?.byteCount ?? 0
            lastUse[oldest] = nil
        }
    }
}

extension Array where Element: Hashable & Sendable {
    /// Adds what a snapshot sees of recorded values. One that was carried over from an earlier year is
    /// left out if it is there already.
    fileprivate mutating func add(
        _ recorded: [Recorded<Element>], visibleTo snapshot: Snapshot,
        where isWanted: (Element) -> Bool
    ) {
        for item in recorded where item.position <= snapshot.position && isWanted(item.value) {
            if item.isCarriedOver, contains(item.value) { continue }
            append(item.value)
        }
    }
}
