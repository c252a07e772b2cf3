import Almanac
import BACnetIP
import BACnetMessages
import Synchronization
import TimeSeriesModel

/// A datagram that went over the wire, and what became of it here.
struct ObservedDatagram: Sendable {
    let octets: [UInt8]
    let peer: IPv4Endpoint
    let isSent: Bool
    /// It was for everybody, as far as the address says.
    let isBroadcast: Bool
    /// By ``SystemBACnetClock``, before anything was made of it.
    let uptime: Duration
    let time: Timestamp
    /// Why what came in was not taken; nil where it was, or nobody can tell.
    var droppedReasons: [String] = []
}

/// Reports every datagram of another transport, in the order in which they went.
///
/// What comes in is reported once the client has had it, with the client's verdict: that is what its
/// counts of dropped messages have grown by meanwhile. What the client sends in the course of that is
/// reported behind it.
final class ObservedTransport: BACnetTransport {
    typealias Report = @Sendable (ObservedDatagram) -> Void
    typealias Counts = @Sendable () -> [String: Int]

    private struct State {
        var isHandling = false
        var sentMeanwhile: [ObservedDatagram] = []
        var counts: Counts = { [:] }
    }

    private let base: any BACnetTransport
    private let report: Report
    private let state = Mutex(State())
    /// Datagrams of both sockets one after the other, so that a verdict is of one of them.
    private let turn = Mutex(())
    private let clock = SystemBACnetClock()

    /// - Parameter report: is called under a lock, and must not send.
    init(_ base: any BACnetTransport, report: @escaping Report) {
        self.base = base
        self.report = report
    }

    var endpoint: IPv4Endpoint { base.endpoint }
    var broadcastEndpoint: IPv4Endpoint { base.broadcastEndpoint }
    var droppedCounts: [DroppedDatagram: Int] { base.droppedCounts }

    /// Tells where the counts stand of what was dropped, by reason.
    func judge(by counts: @escaping Counts) { state.withLock { $0.counts = counts } }

    func start(receiving receive: @escaping @Sendable (ReceivedDatagram) -> Void) {
        base.start { [self] datagram in
            turn.withLock { _ in handle(datagram, receive) }
        }
    }

    func send(_ octets: [UInt8], to destination: IPv4Endpoint) {
        let datagram = ObservedDatagram(
            octets: octets, peer: destination, isSent: true,
            isBroadcast: destination.address == broadcastEndpoint.address, uptime: clock.uptime,
            time: SystemClock.now)
        state.withLock { state in
            if state.isHandling { state.sentMeanwhile.append(datagram) } else { report(datagram) }
        }
        base.send(octets, to: destination)
    }

    func close() async { await base.close() }

    private func handle(
        _ datagram: ReceivedDatagram, _ receive: @Sendable (ReceivedDatagram) -> Void
    ) {
        var observed = ObservedDatagram(
            octets: datagram.octets, peer: datagram.source, isSent: false,
            isBroadcast: datagram.isBroadcast, uptime: clock.uptime, time: SystemClock.now)
        let counts = state.withLock { state in
            state.isHandling = true
            return state.counts
        }
        let before = counts()
        receive(datagram)
        observed.droppedReasons = counts()
            .filter { $0.value > before[$0.key, default: 0] }.keys.sorted()
        state.withLock { state in
            state.isHandling = false
            report(observed)
            for sent in state.sentMeanwhile { report(sent) }
            state.sentMeanwhile = []
        }
    }
}

extension BACnetClient {
    /// Everything that it did not take, by reason in words.
    var droppedWords: [String: Int] {
        var counts: [String: Int] = [:]
        for (reason, count) in droppedCounts { counts[reason.words] = count }
        for (reason, count) in droppedReplyCounts { counts[reason.words] = count }
        return counts
    }
}

extension DroppedMessage {
    fileprivate var words: String {
        switch self {
        case .malformedLink: "its link header cannot be read"
        case .malformedNetwork: "its network addresses cannot be read"
        case .malformedApplication: "its application message cannot be read"
        case .notForUs: "for another network"
        case .spoofed: "passed on, or answered, by somebody who is not our BBMD"
        case .confirmedBroadcast: "a request that wants an answer, sent to everybody"
        case .unknownSubscription: "a notification that nobody subscribed to"
        case .tooManyQuestions: "Who-Is again within a second"
        case .tooManyDevices: "more devices than are remembered"
        case .unneeded: "nothing that is needed here"
        }
    }
}

extension DroppedReply {
    /// Why an answer was not taken.
    var words: String {
        switch self {
        case .unasked: "no open question has this number"
        case .otherService: "an answer to another service"
        case .malformed: "an answer that cannot be read"
        case .otherContent: "an answer about another object, property or index"
        case .outOfOrder: "a segment that was there already, or one was left out"
        }
    }
}
