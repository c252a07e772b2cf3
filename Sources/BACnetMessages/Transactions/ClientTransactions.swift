/// The questions that are open, and what becomes of them (clause 5.4.4).
///
/// A value without sockets or clock: its owner sends what the actions say, tells it what came and
/// what time it is, and hears of each question's end exactly once. Time is since any moment, and
/// never goes back.
///
/// An answer counts only if address, number, service, object, property and index all fit; what does
/// not is dropped and counted. How many questions a device gets at once is its owner's decision.
public struct ClientTransactions: Sendable {
    struct Key: Hashable {
        let peer: DeviceAddress
        let invokeID: UInt8
    }

    struct Transaction {
        let id: TransactionID
        let request: ConfirmedRequest
        let octets: [UInt8]
        let patience: Patience
        var tries = 1
        var deadline: Duration
        var assembly: ReplyAssembly?
        var lastDropped: DroppedReply?
    }

    /// A device that has been asked.
    struct Peer {
        var invokeIDs: InvokeIDs
        /// The last question that was put to it, and when that was last sent.
        var lastID: UInt64 = 0
        var lastAsked: Duration
        /// When it was last told that a segment belongs to nothing.
        var lastRefusal: Duration?
    }

    public let limits: TransactionLimits
    let firstInvokeID: UInt8
    var peers: [DeviceAddress: Peer] = [:]
    var open: [Key: Transaction] = [:]
    private var lastID: UInt64 = 0
    /// Answers that were not taken, by reason.
    public internal(set) var droppedCounts: [DroppedReply: Int] = [:]

    /// - Parameters:
    ///   - firstInvokeID: the number of the first question to each device. Random, because devices
    ///     exist that answer a number they know from memory: a client that began at the same number
    ///     after each start would read old answers.
    ///   - limits: bounds of all questions.
    public init(firstInvokeID: UInt8, limits: TransactionLimits = TransactionLimits()) {
        self.firstInvokeID = firstInvokeID
        self.limits = limits
    }

    /// Questions without an answer yet.
    public var openCount: Int { open.count }

    /// When ``passTime(to:)`` has something to do; `nil` while nothing is open.
    public var nextDeadline: Duration? { open.values.map(\.deadline).min() }

    /// A question that was put, and what is to be sent for it.
    public struct Asked: Hashable, Sendable {
        public let id: TransactionID
        public let action: TransactionAction
    }

    /// Puts a question.
    ///
    /// - Parameters:
    ///   - request: the question.
    ///   - peer: the device.
    ///   - patience: how long an answer is waited for, and how often it is put again.
    ///   - requestOctetCountMax: the APDU that the device takes.
    ///   - now: on the owner's clock, like all times here.
    /// - Throws: ``TransactionRefusal``; then nothing is open and nothing to be sent.
    public mutating func ask(
        _ request: ConfirmedRequest, of peer: DeviceAddress, patience: Patience = Patience(),
        requestOctetCountMax: Int = APDUSize.octets1476.octetCount, at now: Duration
    ) throws(TransactionRefusal) -> Asked {
        if case .readProperty(let read) = request, read.target.isSelection {
            throw .selectsSeveral(read.target)
        }
        let octets = request.encoded
        guard octets.count + 4 <= requestOctetCountMax else {
            throw .requestTooLong(found: octets.count + 4, expected: requestOctetCountMax)
        }
        let key = try freeKey(of: peer, at: now)
        lastID += 1
        peers[peer]?.lastID = lastID
        let transaction = Transaction(
            id: TransactionID(rawValue: lastID), request: request, octets: octets,
            patience: patience, deadline: now + patience.timeout)
        open[key] = transaction
        return Asked(id: transaction.id, action: send(transaction, as: key, at: now))
    }

    private mutating func freeKey(
        of peer: DeviceAddress, at now: Duration
    ) throws(TransactionRefusal) -> Key {
        if peers[peer] == nil, peers.count >= limits.peerCountMax {
            guard let idle = longestIdlePeer(at: now) else {
                throw .tooManyPeers(found: peers.count + 1, expected: limits.peerCountMax)
            }
            peers[idle] = nil
        }
        guard let invokeID = takeInvokeID(of: peer, at: now) else { throw .noInvokeIDLeft }
        return Key(peer: peer, invokeID: invokeID)
    }

    mutating func takeInvokeID(of peer: DeviceAddress, at now: Duration) -> UInt8? {
        let unknown = Peer(invokeIDs: InvokeIDs(first: firstInvokeID), lastAsked: now)
        return peers[peer, default: unknown].invokeIDs.take(at: now)
    }

    /// The device that can be forgotten with the least harm: no answer of its own may come any more,
    /// and it was asked longest ago. Looks at all of them, which only a full table has to pay.
    private func longestIdlePeer(at now: Duration) -> DeviceAddress? {
        peers.lazy.filter { $0.value.invokeIDs.areIdle(at: now) }
            .min { $0.value.lastID < $1.value.lastID }?.key
    }

    mutating func send(
        _ transaction: Transaction, as key: Key, at now: Duration
    ) -> TransactionAction {
        peers[key.peer]?.lastAsked = now
        let request = RequestPDU(
            invokeID: key.invokeID, service: transaction.request.service,
            segmentLimit: SegmentLimit(upTo: limits.segmentCountMax),
            replySize: limits.replySize, octets: transaction.octets)
        return .send(.confirmedRequest(request), to: key.peer)
    }

    /// Gives a question up; it has no outcome. Breaks its reply off where that has begun to come.
    public mutating func cancel(_ id: TransactionID, at now: Duration) -> [TransactionAction] {
        guard let (key, transaction) = open.first(where: { $0.value.id == id }) else { return [] }
        open[key] = nil
        rest(key, at: now)
        guard transaction.assembly != nil else { return [] }
        return [.send(.abort(invokeID: key.invokeID, .other, byServer: false), to: key.peer)]
    }

    mutating func rest(_ key: Key, at now: Duration) {
        peers[key.peer]?.invokeIDs.rest(key.invokeID, until: now + limits.invokeIDRest)
    }

    mutating func finish(_ key: Key, _ outcome: TransactionOutcome) -> [TransactionAction] {
        guard let transaction = open.removeValue(forKey: key) else { return [] }
        peers[key.peer]?.invokeIDs.close(key.invokeID)
        return [.finish(transaction.id, outcome, tries: transaction.tries)]
    }
}
