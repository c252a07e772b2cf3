package import BACnetMessages

/// A subscription whose lifetime is the caller's matter: it is requested, renewed and ended by calls,
/// and has no timer here.
///
/// For a collector that keeps many in one schedule of its own. Notifications are handed over where
/// they are read, until the watch is released.
package final class COVWatch: Sendable {
    private let client: BACnetClient
    private let key: SubscriptionKey
    private let request: ConfirmedRequest
    private let end: ConfirmedRequest
    private let ticket: UInt64

    fileprivate init(
        _ client: BACnetClient, _ key: SubscriptionKey, _ request: ConfirmedRequest,
        _ end: ConfirmedRequest, _ ticket: UInt64
    ) {
        self.client = client
        self.key = key
        self.request = request
        self.end = end
        self.ticket = ticket
    }

    deinit { client.remove(ticket, from: key) }

    /// Subscribes, or renews what the device has already.
    ///
    /// - Throws: ``RequestFailure``.
    package func subscribe() async throws(RequestFailure) {
        try await client.ask(request, of: key.device).acknowledged()
    }

    /// Ends the subscription in the device, as far as it replies.
    package func cancel() async { _ = await client.ask(end, of: key.device) }
}

extension BACnetClient {
    /// Prepares a subscription to an object; nothing is sent yet.
    ///
    /// - Throws: ``RequestFailure`` if there are too many subscriptions, or the client is closed.
    package func watch(
        _ object: ObjectIdentifier, of device: DeviceAddress, options: SubscriptionOptions,
        take: @escaping @Sendable (COVNotification) -> Void
    ) throws(RequestFailure) -> COVWatch {
        let process = configuration.subscriptionProcess
        let request = ConfirmedRequest.subscribeCOV(
            SubscribeCOVRequest(process: process, object: object, terms: options.terms))
        let end = ConfirmedRequest.subscribeCOV(
            SubscribeCOVRequest(process: process, object: object, terms: nil))
        let key = SubscriptionKey(device: device, object: object)
        let sink = EventSink(
            request: request, device: device, take: take, renewed: { _ in }, finish: {})
        switch add(sink, to: key, nil) {
        case .success(let ticket): return COVWatch(self, key, request, end, ticket)
        case .failure(let reason):
            throw RequestFailure(
                device: device, request: request.words, tries: 0, elapsed: .zero, reason: reason)
        }
    }
}
