public import TimeSeriesModel

/// What stands in buckets that have no sample of their own.
public enum Fill: String, Hashable, Sendable, CaseIterable {
    case none
    /// The last value before, as far as it holds.
    case hold
    /// The line from the last value before to the first one behind.
    case linear
}

/// Several points on one grid of time.
public struct AlignedColumns: Hashable, Sendable {
    /// Where each bucket begins on the calendar; the first may begin before the range.
    public var starts: [Timestamp]
    /// Where the last bucket ends: the end of the range.
    public var end: Timestamp
    /// One per point, in the order of the request.
    public var columns: [AlignedColumn]

    /// What could not be read, of all points.
    public var damaged: [DamagedPart] { columns.flatMap(\.damaged).withoutRepetitions }
}

/// One point's values on the grid.
public struct AlignedColumn: Hashable, Sendable {
    public var point: PointAddress
    /// One a bucket; `nil` where nothing is known.
    public var values: [Double?]
    /// How many of them were filled in rather than measured.
    public var filledCount: Int
    /// What could not be read: samples that may be missing in the values.
    public var damaged: [DamagedPart] = []
}
