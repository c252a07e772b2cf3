public import BuildingModel
public import TimeSeriesModel

/// What happened to samples of a point on their way into the store: who takes them counts.
public struct IngestCounters: Hashable, Sendable {
    /// The same sample came again.
    public var duplicates: Int
    /// Another value came for the time of a stored one, and won.
    public var replaced: Int
    /// Samples that came behind a newer one.
    public var late: Int
    /// Samples whose stamp could not be, kept out of the store.
    public var quarantined: Int
    /// How often a clock was found set back or forth.
    public var clockJumps: Int

    public init(
        duplicates: Int = 0, replaced: Int = 0, late: Int = 0, quarantined: Int = 0,
        clockJumps: Int = 0
    ) {
        self.duplicates = duplicates
        self.replaced = replaced
        self.late = late
        self.quarantined = quarantined
        self.clockJumps = clockJumps
    }

    public static func += (left: inout IngestCounters, right: IngestCounters) {
        left.duplicates += right.duplicates
        left.replaced += right.replaced
        left.late += right.late
        left.quarantined += right.quarantined
        left.clockJumps += right.clockJumps
    }
}

/// How far a history can be trusted, at a glance.
public enum TrustLevel: String, Hashable, Sendable, CaseIterable, Comparable {
    case good
    /// Less than 90 % of what was due is there, or there are samples in the future.
    case warning
    /// The longest gap exceeds three intervals.
    case red

    /// The coverage below which a warning is due.
    public static let leastGoodCoverage = 0.9
    /// The number of intervals beyond which a gap is red and a point has stalled.
    public static let longestGoodGap = 3

    public static func < (left: TrustLevel, right: TrustLevel) -> Bool {
        allCases.firstIndex(of: left)! < allCases.firstIndex(of: right)!
    }
}

/// What is there of a point in a range, what is missing, and what looks wrong.
public struct QualityReport: Hashable, Sendable {
    public var point: PointAddress
    public var range: TimeRange
    public var coverage: Coverage
    /// In order, with their reasons.
    public var gaps: [Gap]
    /// Without a sample in the range, of any quality.
    public var hasNoData: Bool
    /// When the last sample up to the end of the range came, of any quality, however long before it.
    public var lastSeen: Timestamp?
    /// No sample in the last three intervals of the range, though they were due.
    public var isStalled: Bool
    /// Where an analog value stayed exactly the same for 24 h and more, from the first to the last
    /// sample of it. Meters are left out: a register that rests is no fault.
    public var flatLines: [TimeRange]
    /// Usable samples below ``PointProfile/low`` or above ``PointProfile/high``.
    public var outOfRangeCount: Int
    public var usableCount: Int
    /// Samples whose quality is bad.
    public var badCount: Int
    /// What was counted of samples with times in the range: by the minute for the newest counts of a
    /// point, of the whole UTC day for older ones.
    public var counters: IngestCounters
    public var level: TrustLevel
    /// Samples of the asked range that are more than ``ClockReview/tolerance`` later than the time up
    /// to which the report looks. With any the level is not `good`: these samples are wrong, or the
    /// clock is.
    public var futureCount = 0
    /// What could not be read: samples that may be missing in the figures, and reasons of gaps.
    public var damaged: [DamagedPart] = []

    /// How long a value may stay the same before it is a flat line.
    public static let flatLineDuration = Duration.seconds(86_400)

    public var longestGap: Gap? {
        // The first of equally long ones.
        gaps.reduce(nil as Gap?) { best, gap in
            best.map { $0.range.duration < gap.range.duration ? gap : $0 } ?? gap
        }
    }
}

/// The reports of a device's points, summed up.
public struct DeviceQualityReport: Hashable, Sendable {
    public var device: DeviceID
    public var range: TimeRange
    /// By address.
    public var points: [QualityReport]
    /// Of all ticks of all points; points that are recorded when they change have none.
    public var coverage: Coverage
    public var counters: IngestCounters
    /// The worst of the points.
    public var level: TrustLevel

    public init(device: DeviceID, range: TimeRange, points: [QualityReport]) {
        self.device = device
        self.range = range
        self.points = points.sorted { $0.point < $1.point }
        coverage = .none
        counters = IngestCounters()
        for report in points {
            coverage.expectedTickCount += report.coverage.expectedTickCount
            coverage.coveredTickCount += report.coverage.coveredTickCount
            counters += report.counters
        }
        if coverage.expectedTickCount > 0 {
            coverage.fraction =
                Double(coverage.coveredTickCount) / Double(coverage.expectedTickCount)
        }
        level = points.map(\.level).max() ?? .good
    }

    /// What could not be read, of all points.
    public var damaged: [DamagedPart] { points.flatMap(\.damaged).withoutRepetitions }

    public var gapCount: Int { points.reduce(0) { $0 + $1.gaps.count } }
    /// Points with samples in the future.
    public var futurePointCount: Int { points.count { $0.futureCount > 0 } }
    public var stalledCount: Int { points.count(where: \.isStalled) }
    public var noDataCount: Int { points.count(where: \.hasNoData) }
    public var flatLineCount: Int { points.count { !$0.flatLines.isEmpty } }
    public var outOfRangeCount: Int { points.reduce(0) { $0 + $1.outOfRangeCount } }
}
