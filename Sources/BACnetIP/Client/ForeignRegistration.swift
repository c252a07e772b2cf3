public import BACnetMessages

/// Where a foreign device stands with its BBMD.
public enum RegistrationState: Hashable, Sendable {
    /// Asked, not answered yet.
    case pending
    case registered
    /// The BBMD said no; it is asked again.
    case refused(BVLCResultCode)
    /// There was no answer for so long that the BBMD has forgotten us; it is asked again.
    case lost
}

/// Keeps a node on another subnet registered with a BBMD (Annex J.5), so that broadcasts reach it.
///
/// A value: its owner sends the registration when ``passTime(to:)`` says so. It is renewed at half
/// its time; without a result it is asked for again after 5 s, then after twice as long each time, a
/// minute at most, for ever.
struct ForeignRegistration {
    /// A BBMD keeps an entry that much longer than it was asked to.
    static let grace: Duration = .seconds(30)
    static let retryIntervals: (least: Duration, most: Duration) = (.seconds(5), .seconds(60))

    let broadcastManager: IPv4Endpoint
    let timeToLiveSeconds: UInt16
    private(set) var state: RegistrationState = .pending
    private var nextAsk: Duration
    private var lastAsk: Duration?
    private var expiry: Duration?
    private var retryInterval = retryIntervals.least

    init(with broadcastManager: IPv4Endpoint, timeToLiveSeconds: UInt16, at now: Duration) {
        self.broadcastManager = broadcastManager
        self.timeToLiveSeconds = max(2, timeToLiveSeconds)
        nextAsk = now
    }

    var nextDeadline: Duration { min(nextAsk, expiry ?? nextAsk) }

    /// The registration that is due, if any.
    mutating func passTime(to now: Duration) -> BVLCMessage? {
        if let expiry, expiry <= now {
            state = .lost
            self.expiry = nil
        }
        guard nextAsk <= now else { return nil }
        lastAsk = now
        nextAsk = now + retryInterval
        retryInterval = min(retryInterval * 2, ForeignRegistration.retryIntervals.most)
        return .registerForeignDevice(timeToLiveSeconds: timeToLiveSeconds)
    }

    /// What the BBMD made of it; what others say is nothing. `false` where it was not for us.
    mutating func receive(
        _ code: BVLCResultCode, from source: IPv4Endpoint, at now: Duration
    ) -> Bool {
        guard source == broadcastManager, let lastAsk else { return false }
        switch code {
        case .success:
            state = .registered
            retryInterval = ForeignRegistration.retryIntervals.least
            nextAsk = lastAsk + .seconds(Int(timeToLiveSeconds)) / 2
            expiry = lastAsk + .seconds(Int(timeToLiveSeconds)) + ForeignRegistration.grace
        case .registerForeignDeviceRefused:
            state = .refused(code)
            expiry = nil
        case .distributeBroadcastRefused:
            // It has forgotten us, by a restart perhaps.
            state = .lost
            expiry = nil
            nextAsk = min(nextAsk, lastAsk + ForeignRegistration.retryIntervals.least)
        default: return false
        }
        return true
    }
}
