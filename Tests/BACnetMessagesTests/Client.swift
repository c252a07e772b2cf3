import BACnetMessages
import Testing

/// A client of one device, on a clock that the test moves.
struct Client {
    static let peer = DeviceAddress(node: IPv4Endpoint(10, 0, 0, 7))
    static let point = ObjectProperty(ObjectIdentifier(.analogInput, 1), .presentValue)
    static let read = ConfirmedRequest.readProperty(ReadPropertyRequest(point))

    var transactions: ClientTransactions
    var now: Duration = .zero

    init(firstInvokeID: UInt8 = 100, limits: TransactionLimits = TransactionLimits()) {
        transactions = ClientTransactions(firstInvokeID: firstInvokeID, limits: limits)
    }

    /// Puts a question and gives its number on the wire.
    mutating func ask(
        _ request: ConfirmedRequest = read, of peer: DeviceAddress = peer,
        patience: Patience = Patience()
    ) throws -> RequestPDU {
        let asked = try transactions.ask(request, of: peer, patience: patience, at: now)
        return try #require(Client.request(in: [asked.action]))
    }

    mutating func receive(_ apdu: APDU, from peer: DeviceAddress = peer) -> [TransactionAction] {
        transactions.receive(apdu, from: peer, at: now)
    }

    /// Moves to the next deadline.
    mutating func wait() throws -> [TransactionAction] {
        now = try #require(transactions.nextDeadline)
        return transactions.passTime(to: now)
    }

    static func request(in actions: [TransactionAction]) -> RequestPDU? {
        actions.lazy.compactMap { action in
            if case .send(.confirmedRequest(let pdu), _) = action { pdu } else { nil }
        }.first
    }

    static func outcomes(of actions: [TransactionAction]) -> [TransactionOutcome] {
        actions.compactMap { if case .finish(_, let outcome, _) = $0 { outcome } else { nil } }
    }

    static func tries(of actions: [TransactionAction]) -> [Int] {
        actions.compactMap { if case .finish(_, _, let tries) = $0 { tries } else { nil } }
    }

    static func sent(in actions: [TransactionAction]) -> [APDU] {
        actions.compactMap { if case .send(let apdu, _) = $0 { apdu } else { nil } }
    }

    static func answer(
        _ invokeID: UInt8, _ target: ObjectProperty = point, value: Float = 20
    ) -> APDU {
        .complexAck(
            ReplyPDU(
                invokeID: invokeID, service: .readProperty,
                octets: ReadPropertyAck(target, values: [.real(value)]).encoded))
    }
}
