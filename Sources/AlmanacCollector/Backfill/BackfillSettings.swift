public import TimeSeriesModel

/// The settings of reading the memory of devices: their Trend Log objects.
public struct BackfillSettings: Hashable, Sendable {
    /// True to read logs at all.
    public var isEnabled = true
    /// Records of one request at most; fewer if the device's APDU holds no more.
    public var recordsPerRequestMax = 100
    /// The shortest time between two passes over a device's logs, 1 s or more. A pass comes when a
    /// quarter of the smallest buffer may be new, within these bounds.
    public var intervalMin: Duration = .seconds(300)
    /// The longest time between two passes over a device's logs.
    public var intervalMax: Duration = .seconds(3600)
    /// A device clock that is wrong by no more than this is used as it is. Beyond it the times of
    /// records are corrected by whole minutes.
    public var clockTolerance: Duration = .seconds(60)
    /// A record of an earlier time is reported and not stored: the clock had not been set yet.
    public var earliestTime = Timestamp(seconds: 946_684_800)
    /// A record that is later than now by more than this is reported and not stored.
    public var futureTolerance: Duration = .seconds(300)

    public init() {}
}
