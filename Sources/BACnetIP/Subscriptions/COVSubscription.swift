public import BACnetMessages
internal import Synchronization

/// What a subscription tells.
public enum COVEvent: Hashable, Sendable {
    /// What the object is now; its time is that of arrival, ``BACnetClient`` uptime.
    case notification(COVNotification, arrival: Duration)
    /// The device has the subscription again.
    case renewed
    /// It has it perhaps not: whoever relies on it must poll until ``renewed``. It is tried again.
    case renewalFailed(RequestFailure)
}

/// A subscription that the client renews at half its time until it is cancelled, or until neither it
/// nor a loop over it is there any more.
///
/// Iterated once. Of more events than ``ClientConfiguration/notificationCountMax`` that wait, the
/// oldest are dropped and counted.
public final class COVSubscription: AsyncSequence, Sendable {
    public typealias Element = COVEvent
    public typealias Failure = Never

    public let device: DeviceAddress
    public let object: ObjectIdentifier
    /// The property alone that is subscribed to; `nil` for what the object tells by itself.
    public let reference: PropertyReference?
    private let events: AsyncStream<COVEvent>
    private let feed: EventFeed
    private let leave: @Sendable () -> Task<Void, Never>?

    init(
        to object: ObjectIdentifier, _ reference: PropertyReference?, of device: DeviceAddress,
        _ events: AsyncStream<COVEvent>, _ feed: EventFeed,
        leave: @escaping @Sendable () -> Task<Void, Never>?
    ) {
        self.device = device
        self.object = object
        self.reference = reference
        self.events = events
        self.feed = feed
        self.leave = leave
    }

    deinit { feed.finish() }

    public func makeAsyncIterator() -> Iterator {
        Iterator(subscription: self, events: events.makeAsyncIterator())
    }

    /// Keeps its subscription.
    public struct Iterator: AsyncIteratorProtocol {
        fileprivate let subscription: COVSubscription
        fileprivate var events: AsyncStream<COVEvent>.Iterator

        public mutating func next(isolation actor: isolated (any Actor)?) async -> COVEvent? {
            await events.next(isolation: actor)
        }
    }

    /// Events that nobody took in time.
    public var droppedCount: Int { feed.droppedCount }

    /// Ends the subscription here and, as far as it answers, in the device; in a cancelled task too.
    public func cancel() async {
        let told = leave()
        feed.finish()
        await told?.value
    }
}

/// The receiver of a subscription's events: notifications, renewals, and the end.
struct EventSink: Sendable {
    /// The request that the device got for it.
    let request: ConfirmedRequest
    let device: DeviceAddress
    let take: @Sendable (COVNotification) -> Void
    /// A renewal has ended, by this failure or well.
    let renewed: @Sendable (RequestFailure?) -> Void
    let finish: @Sendable () -> Void
}

/// Where events go in; counts those that nobody took.
final class EventFeed: Sendable {
    private let continuation: AsyncStream<COVEvent>.Continuation
    private let dropped = Mutex(0)

    init(_ continuation: AsyncStream<COVEvent>.Continuation) { self.continuation = continuation }

    var droppedCount: Int { dropped.withLock { $0 } }

    func yield(_ event: COVEvent) {
        if case .dropped = continuation.yield(event) { dropped.withLock { $0 += 1 } }
    }

    func finish() { continuation.finish() }
}
