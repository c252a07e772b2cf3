public import TimeSeriesModel

/// The outcome of one pass over the trend logs of a device.
public struct BackfillReport: Hashable, Sendable {
    /// One log.
    public struct Log: Hashable, Sendable {
        public enum Ending: String, Hashable, Sendable, CaseIterable {
            /// Read up to its newest record.
            case done
            /// It records nothing that is collected.
            case ignored
            /// Read in part, or not at all; the next pass goes on from there.
            case failed
        }

        /// The log's object, as `trend-log,1`.
        public var object: String
        public var ending = Ending.done
        /// Why it was ignored or failed, or what was wrong with its numbers.
        public var message: String?
        /// Records that were read and not known before.
        public var records = 0
        /// Samples that the store did not have.
        public var stored = 0
        /// Samples of whose time the store had one already.
        public var known = 0
        /// Samples that the store refused.
        public var rejected = 0
        /// Gaps that were recorded.
        public var gaps = 0
        /// Records that the device overwrote before they were read, as far as their number is known.
        public var lost: Int64 = 0
        /// Records of an impossible time: reported, and not stored.
        public var impossibleTimes = 0
        /// Time between two records; nil for a log without a fixed one.
        public var interval: Duration?
        /// Records that the device's buffer holds.
        public var bufferSize: UInt32?

        init(object: String) { self.object = object }
    }

    public var device: DeviceID
    public var time: Timestamp
    public var logs: [Log] = []
    /// The time by which the device's clock is ahead of ours; nil if it could not be read.
    public var clockSkew: Duration?
    /// Why no log could be read.
    public var failure: String?

    init(device: DeviceID, time: Timestamp) {
        self.device = device
        self.time = time
    }

    /// Samples that the store did not have.
    public var stored: Int { logs.reduce(0) { $0 + $1.stored } }

    /// True if every log was read to its end or ignored.
    public var isComplete: Bool { failure == nil && !logs.contains { $0.ending == .failed } }

    /// The time until the logs have to be read again, so that no buffer fills up more than a
    /// quarter meanwhile, within the bounds of the settings.
    func pause(_ settings: BackfillSettings) -> Duration {
        let spans = logs.filter { $0.ending != .ignored }.compactMap { log -> Duration? in
            guard let size = log.bufferSize else { return nil }
            return (log.interval ?? .zero) * Int(size) / 4
        }
        let shortest = spans.min() ?? settings.intervalMax
        return min(max(shortest, settings.intervalMin), settings.intervalMax)
    }
}
