public import TimeSeriesModel

/// How a store grows, and when its disk will be full if that goes on.
public struct DiskForecast: Hashable, Sendable {
    /// Negative while more is removed than added.
    public let bytesPerDay: Double
    /// `nil` without points.
    public let bytesPerDayAndPoint: Double?
    /// `nil` where the store does not grow, or the day lies beyond ``dayCountMax``.
    public let diskFullAt: Timestamp?

    /// What lies further ahead is not told.
    public static let dayCountMax = 36_500.0
}

/// The size of a store over time, under two hundred measurements.
package struct DiskHistory: Hashable, Sendable {
    package struct Measurement: Hashable, Sendable {
        package let time: Timestamp
        package let byteCount: Int

        package init(time: Timestamp, byteCount: Int) {
            self.time = time
            self.byteCount = byteCount
        }
    }

    /// Ascending in time, at least ``interval`` apart, the last ``span`` of them.
    package private(set) var measurements: [Measurement] = []

    /// Measurements nearer to the one before than this are left out.
    package static let interval: Duration = .seconds(12 * 3600)
    /// How far back the forecast looks: far enough to even out flushes and merges, and not so far
    /// that points added since would be missed.
    package static let span: Duration = .seconds(90 * 86_400)

    package init() {}

    /// - Parameter measurements: in any order.
    package init(_ measurements: some Sequence<Measurement>) {
        for measurement in measurements.sorted(by: { $0.time < $1.time }) { add(measurement) }
    }
}

extension DiskHistory {
    private static let day = 86_400_000.0
    /// A rate told from less would be that of a single flush.
    private static let lengthMin = day

    /// Takes a measurement, unless one was taken shortly before. One from before the last, after
    /// the clock was set back, drops those that lie after it.
    package mutating func add(_ measurement: Measurement) {
        while let last = measurements.last, last.time > measurement.time {
            measurements.removeLast()
        }
        if let last = measurements.last,
            .milliseconds(measurement.time.milliseconds.minus(last.time.milliseconds))
                < DiskHistory.interval
        {
            return
        }
        measurements.append(measurement)
        let expired = measurements.prefix { old in
            .milliseconds(measurement.time.milliseconds.minus(old.time.milliseconds))
                > DiskHistory.span
        }
        measurements.removeFirst(expired.count)
    }

    /// What the growth so far tells; `nil` where less than a day is known.
    ///
    /// - Parameters:
    ///   - pointCount: points that are stored.
    ///   - availableByteCount: what the store may still take: free bytes less its reserve.
    package func forecast(
        pointCount: Int, availableByteCount: Int
    ) -> DiskForecast? {
        guard let first = measurements.first, let last = measurements.last,
            Double(last.time.milliseconds.minus(first.time.milliseconds)) >= DiskHistory.lengthMin
        else { return nil }
        let rate = bytesPerDay(since: first)
        let days = Double(max(0, availableByteCount)) / rate
        let isNear = rate > 0 && days <= DiskForecast.dayCountMax
        return DiskForecast(
            bytesPerDay: rate,
            bytesPerDayAndPoint: pointCount > 0 ? rate / Double(pointCount) : nil,
            diskFullAt: isNear
                ? Timestamp(
                    milliseconds: last.time.milliseconds + Int64(days * DiskHistory.day)) : nil)
    }

    /// The median of the slopes between all pairs of measurements (Theil and Sen): a merge that
    /// gives back space once, or an import that takes much once, moves it little.
    private func bytesPerDay(since first: Measurement) -> Double {
        let times = measurements.map {
            Double($0.time.milliseconds - first.time.milliseconds) / DiskHistory.day
        }
        let sizes = measurements.map { Double($0.byteCount - first.byteCount) }
        var slopes: [Double] = []
        slopes.reserveCapacity(times.count * times.count / 2)
        for right in times.indices {
            for left in 0..<right {
                slopes.append((sizes[right] - sizes[left]) / (times[right] - times[left]))
            }
        }
        slopes.sort()
        let middle = slopes.count / 2
        return slopes.count % 2 == 1 ? slopes[middle] : (slopes[middle - 1] + slopes[middle]) / 2
    }
}
