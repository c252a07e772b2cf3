internal import BACnetIP
internal import BACnetMessages
internal import BuildingModel
internal import TimeSeriesModel

/// A point whose changes a device reports, and the object that it is there.
struct ChangeTarget: Hashable, Sendable {
    var point: PointAddress
    var object: ObjectIdentifier

    var device: DeviceID { point.device }
}

/// All subscriptions of a collector to changes of values.
///
/// A value that takes an event and returns what is to be done. One request is open per device. A point
/// is polled at once if its subscription is refused, not answered or not renewed; it is requested again
/// later.
struct ChangeSubscriptions: Sendable {
    enum Event: Hashable, Sendable {
        /// - alsoPolls: whether the point is polled at each tick besides.
        case add(ChangeTarget, alsoPolls: Bool)
        case remove(ChangeTarget)
        /// The device has the subscription.
        case acknowledged(ChangeTarget)
        /// - isForGood: the device does not have the service, or no changes of this object.
        case refused(ChangeTarget, isForGood: Bool)
        case unanswered(ChangeTarget)
        /// The device reported a value; nil if it is none.
        case notified(ChangeTarget, Double?)
        /// The device showed this value to a poll.
        case polled(ChangeTarget, Double, increment: Double?)
        /// The device replies again, or has restarted: it may have forgotten all subscriptions.
        case returned(DeviceID)
        /// The device does not reply to requests of any kind.
        case lost(DeviceID)
        case timePassed
        /// Ends all subscriptions, in the devices too.
        case stop
    }

    enum Action: Hashable, Sendable {
        case subscribe(ChangeTarget)
        case cancel(ChangeTarget)
    }

    private enum State: Hashable, Sendable {
        /// Waits for its turn, and is polled meanwhile.
        case waiting
        /// The device has it until then.
        case active(until: Duration)
        /// It is polled, and requested again at its deadline.
        case polling
    }

    private struct Subscription: Sendable {
        var state = State.waiting
        var alsoPolls: Bool
        /// The value that the device reported last.
        var value: Double?
        /// True if the device may have it, so that it has to be cancelled.
        var mayBeHeld = false

        init(alsoPolls: Bool) { self.alsoPolls = alsoPolls }

        var isActive: Bool { if case .active = state { true } else { false } }
    }

    /// The requests to one device, one after the other.
    private struct Line: Sendable {
        var waiting: [ChangeTarget] = []
        var isWaiting: Set<ChangeTarget> = []
        var open: ChangeTarget?
        var targets: Set<ChangeTarget> = []
        /// The last request was not answered: the others wait until one is.
        var isLost = false
    }

    let settings: ChangeOfValueSettings
    private var subscriptions: [ChangeTarget: Subscription] = [:]
    private var lines: [DeviceID: Line] = [:]
    private var deadlines = DeadlineHeap<ChangeTarget>()
    private var isStopped = false
    /// Points that have got a subscription or lost it since ``takeChanges()``.
    private var changed: [PointAddress: Bool] = [:]
    /// Polls that showed another value than the last notification, which the device should have sent.
    private(set) var missedChangeCount = 0

    init(_ settings: ChangeOfValueSettings = ChangeOfValueSettings()) { self.settings = settings }

    /// When ``Event/timePassed`` has something to do.
    var nextDeadline: Duration? { deadlines.next }

    /// Subscriptions that the devices have.
    var activeCount: Int { subscriptions.values.count { $0.isActive } }
    var count: Int { subscriptions.count }

    /// Returns true while a request for a subscription is under way.
    func isOpen(_ target: ChangeTarget) -> Bool { lines[target.device]?.open == target }

    /// Returns true if a tick has to poll a point: it has no subscription, or one that the device
    /// does not have now, or it is polled besides, or it is time to verify the subscription.
    ///
    /// - Parameter tick: the number of the tick on its grid.
    func isPolled(_ target: ChangeTarget, atTick tick: Int64) -> Bool {
        guard let subscription = subscriptions[target] else { return true }
        guard subscription.isActive, !subscription.alsoPolls else { return true }
        return tick % Int64(max(1, settings.verificationTicks)) == 0
    }

    /// Returns the points that have got a subscription (true) or lost it (false) since the last call.
    mutating func takeChanges() -> [PointAddress: Bool] {
        defer { changed = [:] }
        return changed
    }

    private mutating func set(_ state: State, of target: ChangeTarget) {
        guard let wasActive = subscriptions[target]?.isActive else { return }
        subscriptions[target]?.state = state
        let isActive = subscriptions[target]?.isActive == true
        if isActive != wasActive { changed[target.point] = isActive }
    }

    mutating func take(_ event: Event, at now: Duration) -> [Action] {
        switch event {
        case .add(let target, let alsoPolls): return add(target, alsoPolls)
        case .remove(let target): return remove(target, at: now)
        case .acknowledged(let target): return acknowledge(target, at: now)
        case .refused(let target, let isForGood):
            return refuse(target, isForGood: isForGood, at: now)
        case .unanswered(let target):
            lose(target, at: now)
            return []
        case .notified(let target, let value):
            subscriptions[target]?.value = value
            return []
        case .polled(let target, let value, let increment):
            return compare(value, of: target, increment)
        case .returned(let device): return resubscribe(device, keepsActive: false)
        case .lost(let device):
            poll(device)
            return []
        case .timePassed: return passTime(to: now)
        case .stop: return stop()
        }
    }
}

extension ChangeSubscriptions {
    private mutating func add(_ target: ChangeTarget, _ alsoPolls: Bool) -> [Action] {
        guard !isStopped else { return [] }
        guard subscriptions[target] == nil else {
            subscriptions[target]?.alsoPolls = alsoPolls
            return []
        }
        subscriptions[target] = Subscription(alsoPolls: alsoPolls)
        lines[target.device, default: Line()].targets.insert(target)
        return request(target)
    }

    private mutating func remove(_ target: ChangeTarget, at now: Duration) -> [Action] {
        set(.waiting, of: target)
        guard let subscription = subscriptions.removeValue(forKey: target) else { return [] }
        deadlines.set(nil, of: target)
        lines[target.device]?.targets.remove(target)
        if lines[target.device]?.isWaiting.remove(target) != nil {
            lines[target.device]?.waiting.removeAll { $0 == target }
        }
        if let line = lines[target.device], line.isLost, let next = line.targets.first {
            // It may have been the one that was to show that the device is there again.
            deadlines.set(now + settings.retryInterval, of: next)
        }
        // One whose request is open is cancelled when its reply shows that the device has it.
        guard subscription.mayBeHeld, lines[target.device]?.open != target else { return [] }
        return [.cancel(target)]
    }

    /// Puts a request at the end of its device's line.
    ///
    /// - Parameter isProbe: whether it is to show that a device that did not answer is there again.
    private mutating func request(_ target: ChangeTarget, isProbe: Bool = false) -> [Action] {
        guard var line = lines[target.device], line.open != target, isProbe || !line.isLost,
            line.isWaiting.insert(target).inserted
        else { return [] }
        line.waiting.append(target)
        lines[target.device] = line
        return advance(target.device)
    }

    /// Sends the next request of a device if none is open.
    private mutating func advance(_ device: DeviceID) -> [Action] {
        guard var line = lines[device], line.open == nil, !line.waiting.isEmpty else { return [] }
        let next = line.waiting.removeFirst()
        line.isWaiting.remove(next)
        line.open = next
        lines[device] = line
        subscriptions[next]?.mayBeHeld = true
        return [.subscribe(next)]
    }

    private mutating func acknowledge(_ target: ChangeTarget, at now: Duration) -> [Action] {
        end(target)
        guard let subscription = subscriptions[target] else {
            // Removed meanwhile, or stopped.
            return [.cancel(target)] + advance(target.device)
        }
        set(.active(until: now + settings.lifetime), of: target)
        // The first renewal comes earlier by a part that is fixed per point: those of a start do not
        // stay together for ever.
        let half = settings.lifetime / 2
        let pause = subscription.isActive ? half : half - half * target.spread / 2000
        deadlines.set(now + pause, of: target)
        return goOn(target.device)
    }

    private mutating func refuse(
        _ target: ChangeTarget, isForGood: Bool, at now: Duration
    ) -> [Action] {
        end(target)
        if subscriptions[target] != nil {
            set(.polling, of: target)
            subscriptions[target]?.mayBeHeld = false
            let pause = isForGood ? settings.unsupportedRetryInterval : settings.retryInterval
            deadlines.set(now + pause, of: target)
        }
        return goOn(target.device)
    }

    /// One request was not answered with all its retries: so would be the others.
    private mutating func lose(_ target: ChangeTarget, at now: Duration) {
        end(target)
        poll(target.device)
        if subscriptions[target] != nil {
            deadlines.set(now + settings.retryInterval, of: target)
        }
    }

    /// The open request of a device has ended.
    private mutating func end(_ target: ChangeTarget) {
        if lines[target.device]?.open == target { lines[target.device]?.open = nil }
    }

    /// After a reply, and be it a refusal.
    private mutating func goOn(_ device: DeviceID) -> [Action] {
        lines[device]?.isLost == true
            ? resubscribe(device, keepsActive: true) : advance(device)
    }

    /// Has all points of a device polled. Their subscriptions may be there still, so they are
    /// cancelled at the end.
    private mutating func poll(_ device: DeviceID) {
        guard let line = lines[device] else { return }
        lines[device]?.isLost = true
        lines[device]?.waiting = []
        lines[device]?.isWaiting = []
        for target in line.targets {
            set(.polling, of: target)
            deadlines.set(nil, of: target)
        }
    }

    /// Requests the subscriptions of a device again.
    private mutating func resubscribe(_ device: DeviceID, keepsActive: Bool) -> [Action] {
        guard let line = lines[device] else { return [] }
        lines[device]?.isLost = false
        var actions: [Action] = []
        for target in line.targets.sorted(by: { $0.point < $1.point }) {
            if subscriptions[target]?.isActive == true, keepsActive { continue }
            set(.waiting, of: target)
            deadlines.set(nil, of: target)
            actions += request(target)
        }
        return actions + advance(device)
    }

    /// Looks whether the device forgot to report a change.
    private mutating func compare(
        _ value: Double, of target: ChangeTarget, _ increment: Double?
    ) -> [Action] {
        guard let subscription = subscriptions[target], subscription.isActive,
            let reported = subscription.value, let increment, abs(value - reported) > increment
        else { return [] }
        missedChangeCount += 1
        set(.waiting, of: target)
        return request(target)
    }

    private mutating func passTime(to now: Duration) -> [Action] {
        var actions: [Action] = []
        for target in deadlines.takeDue(at: now) {
            guard let subscription = subscriptions[target] else { continue }
            if case .active(let end) = subscription.state, end > now {
                // If the renewal is not answered by then, the point is polled.
                deadlines.set(end, of: target)
                actions += request(target)
            } else {
                set(.waiting, of: target)
                deadlines.set(now + settings.retryInterval, of: target)
                actions += request(target, isProbe: true)
            }
        }
        return actions
    }

    private mutating func stop() -> [Action] {
        isStopped = true
        let held = subscriptions.filter { entry in
            entry.value.mayBeHeld && lines[entry.key.device]?.open != entry.key
        }
        subscriptions = [:]
        deadlines = DeadlineHeap()
        for device in lines.keys {
            lines[device]?.waiting = []
            lines[device]?.isWaiting = []
            lines[device]?.targets = []
        }
        return held.keys.sorted { $0.point < $1.point }.map(Action.cancel)
    }
}

extension ChangeTarget {
    /// 0…999, the same in each process: from the bits of the address.
    fileprivate var spread: Int {
        var bits = UInt64(point.device.rawValue) << 32 | UInt64(point.number)
        bits ^= UInt64(point.type.rawValue) << 24
        return Int(SeededGenerator.mixed(bits) % 1000)
    }
}
