internal import BACnetMessages
internal import TimeSeriesModel

/// Which records a trend log has at a time. Records are numbered from 0, the very first; what is in
/// one follows from its time, so that none is kept.
struct TrendLog: Hashable, Sendable {
    let plan: LogPlan
    /// The time of record 0.
    private let start: Int64

    private var interval: Int64 { plan.intervalSeconds * 1000 }

    init(_ plan: LogPlan, origin: Timestamp) {
        precondition(plan.intervalSeconds > 0, "a log has an interval")
        precondition(plan.recordCountMax > 0, "a log has room for records")
        precondition(plan.firstSequence > 0, "records are numbered from 1")
        self.plan = plan
        let interval = plan.intervalSeconds * 1000
        let last = origin.milliseconds.floorDivided(by: interval) * interval
        start = last - Int64(plan.recordCount - 1) * interval
    }

    /// The records that are in the buffer.
    func held(at now: Timestamp) -> Range<Int64> {
        let end = max(0, (now.milliseconds - start).floorDivided(by: interval) + 1)
        return max(0, end - Int64(plan.recordCountMax))..<end
    }

    func time(of record: Int64) -> Timestamp {
        Timestamp(milliseconds: start + record * interval)
    }

    /// The number by which it is asked for. 0 is none: behind the greatest comes 1.
    func sequence(of record: Int64) -> UInt32 {
        let turn = Int64(UInt32.max)
        let ahead = (Int64(plan.firstSequence) - 1 + record) % turn
        return UInt32((ahead + turn) % turn + 1)
    }

    /// The record of a number, where it is held.
    private func record(of sequence: UInt32, in held: Range<Int64>) -> Int64? {
        guard sequence > 0, let first = held.first else { return nil }
        let turn = Int64(UInt32.max)
        let ahead = (Int64(sequence) - Int64(self.sequence(of: first)) + turn) % turn
        return ahead < held.upperBound - first ? first + ahead : nil
    }

    /// The records that a question means, of those that are held; `nil` where it has no meaning.
    func selected(
        _ range: ReadRangeRequest.Range, of held: Range<Int64>, utcOffsetMinutes: Int
    ) -> Range<Int64>? {
        let none = held.lowerBound..<held.lowerBound
        switch range {
        case .all: return held
        case .byPosition(let position, let count):
            guard count != 0 else { return nil }
            let record = held.lowerBound + Int64(position) - 1
            return held.contains(record) ? span(from: record, count, in: held) : none
        case .bySequence(let number, let count):
            guard count != 0 else { return nil }
            return record(of: number, in: held).map { span(from: $0, count, in: held) } ?? none
        case .byTime(let time, let count):
            guard count != 0,
                let time = time.unixMilliseconds(utcOffsetMinutes: utcOffsetMinutes)
            else { return nil }
            // Behind the time, or in front of it; never the record of the time itself.
            let next =
                count > 0
                ? (time - start).floorDivided(by: interval) + 1
                : (time - start - 1).floorDivided(by: interval)
            let record = count > 0 ? max(next, held.lowerBound) : min(next, held.upperBound - 1)
            return held.contains(record) ? span(from: record, count, in: held) : none
        }
    }

    /// With a negative count the records up to the one named, which still come oldest first.
    private func span(from record: Int64, _ count: Int32, in held: Range<Int64>) -> Range<Int64> {
        let span =
            count > 0
            ? record..<(record + Int64(count)) : (record + Int64(count) + 1)..<(record + 1)
        return span.clamped(to: held)
    }
}
