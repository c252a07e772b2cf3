public import TimeSeriesModel

/// The state of a collector at a moment.
public struct CollectorStatus: Hashable, Sendable {
    public enum State: String, Hashable, Sendable, CaseIterable {
        /// Not collected since the start.
        case waiting
        /// Its last request was answered.
        case ok
        /// A request was lost with all its retries; the device is probed.
        case suspect
        /// The probes are not answered either.
        case offline
        /// Switched off in the catalog.
        case disabled
    }

    /// One device.
    public struct Device: Hashable, Sendable {
        public var id: DeviceID
        public var name: String
        public var state = State.waiting
        /// Points that are collected now.
        public var points = 0
        /// The last tick of the history that was stored.
        public var lastTick: Timestamp?
        /// The time from the last tick of the history to its stored samples.
        public var lag: Duration?
        /// Ticks that were skipped because the tick before them was still being read.
        public var missedTicks = 0
        public var lastSuccess: Timestamp?
        /// Device, request, tries and time, in words.
        public var lastError: String?
        public var lastErrorTime: Timestamp?
        public var nextDue: Timestamp?
        /// Rounds without any reply, up to the last.
        public var failuresInARow = 0
        /// Properties of one request.
        public var batchSize: Int?
        /// The device's clock minus ours.
        public var clockSkew: Duration?

        public init(id: DeviceID, name: String) {
            self.id = id
            self.name = name
        }
    }

    /// The collection of one device at one interval.
    public struct Schedule: Hashable, Sendable {
        public var device: DeviceID
        /// Nil for the poll that feeds the cache.
        public var interval: Duration?
        public var points = 0
        public var lastTick: Timestamp?
        public var nextDue: Timestamp?
        public var ticksDue = 0
        public var ticksDone = 0
        public var missedTicks = 0

        public init(device: DeviceID, interval: Duration?) {
            self.device = device
            self.interval = interval
        }
    }

    /// The trend logs of one device.
    public struct DeviceLogs: Hashable, Sendable {
        /// The last pass over them.
        public var report: BackfillReport
        /// When the next pass begins; nil while one is under way.
        public var nextDue: Timestamp?
    }

    public var isRunning = false
    /// In ascending order of their numbers.
    public var devices: [Device] = []
    /// In ascending order of device and interval.
    public var schedules: [Schedule] = []
    /// In ascending order of their devices; those whose logs were never read are missing.
    public var logs: [DeviceLogs] = []

    public init() {}
}
