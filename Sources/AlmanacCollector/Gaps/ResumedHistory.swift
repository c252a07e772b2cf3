internal import Almanac
internal import BuildingModel
internal import TimeSeriesModel

/// A device's history when a collector starts: the newest ticks, and the gaps since them that have
/// no recorded reason. The collector was not running then.
struct ResumedHistory: Hashable, Sendable {
    /// The newest sample of the points of each interval.
    private(set) var lastStored: [Duration: Timestamp] = [:]
    private(set) var gaps: [Gap] = []

    /// A part of the history that cannot be read is left out: the collector starts all the same.
    init(of agenda: DeviceAgenda, in history: some HistoryReading, now: Timestamp) {
        for point in agenda.points {
            guard let newest = try? history.latestValue(of: point.address)?.time else { continue }
            for interval in agenda.intervals[point.address] ?? [] {
                lastStored[interval] = max(lastStored[interval] ?? newest, newest)
            }
            guard let interval = agenda.interval(of: point.address),
                let range = TimeRange(from: newest, to: now), range.to - range.from > interval,
                let missing = try? history.gaps(of: point.address, in: range)
            else { continue }
            gaps += missing.filter { $0.reason == .unknown }.map {
                Gap(point: point.address, range: $0.range, reason: .collectorStopped)
            }
        }
    }
}
