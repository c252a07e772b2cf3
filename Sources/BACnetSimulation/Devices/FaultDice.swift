internal import BACnetMessages
internal import BuildingSimulation

/// Decides whether a fault happens, the same way in every run.
struct FaultDice: Sendable {
    private let noise: HashNoise
    private var throwCount: Int64 = 0

    init(_ noise: HashNoise) { self.noise = noise }

    /// Throws only where there is something to decide.
    mutating func happens(_ rate: Double) -> Bool {
        guard rate > 0 else { return false }
        throwCount += 1
        return noise.unit(throwCount) < rate
    }
}

extension APDU {
    /// The same answer as if to another request; a request of ours stays what it is.
    func misnumbered() -> APDU {
        switch self {
        case .confirmedRequest, .unconfirmedRequest, .segmentAck: return self
        case .simpleAck(let id, let service): return .simpleAck(invokeID: id &+ 1, service)
        case .complexAck(var pdu):
            pdu.invokeID &+= 1
            return .complexAck(pdu)
        case .error(let id, let service, let error):
            return .error(invokeID: id &+ 1, service, error)
        case .reject(let id, let reason): return .reject(invokeID: id &+ 1, reason)
        case .abort(let id, let reason, let byServer):
            return .abort(invokeID: id &+ 1, reason, byServer: byServer)
        }
    }
}
