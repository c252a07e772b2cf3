internal import BACnetMessages

/// What notifications are told apart by: who sends them, and of what they speak.
struct SubscriptionKey: Hashable {
    let device: DeviceAddress
    let object: ObjectIdentifier
}

extension ClientState {
    /// `false` where there are too many already.
    mutating func add(_ ticket: Ticket, to key: SubscriptionKey) -> Bool {
        guard subscriptions.count < configuration.subscriptionCountMax else { return false }
        subscriptions[key, default: []].insert(ticket)
        return true
    }

    mutating func remove(_ ticket: Ticket, from key: SubscriptionKey) {
        subscriptions[key]?.remove(ticket)
        if subscriptions[key]?.isEmpty == true { subscriptions[key] = nil }
    }

    /// Whoever wants this notification: process, address and object must be those of a subscription.
    func subscribers(to notification: COVNotification, from peer: DeviceAddress) -> [Ticket] {
        guard notification.process == configuration.subscriptionProcess else { return [] }
        let key = SubscriptionKey(device: peer, object: notification.object)
        return subscriptions[key]?.sorted() ?? []
    }
}
