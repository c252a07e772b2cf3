public import TimeSeriesModel

/// The number of a trend log, given when it is first stored.
public struct TrendLogID: RawRepresentable, Hashable, Comparable, Sendable, Codable {
    public var rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static func < (left: TrendLogID, right: TrendLogID) -> Bool {
        left.rawValue < right.rawValue
    }
}

/// A schedule on which up to fourteen points of a device are collected.
public struct TrendLog: Hashable, Sendable {
    /// `nil` before it is stored; then the key, and before that device and name are.
    public var id: TrendLogID?
    public var deviceID: DeviceID
    public var trendLogName: String
    /// ``interval`` if it was stated. Nil becomes the interval that the log has already, or the
    /// configured default of a new one, when the log is stored.
    public var statedInterval: Duration?
    /// How many samples a query through this log gives where it states no limit.
    public var maxPoints: Int
    public var isActive: Bool
    /// The newest tick that was stored; `nil` for never.
    public var lastCollected: Timestamp?
    /// Set when the log is first stored, and never changed.
    public var createdAt: Timestamp?
    public var updatedAt: Timestamp?

    /// Time between two samples of a point, 1 s to 24 h.
    public var interval: Duration {
        get { statedInterval ?? TrendLog.defaultInterval }
        set { statedInterval = newValue }
    }

    public static let defaultInterval = Duration.seconds(900)
    public static let defaultMaxPoints = 1000

    public init(
        id: TrendLogID? = nil, deviceID: DeviceID, trendLogName: String,
        interval: Duration? = nil, maxPoints: Int = TrendLog.defaultMaxPoints,
        isActive: Bool = true, lastCollected: Timestamp? = nil, createdAt: Timestamp? = nil,
        updatedAt: Timestamp? = nil
    ) {
        self.id = id
        self.deviceID = deviceID
        self.trendLogName = trendLogName
        statedInterval = interval
        self.maxPoints = maxPoints
        self.isActive = isActive
        self.lastCollected = lastCollected
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// One of a trend log's points, in its slot.
public struct TrendLogItem: Hashable, Sendable {
    public var trendLogID: TrendLogID
    public var point: PointAddress
    /// The slot, 0 to 13; a log has a slot and a point once.
    public var pointOrder: UInt8
    public var isActive: Bool
    public var createdAt: Timestamp?

    public static let slotCount = 14

    public init(
        trendLogID: TrendLogID, point: PointAddress, pointOrder: UInt8, isActive: Bool = true,
        createdAt: Timestamp? = nil
    ) {
        self.trendLogID = trendLogID
        self.point = point
        self.pointOrder = pointOrder
        self.isActive = isActive
        self.createdAt = createdAt
    }
}
