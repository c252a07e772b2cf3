import ColumnCodec
import SegmentStore
public import TimeSeriesModel

/// The samples of one point that are later than a clock.
public struct FutureSamples: Hashable, Sendable {
    public var point: PointAddress
    /// Samples with a finite value, of any quality.
    public var count: Int
    public var firstTime: Timestamp
    public var lastTime: Timestamp
}

/// A comparison of a store's samples with a clock: which samples are in the future, and whether the
/// samples or the clock are wrong.
///
/// A device with a wrong clock sends samples of a distant time, far from its others and for few
/// points. A machine whose clock is wrong, as without a battery and before the network is up, has a
/// present that most points continue past. The two need opposite treatment: in the first case the
/// clock counts and the samples are ignored, in the second the samples count and the clock is ignored.
public struct ClockReview: Hashable, Sendable {
    /// The time that the samples are compared with.
    public let now: Timestamp
    /// Points with samples later than ``now`` by more than the tolerance, by address.
    public let futureSamples: [FutureSamples]
    /// Whether more than half of the points with samples continue past the clock: their samples go on
    /// within ``continuationMax`` after it, or none of them is before it.
    public let isClockBehind: Bool
    /// The time of the newest sample that can be right; `nil` if there is none.
    ///
    /// Without ``isClockBehind`` it is the newest one that is not in ``futureSamples``. With it, it is
    /// the time up to which the newest samples of the points follow one another: single samples of a
    /// distant time do not count.
    public let newestTime: Timestamp?

    /// How far ahead a device's clock may be before its samples are in the future.
    public static let tolerance = Duration.seconds(86_400)
    /// The longest pause after which samples still continue a history.
    public static let continuationMax = Duration.seconds(31 * 86_400)
    /// A history with a longer pause is likely to have samples of a wrong clock after it.
    static let pauseMax = Duration.seconds(366 * 86_400)
    /// How long samples after such a pause have to go on until they are the history's present.
    static let establishedAfter = Duration.seconds(7 * 86_400)

    /// The time up to which samples can have been due: ``now``, or the newest right sample if the
    /// clock is behind.
    public var present: Timestamp { isClockBehind ? newestTime ?? now : now }

    public var futureSampleCount: Int { futureSamples.reduce(0) { $0 + $1.count } }
}

extension HistorySnapshot {
    /// Compares all samples with a clock.
    ///
    /// Costs a look at the files if no sample is in the future, else a few look-ups per point.
    ///
    /// - Parameters:
    ///   - now: the time to compare with.
    ///   - tolerance: how much later a sample may be.
    /// - Throws: `damaged`, unless the snapshot skips damage.
    public func clockReview(
        at now: Timestamp, tolerance: Duration = ClockReview.tolerance
    ) throws(HistoryError) -> ClockReview {
        let limit = Timestamp(milliseconds: now.milliseconds.plus(tolerance.milliseconds))
        do throws(StoreError) {
            let last = try engine.summary().lastTime
            guard let last, last > limit else {
                return ClockReview(
                    now: now, futureSamples: [], isClockBehind: false, newestTime: last)
            }
            var course = PointEnds(limit: limit)
            for (series, point) in catalog.allSeries {
                try course.add(series, of: point, in: engine, skipping: log)
            }
            return course.review(at: now)
        } catch { throw HistoryError(error) }
    }

    /// The time from which ages count: the clock's, or that of the newest sample that can be right if
    /// it is earlier; `nil` for a store without one.
    ///
    /// If the newest samples follow a pause of more than ``ClockReview/pauseMax`` and do not go on for
    /// ``ClockReview/establishedAfter`` yet, the last sample before the pause counts: a clock that is
    /// ten years ahead stamps the samples of its own day, too, and must not make a history of today
    /// ten years old. Costs a look-up per point at most.
    ///
    /// - Throws: as ``clockReview(at:tolerance:)``.
    func establishedTime(
        at clock: Timestamp, tolerance: Duration
    ) throws(HistoryError) -> Timestamp? {
        let newest = try clockReview(at: clock, tolerance: tolerance).newestTime
        guard let newest = newest.map({ min($0, clock) }) else { return nil }
        let early = Timestamp(
            milliseconds: newest.milliseconds.minus(ClockReview.establishedAfter.milliseconds))
        var before: Timestamp?
        do throws(StoreError) {
            for (series, _) in catalog.allSeries {
                let time = try engine.sample(of: series, atOrBefore: early, skipping: log)?.time
                guard let time else { continue }
                let pause = newest.milliseconds.minus(time.milliseconds)
                if pause <= ClockReview.pauseMax.milliseconds { return newest }
                before = max(before ?? time, time)
            }
        } catch { throw HistoryError(error) }
        return before ?? newest
    }

    /// The samples of one point that are later than a time; `nil` if there are none.
    func futureSamples(
        of point: PointAddress, after limit: Timestamp, in range: TimeRange = .all
    ) throws(HistoryError) -> FutureSamples? {
        guard let series = try series(of: point),
            let later = TimeRange(
                from: Timestamp(milliseconds: limit.milliseconds.plus(1)), to: TimeRange.all.to)?
                .intersection(range)
        else { return nil }
        do throws(StoreError) {
            guard let newest = try engine.latestSample(of: series, skipping: log)?.time,
                newest >= later.from
            else { return nil }
            return try engine.futureSamples(of: series, at: point, in: later, skipping: log)
        } catch { throw HistoryError(error) }
    }
}

extension Snapshot {
    fileprivate func futureSamples(
        of series: SeriesID, at point: PointAddress, in range: TimeRange,
        skipping log: DamageLog?
    ) throws(StoreError) -> FutureSamples? {
        let first = try samples(of: series, in: range, limit: 1, skipping: log).times.first
        let last = try samples(of: series, in: range, limit: 1, order: .backward, skipping: log)
            .times.first
        guard let first, let last else { return nil }
        let known = try aggregate(of: series, in: range, skipping: log)
        return FutureSamples(
            point: point, count: max(1, known.count + known.badCount),
            firstTime: Timestamp(milliseconds: first), lastTime: Timestamp(milliseconds: last))
    }
}

/// Collects where the history of each point ends, before a limit and at all.
private struct PointEnds {
    let limit: Timestamp
    private var future: [FutureSamples] = []
    /// The newest sample of each point up to the limit, and of all.
    private var endsWithinLimit: [Timestamp] = []
    private var ends: [Timestamp] = []
    private var continuingCount = 0

    init(limit: Timestamp) { self.limit = limit }

    mutating func add(
        _ series: SeriesID, of point: PointAddress, in snapshot: Snapshot,
        skipping log: DamageLog?
    ) throws(StoreError) {
        guard let newest = try snapshot.latestSample(of: series, skipping: log)?.time else {
            return
        }
        ends.append(newest)
        guard newest > limit else {
            endsWithinLimit.append(newest)
            return
        }
        let before = try snapshot.sample(of: series, atOrBefore: limit, skipping: log)?.time
        let later = TimeRange(
            from: Timestamp(milliseconds: limit.milliseconds.plus(1)), to: TimeRange.all.to)!
        guard
            let found = try snapshot.futureSamples(
                of: series, at: point, in: later, skipping: log)
        else { return }
        future.append(found)
        guard let before else {
            continuingCount += 1
            return
        }
        endsWithinLimit.append(before)
        let pause = found.firstTime.milliseconds.minus(before.milliseconds)
        if pause <= ClockReview.continuationMax.milliseconds { continuingCount += 1 }
    }

    func review(at now: Timestamp) -> ClockReview {
        let isBehind = continuingCount * 2 > ends.count
        return ClockReview(
            now: now, futureSamples: future.sorted { $0.point < $1.point },
            isClockBehind: isBehind,
            newestTime: isBehind ? consecutiveEnd : endsWithinLimit.max())
    }

    /// From the end that half of the points have reached, as far as ends follow one another.
    private var consecutiveEnd: Timestamp? {
        let sorted = ends.sorted()
        guard var end = sorted.isEmpty ? nil : sorted[(sorted.count - 1) / 2] else { return nil }
        for next in sorted where next > end {
            let pause = next.milliseconds.minus(end.milliseconds)
            guard pause <= ClockReview.continuationMax.milliseconds else { break }
            end = next
        }
        return end
    }
}
