public import BACnetMessages

/// How a subscription is asked for.
public struct SubscriptionOptions: Hashable, Sendable {
    /// Always more than nothing: without an end a device keeps it for ever, or fails.
    public var lifetime: Duration
    /// Each notification is acknowledged; that takes a place in the device until it is.
    public var isConfirmed: Bool
    /// By how much a real must change, of a property; `nil` leaves it to the device.
    public var increment: Float?

    public init(
        lifetime: Duration = .seconds(600), isConfirmed: Bool = false, increment: Float? = nil
    ) {
        self.lifetime = max(lifetime, .seconds(2))
        self.isConfirmed = isConfirmed
        self.increment = increment
    }

    var terms: SubscriptionTerms {
        SubscriptionTerms(
            isConfirmed: isConfirmed,
            lifetimeSeconds: UInt32(clamping: lifetime.components.seconds))
    }
}

extension BACnetClient {
    /// Subscribes to changes of an object's value (SubscribeCOV).
    ///
    /// A device keeps one subscription of ours to an object, by the terms that it was asked last.
    /// Where several are made here, each is renewed by its own terms, and all hear all.
    ///
    /// - Throws: ``RequestFailure`` where the device refuses or is silent; then nothing is left here.
    ///   In a device that has agreed in words which were lost it ends with its lifetime.
    public func subscribe(
        to object: ObjectIdentifier, of device: DeviceAddress,
        options: SubscriptionOptions = SubscriptionOptions()
    ) async throws(RequestFailure) -> COVSubscription {
        try await subscribe(to: object, nil, of: device, options)
    }

    /// Subscribes to changes of one property (SubscribeCOVProperty).
    public func subscribe(
        to target: ObjectProperty, of device: DeviceAddress,
        options: SubscriptionOptions = SubscriptionOptions()
    ) async throws(RequestFailure) -> COVSubscription {
        try await subscribe(to: target.object, target.reference, of: device, options)
    }

    private func subscribe(
        to object: ObjectIdentifier, _ reference: PropertyReference?, of device: DeviceAddress,
        _ options: SubscriptionOptions
    ) async throws(RequestFailure) -> COVSubscription {
        let key = SubscriptionKey(device: device, object: object)
        let (events, continuation) = AsyncStream.makeStream(
            of: COVEvent.self, bufferingPolicy: .bufferingNewest(configuration.notificationCountMax)
        )
        let feed = EventFeed(continuation)
        let request = request(object, reference, options.terms, options.increment)
        // Before it is asked for: a device may notify before it acknowledges.
        let take: @Sendable (COVNotification) -> Void = { [clock] notification in
            guard
                reference == nil
                    || notification.values.contains(where: { $0.reference == reference })
            else { return }
            feed.yield(.notification(notification, arrival: clock.uptime))
        }
        let sink: UInt64
        let listener = EventSink(
            request: request, device: device, take: take,
            renewed: { failure in
                feed.yield(failure.map { .renewalFailed($0) } ?? .renewed)
            }, finish: feed.finish)
        switch add(listener, to: key, reference) {
        case .success(let ticket): sink = ticket
        case .failure(let reason):
            throw RequestFailure(
                device: device, request: request.words, tries: 0, elapsed: .zero, reason: reason)
        }
        let answer = await ask(request, of: device)
        do throws(RequestFailure) { try answer.acknowledged() } catch {
            remove(sink, from: key)
            throw error
        }
        beginRenewing(sink, lifetime: options.lifetime)
        let end = self.request(object, reference, nil, nil)
        let leave: @Sendable () -> Task<Void, Never>? = { [weak self] in
            guard let self, remove(sink, from: key) else { return nil }
            // The device knows one of a kind, however many there are here: who stays by other terms
            // asks again, since those of who goes may be the shorter ones.
            let next = self.request(of: key, reference) ?? end
            guard next != request else { return nil }
            return run { [weak self] in _ = await self?.ask(next, of: device) }
        }
        continuation.onTermination = { _ in _ = leave() }
        return COVSubscription(to: object, reference, of: device, events, feed, leave: leave)
    }

    private func request(
        _ object: ObjectIdentifier, _ reference: PropertyReference?, _ terms: SubscriptionTerms?,
        _ increment: Float?
    ) -> ConfirmedRequest {
        let process = configuration.subscriptionProcess
        guard let reference else {
            return .subscribeCOV(
                SubscribeCOVRequest(process: process, object: object, terms: terms))
        }
        return .subscribeCOVProperty(
            SubscribeCOVPropertyRequest(
                process: process, target: ObjectProperty(object, reference), terms: terms,
                increment: increment))
    }
}
