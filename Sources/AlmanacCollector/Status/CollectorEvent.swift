public import TimeSeriesModel

/// Something that happened in a collector, as it happens.
public struct CollectorEvent: Hashable, Sendable {
    /// An open set: switch with a default.
    public struct Kind: RawRepresentable, Hashable, Sendable {
        public var rawValue: String

        public init(rawValue: String) { self.rawValue = rawValue }

        public static let started = Kind(rawValue: "started")
        public static let stopped = Kind(rawValue: "stopped")
        /// A tick of a device is in the store.
        public static let stored = Kind(rawValue: "stored")
        /// A tick was skipped because the one before was still being read.
        public static let tickMissed = Kind(rawValue: "tick_missed")
        /// The wall clock was set.
        public static let clockJump = Kind(rawValue: "clock_jump")
        /// A request was lost with all its retries.
        public static let suspect = Kind(rawValue: "suspect")
        public static let offline = Kind(rawValue: "offline")
        public static let online = Kind(rawValue: "online")
        /// A point's property rests because the device does not know it.
        public static let pointRests = Kind(rawValue: "point_rests")
        /// Another device answers with the instance of a collected one.
        public static let conflict = Kind(rawValue: "conflict")
        /// The device reports other names, units, states or objects than before; or could not be
        /// described as a whole.
        public static let described = Kind(rawValue: "described")
        /// Points whose objects the device no longer lists.
        public static let pointsMissing = Kind(rawValue: "points_missing")
        public static let planChanged = Kind(rawValue: "plan_changed")
        /// Records of a device's trend logs are in the store.
        public static let backfilled = Kind(rawValue: "backfilled")
        /// The logs of a device were not read to their end.
        public static let backfillFailed = Kind(rawValue: "backfill_failed")
        /// Samples were read and could not be stored.
        public static let storeFailed = Kind(rawValue: "store_failed")
    }

    public var time: Timestamp
    public var kind: Kind
    public var device: DeviceID?
    public var message: String
    /// The parts of the message that a program reads, by name.
    public var fields: [String: String]

    public init(
        at time: Timestamp, _ kind: Kind, of device: DeviceID? = nil, _ message: String,
        fields: [String: String] = [:]
    ) {
        self.time = time
        self.kind = kind
        self.device = device
        self.message = message
        self.fields = fields
    }
}
