/// The settings of subscriptions to changes of values.
public struct ChangeOfValueSettings: Hashable, Sendable {
    /// The time that a device keeps a subscription without renewal, 300 s to 900 s. It is renewed
    /// at half of it.
    public var lifetime: Duration = .seconds(600)
    /// True if the device waits for an acknowledgement of each notification: nothing is lost then,
    /// and each takes a place in the device until it is acknowledged.
    public var isConfirmed = false
    /// Every so many intervals a point that is subscribed to is polled too, to find a subscription
    /// that the device forgot.
    public var verificationTicks = 10
    /// The pause after a refused subscription, in which the point is polled.
    public var retryInterval: Duration = .seconds(300)
    /// The same if the device does not have the service, or no changes of this object.
    public var unsupportedRetryInterval: Duration = .seconds(86_400)

    public init() {}
}
