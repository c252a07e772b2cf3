import DurableFiles
import SegmentStore
import Synchronization

/// Counts samples that did not come as a matter of course, by point and UTC day, and notes where
/// values were no numbers, until both are written to the journal; besides what the journal did not
/// take at its time.
///
/// Written at most once a minute, unless there are many: a point that is sent twice each tick costs a
/// row a minute and not a sync a tick. What was counted since is lost with the process.
final class IngestLedger: Sendable {
    fileprivate struct Key: Hashable {
        var point: PointAddress
        var day: Int64
    }

    /// What is to be written.
    struct Page: Sendable {
        var rows: [IngestRow] = []
        /// Of samples that were refused, up to the next value.
        var gaps: [Gap] = []
        /// Of what was done and the journal did not take then.
        var entries: [JournalEntry] = []
        /// Gaps and entries that there was no room to keep.
        var droppedGapCount = 0
        var droppedEntryCount = 0

        var isEmpty: Bool { rows.isEmpty && gaps.isEmpty && entries.isEmpty && dropped == 0 }
        var dropped: Int { droppedGapCount + droppedEntryCount }
    }

    /// The times without a value since a point's last one.
    fileprivate struct Miss {
        /// The first of them that is not written yet; after ``last`` if all are.
        var start: Int64
        var last: Int64
        var reason: GapReason

        var isWritten: Bool { start > last }
    }

    fileprivate struct State {
        var rows: [Key: IngestRow] = [:]
        var misses: [PointAddress: Miss] = [:]
        var gaps: [Gap] = []
        var entries: [JournalEntry] = []
        var droppedGapCount = 0
        var droppedEntryCount = 0
        /// The uptime of the first row.
        var since: Duration = .zero
        /// The uptime at which quarantine was last told of.
        var toldAt: Duration?
    }

    private let state = Guarded(State())

    private static let interval: Duration = .seconds(60)
    private static let rowCountMax = 400
    /// Gaps and entries between two writes; how many more there were is an event.
    fileprivate static let gapCountMax = 10_000
    fileprivate static let entryCountMax = 1000

    /// Counts what a batch came to.
    ///
    /// - Parameters:
    ///   - notes: kinds of samples by their place; where one has several, each counts.
    ///   - newest: when each point of which the batch has a value that is no number had its last
    ///     sample before the batch; a point without any is not in it.
    func note(
        _ samples: [PointSample], _ receipt: Receipt, _ notes: [(place: Int, SampleNote.Kind)],
        after newest: [PointAddress: Int64] = [:], now: Timestamp, uptime: Duration
    ) {
        state.withLock { state in
            guard !notes.isEmpty || !receipt.rejected.isEmpty || !state.misses.isEmpty else {
                return
            }
            if state.isEmpty { state.since = uptime }
            state.noteMisses(among: samples, receipt.rejected, after: newest, now: now)
            for (place, kind) in notes {
                let sample = samples[place]
                state.count(sample.point, at: sample.timestamp.rawValue) { counters in
                    switch kind {
                    case .duplicate: counters.duplicates += 1
                    case .replaced: counters.replaced += 1
                    case .late: counters.late += 1
                    case .kept: break
                    }
                }
            }
            for rejected in receipt.rejected where rejected.reason == .clock {
                state.count(samples[rejected.index].point, at: now.rawValue) {
                    $0.quarantined += 1
                }
            }
        }
    }

    /// Notes that samples of a whole batch were refused because the disk is full.
    ///
    /// - Parameter newest: as in ``note(_:_:_:after:now:uptime:)``, of each point of the batch.
    func noteRefused(
        _ samples: [PointSample], after newest: [PointAddress: Int64], uptime: Duration
    ) {
        state.withLock { state in
            if state.isEmpty { state.since = uptime }
            for sample in samples
            where sample.value.isFinite && BulkImport.supportedRange.contains(sample.timestamp) {
                state.miss(
                    sample.timestamp.rawValue, of: sample.point, .diskFull,
                    after: newest[sample.point] ?? .min)
            }
        }
    }

    /// Whether an event is to tell of quarantined samples: not more often than once a minute.
    func tellsOfQuarantine(at uptime: Duration) -> Bool {
        state.withLock { state in
            if let told = state.toldAt, uptime < told + IngestLedger.interval { return false }
            state.toldAt = uptime
            return true
        }
    }

    /// What is to be written, if it is time to; it is kept here no more then.
    func takeIfDue(at uptime: Duration) -> Page {
        state.withLock { state in
            guard
                max(state.rows.count, state.gaps.count) >= IngestLedger.rowCountMax
                    || uptime >= state.since + IngestLedger.interval
            else { return Page() }
            return state.take()
        }
    }

    func take() -> Page { state.withLock { $0.take() } }

    /// Keeps entries of what was done, which the journal does not take now.
    func keep(_ entries: [JournalEntry], uptime: Duration) {
        state.withLock { state in
            if state.isEmpty { state.since = uptime }
            state.add(entries)
        }
    }

    /// Keeps an event until the next write.
    func keep(_ event: Event, uptime: Duration) {
        // Only an event whose text no journal takes cannot be made an entry.
        guard let entry = try? event.journalEntry() else { return }
        keep([entry], uptime: uptime)
    }

    /// Keeps again what could not be written.
    func putBack(_ page: Page) {
        state.withLock { state in
            for row in page.rows { state.add(row) }
            for gap in page.gaps { state.add(gap) }
            state.add(page.entries)
            state.droppedGapCount += page.droppedGapCount
            state.droppedEntryCount += page.droppedEntryCount
        }
    }

    /// What is counted of a point and not written yet.
    func counters(of point: PointAddress, in range: TimeRange) -> IngestCounters {
        state.withLock { state in
            state.rows.values.reduce(into: IngestCounters()) { sum, row in
                if row.point == point, row.touches(range) { sum += row.counters }
            }
        }
    }
}

extension IngestLedger.State {
    fileprivate mutating func count(
        _ point: PointAddress, at time: Int64, _ change: (inout IngestCounters) -> Void
    ) {
        var counters = IngestCounters()
        change(&counters)
        guard counters != IngestCounters() else { return }
        add(IngestRow(point: point, span: time...time, counters: counters))
    }

    fileprivate mutating func add(_ row: IngestRow) {
        let key = IngestLedger.Key(point: row.point, day: row.day)
        rows[key] = rows[key]?.joined(row) ?? row
    }

    /// Nothing is to be written.
    fileprivate var isEmpty: Bool {
        rows.isEmpty && misses.values.allSatisfy(\.isWritten) && gaps.isEmpty && entries.isEmpty
            && droppedGapCount + droppedEntryCount == 0
    }

    fileprivate mutating func add(_ new: [JournalEntry]) {
        let kept = new.prefix(IngestLedger.entryCountMax - entries.count)
        entries += kept
        droppedEntryCount += new.count - kept.count
    }

    fileprivate mutating func add(_ gap: Gap) {
        guard gaps.count < IngestLedger.gapCountMax else {
            droppedGapCount += 1
            return
        }
        gaps.append(gap)
    }

    /// A miss lasts from the first time that had no value up to the next value of its point. One that
    /// is older than values of its point has lasted: it is a gap of its own, of its time alone.
    fileprivate mutating func noteMisses(
        among samples: [PointSample], _ rejected: [RejectedSample],
        after stored: [PointAddress: Int64], now: Timestamp
    ) {
        let missing = Set(rejected.lazy.filter { $0.reason == .notANumber }.map(\.index))
        let stampless = Set(rejected.lazy.filter { $0.reason == .clock }.map(\.index))
        guard !missing.isEmpty || !stampless.isEmpty || !misses.isEmpty else { return }
        let others = Set(rejected.lazy.filter { $0.reason == .belowFloor }.map(\.index))
        var newest = stored
        for place in missing {
            let point = samples[place].point
            newest[point] = newest[point] ?? .min
        }
        for (place, sample) in samples.enumerated() where !others.contains(place) {
            let time = sample.timestamp.rawValue
            if missing.contains(place) {
                // A time that no journal takes is no place for a gap.
                guard BulkImport.supportedRange.contains(sample.timestamp) else { continue }
                miss(time, of: sample.point, .notANumber, after: newest[sample.point] ?? .min)
            } else if stampless.contains(place) {
                // Its own stamp is wrong: what is known of the time is when it arrived.
                guard BulkImport.supportedRange.contains(now) else { continue }
                miss(now.rawValue, of: sample.point, .clockRejected, after: .min)
            } else {
                if let known = newest[sample.point] { newest[sample.point] = max(known, time) }
                arrive(time, of: sample.point)
            }
        }
    }

    /// A value after a miss ends it. One that a full disk had refused before, and that comes again,
    /// was not missed.
    private mutating func arrive(_ time: Int64, of point: PointAddress) {
        guard let known = misses[point] else { return }
        if time > known.last {
            misses[point] = nil
            close(known.start, of: point, at: time, known.reason)
        } else if known.reason == .diskFull, time >= known.start {
            misses[point]!.start = time + 1
            if time == known.last { misses[point] = nil }
        }
    }

    /// - Parameter newest: the time of the point's newest value.
    fileprivate mutating func miss(
        _ time: Int64, of point: PointAddress, _ reason: GapReason, after newest: Int64
    ) {
        var known = misses[point]
        // A second answer for a tick that has its value is no miss.
        guard time != newest else { return }
        if time < newest || time < known?.start ?? .min {
            close(time, of: point, at: time + 1, reason)
            return
        }
        if let before = known, before.reason != reason {
            // One gap has one reason: where another begins, the one before ends.
            close(before.start, of: point, at: max(time, before.start), before.reason)
            known = nil
        }
        misses[point] = IngestLedger.Miss(
            start: known?.start ?? time, last: max(known?.last ?? time, time), reason: reason)
    }

    private mutating func close(
        _ start: Int64, of point: PointAddress, at end: Int64, _ reason: GapReason
    ) {
        guard start < end else { return }
        let range = TimeRange(from: Timestamp(rawValue: start), to: Timestamp(rawValue: end))!
        add(Gap(point: point, range: range, reason: reason))
    }

    /// A miss that goes on is written as far as it has come, and what follows up to the next value
    /// after it.
    fileprivate mutating func take() -> IngestLedger.Page {
        for (point, miss) in misses where !miss.isWritten {
            close(miss.start, of: point, at: miss.last + 1, miss.reason)
            misses[point]!.start = miss.last + 1
        }
        defer {
            rows = [:]
            gaps = []
            entries = []
            droppedGapCount = 0
            droppedEntryCount = 0
        }
        return IngestLedger.Page(
            rows: rows.values.sorted {
                ($0.point, $0.span.lowerBound) < ($1.point, $1.span.lowerBound)
            }, gaps: gaps, entries: entries, droppedGapCount: droppedGapCount,
            droppedEntryCount: droppedEntryCount)
    }
}
