import TimeSeriesModel

extension Timestamp {
    /// The millisecond behind: the end of a half-open range that holds this one.
    var next: Timestamp {
        Timestamp(milliseconds: milliseconds == .max ? .max : milliseconds + 1)
    }
}
