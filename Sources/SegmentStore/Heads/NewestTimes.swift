import ColumnCodec
import TimeSeriesModel

/// The newest time of each series in each year, as far as it was asked for.
///
/// Belongs to the writer and is right as long as only the writer adds samples: whoever else changes
/// the store's samples (an import, a removal) begins a new one.
struct NewestTimes {
    /// Of the year of the latest samples; ``unasked`` for a series that was not looked up.
    private var times = SeriesMap(absent: NewestTimes.unasked)
    private var year = 0
    /// The same for other years.
    private var others: [Int: SeriesMap<Int64>] = [:]
    private var newestYear = UTCYear(1970)
    private var newestRange: Range<Int64> = 0..<0

    /// No time of a sample: those lie between 1900 and 2200.
    private static let unasked = Int64.max

    /// The UTC year of a time; the same year again costs two comparisons.
    mutating func year(of time: Int64) -> Int {
        if !newestRange.contains(time) {
            newestYear = UTCYear(containing: Timestamp(rawValue: time))
            newestRange = newestYear.start.rawValue..<newestYear.end.rawValue
        }
        return newestYear.number
    }

    /// Whether a sample is newer than all others of its series in its year; it is the newest then.
    mutating func advance(
        to time: Int64, of series: SeriesID, _ year: Int, _ view: Snapshot
    ) throws(StoreError) -> Bool {
        if year != self.year { turn(to: year) }
        var newest = times[series]
        if newest == NewestTimes.unasked {
            newest = try view.lastTime(of: series, inYear: year)
            times[series] = newest
        }
        guard time > newest else { return false }
        times[series] = time
        return true
    }

    private mutating func turn(to year: Int) {
        let next = others.removeValue(forKey: year)
        others[self.year] = times
        times = next ?? SeriesMap(absent: NewestTimes.unasked)
        self.year = year
    }
}
