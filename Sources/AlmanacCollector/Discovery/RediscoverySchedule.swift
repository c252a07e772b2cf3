public import BACnetMessages

/// The properties of a device that change when its objects do, or when it restarts.
public struct DeviceIdentity: Hashable, Sendable {
    /// Changes when objects are added, removed or renamed. Some devices do not have it.
    public var databaseRevision: UInt64?
    /// When the device was started last, as it states it.
    public var restartTime: [TaggedValue]?
    /// The length of its object list.
    public var objectCount: UInt64?

    public init(
        databaseRevision: UInt64? = nil, restartTime: [TaggedValue]? = nil,
        objectCount: UInt64? = nil
    ) {
        self.databaseRevision = databaseRevision
        self.restartTime = restartTime
        self.objectCount = objectCount
    }
}

/// Decides when the description of a device is read again: daily, and when its database revision,
/// its time of restart or the length of its object list is another one.
///
/// A value: it takes an event or the time and returns the request that is due. Its owner sends the
/// request and hands back the outcome. At most one request is open.
public struct RediscoverySchedule: Hashable, Sendable {
    public enum Event: Hashable, Sendable {
        /// An I-Am that was not requested, as devices send it after a restart.
        case introduced
        /// The device replies again after an outage.
        case returned
        /// The reply to a request of ``Request/identity``.
        case identity(DeviceIdentity)
        /// The whole description was read, after this identity.
        case described(DeviceIdentity)
        /// The open request failed.
        case failed
    }

    public enum Request: Hashable, Sendable {
        /// Read the properties of ``DeviceIdentity``.
        case identity
        /// Read the identity, then names, units and states of all objects.
        case description
    }

    /// Between two looks at the identity.
    public static let identityInterval: Duration = .seconds(300)
    /// The least time between two looks that events ask for: I-Am may come in floods.
    public static let identityPause: Duration = .seconds(30)
    /// After a failure.
    public static let failurePause: Duration = .seconds(300)

    private let interval: Duration
    private(set) var known: DeviceIdentity?
    private var open: Request?
    private var nextIdentity: Duration
    private var nextDescription: Duration
    private var lastIdentity: Duration?
    /// An event came while a request was open.
    private var isSuspicious = false

    /// - Parameters:
    ///   - interval: between two readings of the description without a change.
    ///   - now: the uptime from which on the first description is due.
    public init(interval: Duration, at now: Duration) {
        self.interval = interval
        nextDescription = now
        nextIdentity = now + RediscoverySchedule.identityInterval
    }

    /// When ``passTime(to:)`` has a request; nil while one is open.
    public var nextDeadline: Duration? {
        open == nil ? min(nextIdentity, nextDescription) : nil
    }

    /// Returns the request that is due.
    public mutating func passTime(to now: Duration) -> Request? {
        guard open == nil else { return nil }
        if nextDescription <= now {
            open = .description
        } else if nextIdentity <= now {
            open = .identity
        }
        return open
    }

    /// Takes an event, and returns the request that it makes due.
    public mutating func take(_ event: Event, at now: Duration) -> Request? {
        switch event {
        case .introduced, .returned:
            guard open == nil else {
                isSuspicious = true
                return nil
            }
            suspect(at: now)
        case .identity(let identity):
            open = nil
            lastIdentity = now
            nextIdentity = now + RediscoverySchedule.identityInterval
            if let known, identity != known { nextDescription = now }
            if isSuspicious { suspect(at: now) }
        case .described(let identity):
            open = nil
            known = identity
            lastIdentity = now
            nextIdentity = now + RediscoverySchedule.identityInterval
            nextDescription = now + interval
            if isSuspicious { suspect(at: now) }
        case .failed:
            let pause = now + RediscoverySchedule.failurePause
            if open == .description { nextDescription = pause }
            nextIdentity = pause
            open = nil
            isSuspicious = false
        }
        return passTime(to: now)
    }

    private mutating func suspect(at now: Duration) {
        isSuspicious = false
        let earliest = lastIdentity.map { $0 + RediscoverySchedule.identityPause } ?? now
        nextIdentity = min(nextIdentity, max(now, earliest))
    }
}
