import DurableFiles
import Synchronization
import TimeSeriesModel

/// What a snapshot knows of one UTC year: its segments by ascending priority, and which are missing.
struct YearView: Sendable {
    let year: UTCYear
    let segments: [Segment]
    /// Segments that the manifest names and the folder does not have. Every read of the year says so.
    let missing: [Damage]
    /// What is not in segments yet, and comes before all of them.
    var heads = VisibleHeads.none

    /// The newest time of a series in this year; `Int64.min` where it has none.
    func lastTime(of series: SeriesID) throws(StoreError) -> Int64 {
        var last = Int64.min
        for segment in segments {
            if let entry = try segment.lastEntry(of: series, atOrBefore: .max) {
                last = max(last, entry.lastTime)
            }
        }
        if let sample = heads.sample(of: series, atOrBefore: year.end.rawValue - 1),
            sample.time >= year.start
        {
            last = max(last, sample.time.rawValue)
        }
        return last
    }

    /// Reports what could hold samples of any series and cannot be read.
    func reportLosses(to log: DamageLog?, from first: Int64, through last: Int64) throws(StoreError)
    {
        for damage in missing where overlaps(damage, first, last) { try log.report(damage) }
    }

    private func overlaps(_ damage: Damage, _ first: Int64, _ last: Int64) -> Bool {
        (damage.from?.rawValue ?? .min) <= last && (damage.to?.rawValue ?? .max) >= first
    }
}

extension Segment {
    /// Reports parts of the file whose owner nobody knows any more.
    func reportLosses(to log: DamageLog?) throws(StoreError) {
        guard hasRebuilt.load(ordering: .acquiring) else { return }
        for damage in ownerless.withLock({ $0 }) { try log.report(damage) }
    }
}
