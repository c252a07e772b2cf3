public import BACnetMessages

/// What was asked of a device since the start, to judge how it was treated.
public struct RequestStatistics: Hashable, Sendable {
    /// Confirmed requests that reached it, by service.
    public internal(set) var requestCounts: [ConfirmedService: Int] = [:]
    /// Requests for services that nobody here speaks.
    public internal(set) var unsupportedCount = 0
    public internal(set) var whoIsCount = 0
    public internal(set) var whoHasCount = 0
    /// Requests that came again while the first was still open.
    public internal(set) var repeatedCount = 0
    /// Messages to it that a fault kept from it; what it said and was lost does not count.
    public internal(set) var lostCount = 0
    /// Notifications that it has sent, tries not counted.
    public internal(set) var notificationCount = 0
    /// The most requests that were open at once: received and not yet answered.
    public internal(set) var openCountMax = 0
    /// The most requests of one second by its clock.
    public internal(set) var countPerSecondMax = 0
    private var second: Int64 = .min
    private var countOfSecond = 0

    public init() {}

    /// All confirmed requests that reached it.
    public var requestCount: Int { requestCounts.values.reduce(unsupportedCount, +) }

    /// A request, open with so many others.
    mutating func count(_ service: ConfirmedService?, openCount: Int, at now: Duration) {
        if let service { requestCounts[service, default: 0] += 1 } else { unsupportedCount += 1 }
        openCountMax = max(openCountMax, openCount + 1)
        if second != now.components.seconds {
            second = now.components.seconds
            countOfSecond = 0
        }
        countOfSecond += 1
        countPerSecondMax = max(countPerSecondMax, countOfSecond)
    }
}
