public import Almanac

/// What came of a while of a ``SimulatedSite``.
public struct SiteReport: Sendable {
    /// Questions that were answered with a fresh value, with a stale one, or not at all.
    public var freshCount = 0
    public var staleCount = 0
    public var failedCount = 0
    /// Answers that were fresh by name and not by time, of another point, or a value that the device
    /// did not have then.
    public var wrongCount = 0
    public var longestWait = Duration.zero
    /// Values that the poll read.
    public var readingCount = 0
    /// What was stored and acknowledged.
    public internal(set) var history: [DeviceID: StoredHistory] = [:]

    public var storedCount: Int { history.values.reduce(0) { $0 + $1.count } }

    mutating func add(_ other: SiteReport) {
        freshCount += other.freshCount
        staleCount += other.staleCount
        failedCount += other.failedCount
        wrongCount += other.wrongCount
        longestWait = max(longestWait, other.longestWait)
        readingCount += other.readingCount
        history.merge(other.history) { _, new in new }
    }
}

/// How many samples of a device there are, and a number that depends on all of them and not on their
/// order.
public struct StoredHistory: Hashable, Sendable {
    public private(set) var count = 0
    private var digest: UInt64 = 0

    mutating func add(_ point: PointAddress, _ time: Timestamp, _ value: Double) {
        count += 1
        let noise = ReplyNoise(seed: value.bitPattern).branch(point)
        digest &+= noise.bits(time.milliseconds)
    }
}
