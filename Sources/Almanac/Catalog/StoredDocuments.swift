// What the catalog keeps beyond names, as JSON documents: the keys are short because a store has a
// hundred thousand of them, and a key that is missing means what it means in the struct.

enum DocumentKey {
    static let devices = "device/"
    static let points = "point/"
    static let logGroup = "log"
    static let logs = logGroup + "/"
    static let settings = "settings"
    static let housekeeping = "housekeeping"
    static let disk = "disk/"
    static let states = "state/"

    static func device(_ id: DeviceID) -> String { devices + String(id.rawValue) }
    static func point(_ address: PointAddress) -> String { points + address.description }
    static func log(_ id: TrendLogID) -> String { logs + String(id.rawValue) }
    static func logID(_ key: String) -> TrendLogID? {
        UInt32(key.dropFirst(logs.count)).map(TrendLogID.init(rawValue:))
    }
    static func disk(_ slot: Int64) -> String { disk + String(slot) }
    static func state(_ key: String) -> String { states + key }
}

struct StoredDevice: Codable, Hashable, Sendable {
    var type: String
    var ip: String?
    var port: UInt16?
    /// Missing for an active one.
    var inactive: Bool?
    /// Unix milliseconds, as all times here.
    var seen: Int64?
    var made: Int64
    var changed: Int64
}

struct StoredPoint: Codable, Hashable, Sendable {
    var description: String?
    var unit: UInt16?
    var inactive: Bool?
    /// Whether the name is only the address, for want of one.
    var nameless: Bool?
    var profile: StoredProfile?
    var made: Int64
    var changed: Int64
}

struct StoredProfile: Codable, Hashable, Sendable {
    var range: UInt16?
    var decimals: Int?
    var mode: String?
    var modulus: Double?
    var low: Double?
    var high: Double?
    var states: [String]?
    var zone: String?
    var binding: StoredBinding?
}

struct StoredBinding: Codable, Hashable, Sendable {
    var object: String
    /// Missing for polling.
    var mode: String?
    var ms: Int64?
}

struct StoredLog: Codable, Hashable, Sendable {
    struct Item: Codable, Hashable, Sendable {
        var point: String
        var slot: UInt8
        var inactive: Bool?
        var made: Int64
    }

    var device: UInt32
    var name: String
    var ms: Int64
    var max: Int
    var inactive: Bool?
    var made: Int64
    var changed: Int64
    var items: [Item]
}

/// What belongs to the store as a whole.
struct StoredSettings: Codable, Sendable {
    var nextLog: UInt32 = 1
}

extension StoredProfile {
    init(_ profile: PointProfile) {
        range = profile.rangeCode
        decimals = profile.decimals
        mode = profile.historyMode == .sampled ? nil : profile.historyMode.rawValue
        modulus = profile.modulus
        low = profile.low
        high = profile.high
        states = profile.stateTexts
        zone = profile.timeZone
        binding = profile.binding.map {
            StoredBinding(
                object: $0.object, mode: $0.mode == .poll ? nil : $0.mode.rawValue,
                ms: $0.interval?.milliseconds)
        }
    }

    var profile: PointProfile {
        PointProfile(
            rangeCode: range, decimals: decimals,
            historyMode: mode.flatMap(HistoryMode.init(rawValue:)) ?? .sampled, modulus: modulus,
            low: low, high: high, stateTexts: states, timeZone: zone,
            binding: binding.map {
                PointBinding(
                    object: $0.object,
                    mode: $0.mode.flatMap(PointBinding.Mode.init(rawValue:)) ?? .poll,
                    interval: $0.ms.map { .milliseconds($0) })
            })
    }
}

/// What housekeeping knows over a restart.
struct StoredHousekeeping: Codable, Hashable, Sendable {
    struct Announcement: Codable, Hashable, Sendable {
        var removal: Int64
        var days: Int?
        var bytes: Int?
    }

    var last: Int64?
    var announced: Announcement?
}

/// The size of the store at a time.
struct StoredMeasurement: Codable, Hashable, Sendable {
    var at: Int64
    var bytes: Int
}

extension StoredHousekeeping {
    init(_ state: Housekeeping.State) {
        last = state.lastMaintenance?.rawValue
        announced = state.announcement.map {
            Announcement(
                removal: $0.removalAt.rawValue, days: $0.policy.days, bytes: $0.policy.byteCount)
        }
    }

    var state: Housekeeping.State {
        Housekeeping.State(
            lastMaintenance: last.map(Timestamp.init(rawValue:)),
            announcement: announced.map {
                Housekeeping.RetentionAnnouncement(
                    removalAt: Timestamp(rawValue: $0.removal),
                    policy: RetentionPolicy(days: $0.days, byteCount: $0.bytes))
            })
    }
}
