internal import BACnetMessages

/// Where the system would not send to lately: no route, or a firewall's word.
///
/// Such an error costs a datagram socket, and with it the answers of all others that are on their way.
/// So a destination that was refused is left alone for a while, twice as long each time.
struct RefusedDestinations {
    static let pauses: (least: Duration, most: Duration) = (.seconds(5), .seconds(60))
    /// Of more, those that may be tried again are forgotten; then no more are remembered.
    static let countMax = 1_000

    private struct Refusal {
        var end: Duration
        var pause: Duration
    }

    private var refusals: [IPv4Endpoint: Refusal] = [:]

    /// True while nothing is to be sent there.
    func isRefused(_ destination: IPv4Endpoint, at now: Duration) -> Bool {
        refusals[destination].map { now < $0.end } ?? false
    }

    mutating func refuse(_ destination: IPv4Endpoint, at now: Duration) {
        let pause = min(
            refusals[destination].map { $0.pause * 2 } ?? RefusedDestinations.pauses.least,
            RefusedDestinations.pauses.most)
        if refusals[destination] == nil, refusals.count >= RefusedDestinations.countMax {
            refusals = refusals.filter { now < $0.value.end }
            guard refusals.count < RefusedDestinations.countMax else { return }
        }
        refusals[destination] = Refusal(end: now + pause, pause: pause)
    }

    /// The system has sent there.
    mutating func accept(_ destination: IPv4Endpoint) {
        guard !refusals.isEmpty else { return }
        refusals[destination] = nil
    }
}
