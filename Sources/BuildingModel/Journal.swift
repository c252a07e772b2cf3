public import TimeSeriesModel

/// Something that happened.
public struct Event: Hashable, Sendable {
    public enum Level: String, Hashable, Sendable, CaseIterable {
        case info, warning, error
    }

    public var time: Timestamp
    public var level: Level
    /// What kind of thing it was, in one word: `quarantined`, `retention`.
    public var kind: String
    /// What it happened to: a point's or device's number, a file.
    public var subject: String?
    public var message: String

    public init(
        at time: Timestamp, _ level: Level, kind: String, subject: String? = nil, _ message: String
    ) {
        self.time = time
        self.level = level
        self.kind = kind
        self.subject = subject
        self.message = message
    }
}

/// A change that a person or program made: an upsert, a deletion, retention.
public struct AuditEntry: Hashable, Sendable {
    public var timestamp: Timestamp
    public var operation: String
    public var userID: String?
    public var deviceID: DeviceID?
    public var point: PointAddress?
    public var oldValue: String?
    public var newValue: String?
    /// Where the change came from: `api`, `tool`, `service`.
    public var source: String

    public init(
        at timestamp: Timestamp, operation: String, userID: String? = nil,
        deviceID: DeviceID? = nil, point: PointAddress? = nil, oldValue: String? = nil,
        newValue: String? = nil, source: String
    ) {
        self.timestamp = timestamp
        self.operation = operation
        self.userID = userID
        self.deviceID = deviceID
        self.point = point
        self.oldValue = oldValue
        self.newValue = newValue
        self.source = source
    }
}
