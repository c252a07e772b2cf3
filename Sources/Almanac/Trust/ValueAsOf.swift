public import BuildingModel
public import TimeSeriesModel

/// What was known of a point at a moment.
public struct ValueAsOf: Hashable, Sendable {
    public var point: PointAddress
    /// The moment that was asked for.
    public var moment: Timestamp
    /// The last sample at or before it, however old and of any quality; `nil` where there is none.
    public var sample: Sample?
    /// The gap that contains the moment, recorded or damaged; of several the one that began last.
    public var gap: Gap?
    /// What could not be read and may hide a newer sample, or a reason.
    public var damaged: [DamagedPart]

    public init(
        point: PointAddress, moment: Timestamp, sample: Sample?, recordedGaps: [Gap] = [],
        damaged: [DamagedPart] = []
    ) {
        self.damaged = damaged
        precondition(
            sample.map { $0.time <= moment } ?? true, "what was known did not come later")
        self.point = point
        self.moment = moment
        self.sample = sample
        gap = recordedGaps.filter { $0.point == point && $0.range.contains(moment) }
            .max { $0.range.from < $1.range.from }
    }

    /// How old the sample was at the moment.
    public var age: Duration? {
        sample.map {
            .milliseconds(moment.milliseconds.minus($0.time.milliseconds))
        }
    }

    public var isInGap: Bool { gap != nil }
}
