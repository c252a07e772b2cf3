public import BACnetMessages

/// What kind of controller a simulated device is: how much it takes, and what it can do.
public struct DeviceProfile: Hashable, Sendable {
    /// The greatest APDU that it takes and sends, at least 50.
    public var octetCountMax = APDUSize.octets1476.octetCount
    public var segmentation: Segmentation = .transmit
    /// Segments that it sends before it waits for an acknowledgement.
    public var window: UInt8 = 16
    /// Requests for other services are rejected.
    public var services: Set<ConfirmedService> = [
        .readProperty, .readPropertyMultiple, .readRange, .subscribeCOV, .subscribeCOVProperty,
    ]
    /// Whether it says who it is to everybody, or only to who has asked.
    public var introducesToEverybody = false
    /// From a question to its answer.
    public var replyDelay: Duration = .zero
    /// One more is refused.
    public var subscriptionCountMax = 100
    /// How often it looks for changes to tell of; whole milliseconds, one at least. It looks at whole
    /// multiples of it since uptime zero, while somebody has subscribed.
    public var scanInterval: Duration = .seconds(10) {
        didSet {
            precondition(scanInterval >= .milliseconds(1), "it looks once a millisecond at most")
        }
    }
    public var vendor: UInt16 = 0
    public var vendorName = "Almanac"
    public var modelName = "Simulated controller"
    /// What it adds to its local time to get UTC: positive in the west.
    public var utcOffsetMinutes = 0
    public var logs = LogPlan()

    public init() {}
}

/// The trend logs of a simulated device.
public struct LogPlan: Hashable, Sendable {
    /// The first so many points of the device are logged, each in a log of its own.
    public var logCount = 4
    /// In the building's time. Records stand on its multiples since 1970.
    public var intervalSeconds: Int64 = 900
    /// Records that are there at the start, as if the device had always run.
    public var recordCount = 200
    /// Records that are kept.
    public var recordCountMax = 1_000
    /// The number of the very first record; behind 4,294,967,295 comes 1.
    public var firstSequence: UInt32 = 1

    public init() {}
}
