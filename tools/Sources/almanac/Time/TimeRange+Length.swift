import TimeSeriesModel

extension TimeRange {
    /// How long it is.
    var milliseconds: Int64 { to.milliseconds - from.milliseconds }
}
