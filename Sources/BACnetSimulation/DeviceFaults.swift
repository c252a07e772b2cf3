/// What goes wrong with a device, as often as its rates say: 0 never, 1 always.
///
/// Which message it hits follows from seed, device and the number of messages before it.
public struct DeviceFaults: Hashable, Sendable {
    /// It hears nothing and says nothing.
    public var isOffline = false
    /// What comes is lost on the way: requests, searches and acknowledgements alike.
    public var lostRequestRate = 0.0
    /// What it says is lost on the way: answers, segments and notifications alike.
    public var lostReplyRate = 0.0
    /// On top of its profile's delay.
    public var delay: Duration = .zero
    /// A request is answered with Error, Reject or Abort.
    public var errorRate = 0.0
    public var rejectRate = 0.0
    public var abortRate = 0.0
    /// What it says comes twice.
    public var duplicateRate = 0.0
    /// An answer names another request than the one that it answers.
    public var wrongInvokeIDRate = 0.0

    public init() {}
}
