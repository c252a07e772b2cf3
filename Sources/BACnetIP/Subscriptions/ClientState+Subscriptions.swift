internal import BACnetMessages

/// What notifications are told apart by: who sends them, and of what they speak.
struct SubscriptionKey: Hashable {
    let device: DeviceAddress
    let object: ObjectIdentifier
}

extension ClientState {
    mutating func remove(_ ticket: Ticket, from key: SubscriptionKey) {
        renewals.remove(ticket)
        subscriptions[key]?.removeValue(forKey: ticket)
        if subscriptions[key]?.isEmpty == true { subscriptions[key] = nil }
    }

    /// Whoever wants this notification: process, address and object must be those of a subscription.
    func subscribers(to notification: COVNotification, from peer: DeviceAddress) -> [Ticket] {
        guard notification.process == configuration.subscriptionProcess else { return [] }
        let key = SubscriptionKey(device: peer, object: notification.object)
        return subscriptions[key]?.keys.sorted() ?? []
    }
}
