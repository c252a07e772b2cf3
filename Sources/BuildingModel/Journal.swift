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
    /// The parts of the message that a program reads, by name: `count`, `source`.
    public var fields: [String: String]

    public init(
        at time: Timestamp, _ level: Level, kind: String, subject: String? = nil,
        _ message: String, fields: [String: String] = [:]
    ) {
        self.time = time
        self.level = level
        self.kind = kind
        self.subject = subject
        self.message = message
        self.fields = fields
    }
}

/// The person or program that makes a change, as the audit trail names it.
public struct Author: Hashable, Sendable {
    /// The user, as the program knows it; nil if no person is involved.
    public var userID: String?
    /// The part of the system that the change came through: `api`, `tool`, `housekeeping`.
    public var source: String

    public init(userID: String? = nil, source: String) {
        self.userID = userID
        self.source = source
    }

    /// The embedding program itself, which states no more.
    public static let program = Author(source: "program")
    /// The daily maintenance.
    public static let housekeeping = Author(source: "housekeeping")
}

/// A change that a person or program made: an upsert, a write through an interface, a deletion,
/// retention. Collected samples have none.
public struct AuditEntry: Hashable, Sendable {
    public var timestamp: Timestamp
    public var operation: String
    public var userID: String?
    public var deviceID: DeviceID?
    public var point: PointAddress?
    /// What there was before, JSON for a device, point, log or profile; nil if it is new.
    public var oldValue: String?
    /// What there is now.
    public var newValue: String?
    /// Where the change came from: `api`, `tool`, `program`.
    public var source: String

    public init(
        at timestamp: Timestamp, operation: String, by author: Author,
        deviceID: DeviceID? = nil, point: PointAddress? = nil, oldValue: String? = nil,
        newValue: String? = nil
    ) {
        self.timestamp = timestamp
        self.operation = operation
        userID = author.userID
        self.deviceID = deviceID ?? point?.device
        self.point = point
        self.oldValue = oldValue
        self.newValue = newValue
        source = author.source
    }

    /// The person or program that made the change.
    public var author: Author { Author(userID: userID, source: source) }
}
