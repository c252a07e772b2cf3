internal import TimeSeriesModel

/// Knows whether a device replies, and when one that does not is probed again.
struct DeviceWatch: Hashable, Sendable {
    enum State: Hashable, Sendable {
        case waiting, ok, suspect, offline
    }

    /// The change that a reply or its absence makes.
    enum Change: Hashable, Sendable {
        case becameSuspect, becameOffline
        /// Replies again after this many lost requests.
        case cameBack(lostCount: Int)
    }

    private(set) var state = State.waiting
    /// Requests in a row that were lost with all their retries.
    private(set) var lostCount = 0
    /// When the next probe is due; nil while it replies.
    private(set) var nextProbe: Duration?
    private(set) var isProbing = false
    private var generator: SeededGenerator

    /// Pauses before probes; the last one repeats.
    static let pauses: [Duration] = [10, 30, 60, 120, 240, 480, 600].map { .seconds($0) }
    /// Each pause is longer or shorter by up to this part of it, so that devices of a network that
    /// was away are not probed together.
    static let jitter = 0.2
    static let pauseMax: Duration = .seconds(600)

    init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

    /// The device is left alone until it answers a probe.
    var isAway: Bool { state == .suspect || state == .offline }

    mutating func noteReply() -> Change? {
        defer {
            state = .ok
            lostCount = 0
            nextProbe = nil
            isProbing = false
        }
        return isAway ? .cameBack(lostCount: lostCount) : nil
    }

    /// A request was lost with all its retries.
    mutating func noteLoss(at now: Duration) -> Change? {
        isProbing = false
        lostCount += 1
        nextProbe = now + pause()
        switch state {
        case .waiting, .ok:
            state = .suspect
            return .becameSuspect
        case .suspect:
            state = .offline
            return .becameOffline
        case .offline: return nil
        }
    }

    /// Any packet came from the device: it is probed at once.
    mutating func hear(at now: Duration) {
        if isAway, !isProbing { nextProbe = now }
    }

    /// Returns whether a probe is due, and counts it as begun.
    mutating func takeProbe(at now: Duration) -> Bool {
        guard isAway, !isProbing, let nextProbe, nextProbe <= now else { return false }
        isProbing = true
        self.nextProbe = nil
        return true
    }

    private mutating func pause() -> Duration {
        let pause = DeviceWatch.pauses[min(lostCount, DeviceWatch.pauses.count) - 1]
        let factor = 1 + DeviceWatch.jitter * (2 * generator.unit() - 1)
        return min(pause * factor, DeviceWatch.pauseMax)
    }
}
