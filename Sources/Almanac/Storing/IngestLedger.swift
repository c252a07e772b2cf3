import DurableFiles
import SegmentStore
import Synchronization

/// Counts samples that did not come as a matter of course, by point and UTC day, until they are
/// written to the journal.
///
/// Written at most once a minute, unless there are many: a point that is sent twice each tick costs a
/// row a minute and not a sync a tick. What was counted since is lost with the process.
final class IngestLedger: Sendable {
    fileprivate struct Key: Hashable {
        var point: PointAddress
        var day: Int64
    }

    fileprivate struct State {
        var rows: [Key: IngestRow] = [:]
        /// The uptime of the first row.
        var since: Duration = .zero
        /// The uptime at which quarantine was last told of.
        var toldAt: Duration?
    }

    private let state = Guarded(State())

    private static let interval: Duration = .seconds(60)
    private static let rowCountMax = 400

    /// Counts what a batch came to.
    ///
    /// - Parameter kinds: of samples by their place; where one has several, each counts.
    func note(
        _ samples: [PointSample], _ receipt: Receipt, _ notes: [(place: Int, SampleNote.Kind)],
        now: Timestamp, uptime: Duration
    ) {
        guard !notes.isEmpty || receipt.quarantined > 0 else { return }
        state.withLock { state in
            if state.rows.isEmpty { state.since = uptime }
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

    /// Whether an event is to tell of quarantined samples: not more often than once a minute.
    func tellsOfQuarantine(at uptime: Duration) -> Bool {
        state.withLock { state in
            if let told = state.toldAt, uptime < told + IngestLedger.interval { return false }
            state.toldAt = uptime
            return true
        }
    }

    /// The rows, if it is time to write them; they are counted no more then.
    func takeIfDue(at uptime: Duration) -> [IngestRow] {
        state.withLock { state in
            guard
                state.rows.count >= IngestLedger.rowCountMax
                    || uptime >= state.since + IngestLedger.interval
            else { return [] }
            return state.take()
        }
    }

    func take() -> [IngestRow] { state.withLock { $0.take() } }

    /// Counts rows again that could not be written.
    func putBack(_ rows: [IngestRow]) {
        state.withLock { state in for row in rows { state.add(row) } }
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
    private static let dayLength: Int64 = 86_400_000

    fileprivate mutating func count(
        _ point: PointAddress, at time: Int64, _ change: (inout IngestCounters) -> Void
    ) {
        var counters = IngestCounters()
        change(&counters)
        guard counters != IngestCounters() else { return }
        add(IngestRow(point: point, span: time...time, counters: counters))
    }

    fileprivate mutating func add(_ row: IngestRow) {
        let day = row.span.lowerBound.floorDivided(by: Self.dayLength)
        let key = IngestLedger.Key(point: row.point, day: day)
        guard var known = rows[key] else {
            rows[key] = row
            return
        }
        known.span =
            min(
                known.span.lowerBound, row.span.lowerBound)...max(
                known.span.upperBound, row.span.upperBound)
        known.counters += row.counters
        rows[key] = known
    }

    fileprivate mutating func take() -> [IngestRow] {
        defer { rows = [:] }
        return rows.values.sorted {
            ($0.point, $0.span.lowerBound) < ($1.point, $1.span.lowerBound)
        }
    }
}
