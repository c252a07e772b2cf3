public import BACnetMessages

/// How a client behaves: its bounds, its patience, and what it says of itself.
public struct ClientConfiguration: Sendable {
    /// For each request that names no other.
    public var patience = Patience()
    public var transactions = TransactionLimits()
    public var requests = RequestLimits()
    /// Points of one ReadPropertyMultiple where nothing has been learned.
    public var pointCountMax = 25
    /// The subscriber's number in subscriptions. Stable, so that a client that starts again renews
    /// its subscriptions in the devices and does not add to them.
    public var subscriptionProcess: UInt32 = 1
    /// Subscriptions, and devices that are remembered with what was learned about them.
    public var subscriptionCountMax = 10_000
    public var deviceCountMax = 10_000
    /// Notifications that wait for whoever iterates; of more the oldest are dropped and counted.
    public var notificationCountMax = 1_000
    public var device: OwnDevice

    public init(device: OwnDevice) { self.device = device }
}

/// How many requests are under way at a time. One that waits for its turn does not age.
public struct RequestLimits: Hashable, Sendable {
    public var openCountMax = 10
    /// Of one device by its whole address.
    public var openCountMaxPerDevice = 1
    /// Of all devices of one network behind a router.
    public var openCountMaxPerNetwork = 1
    /// Between two requests to such a network.
    public var routedGap: Duration = .milliseconds(20)
    /// Requests that wait for their turn; one more is refused.
    public var waitingCountMax = 10_000

    public init() {}
}
