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

/// A subscription that the client renews at half its time until it is cancelled or dropped.
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
    private let onCancel: @Sendable () async -> Void

    init(
        to object: ObjectIdentifier, _ reference: PropertyReference?, of device: DeviceAddress,
        _ events: AsyncStream<COVEvent>, _ feed: EventFeed,
        onCancel: @escaping @Sendable () async -> Void
    ) {
        self.device = device
        self.object = object
        self.reference = reference
        self.events = events
        self.feed = feed
        self.onCancel = onCancel
    }

    deinit { feed.finish() }

    public func makeAsyncIterator() -> AsyncStream<COVEvent>.Iterator {
        events.makeAsyncIterator()
    }

    /// Events that nobody took in time.
    public var droppedCount: Int { feed.droppedCount }

    /// Ends the subscription here and, as far as it answers, in the device.
    public func cancel() async {
        feed.finish()
        await onCancel()
    }
}

/// Whoever is told of an object: its notifications, and that no more will come.
struct EventSink: Sendable {
    let take: @Sendable (COVNotification) -> Void
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
