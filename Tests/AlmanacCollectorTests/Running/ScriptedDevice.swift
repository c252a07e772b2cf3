import AlmanacCollector
import AlmanacSimulation
import BACnetIP
import BACnetMessages
import DurableFiles
import Synchronization
import TimeSeriesModel

/// A device that shows what a test says, on a network in memory.
final class ScriptedDevice: Sendable {
    enum Shown: Hashable, Sendable {
        case value(TaggedValue)
        case error(ErrorReply)
    }

    struct State: Sendable {
        var instance: UInt32
        var shown: [ObjectIdentifier: Shown] = [:]
        var flags: [ObjectIdentifier: StatusFlags] = [:]
        var revision: UInt64? = 1
        /// As a panel does: an analog input that is not there shows the value of another.
        var aliases = false
        /// No request that reads one of these gets a reply.
        var silent: Set<ObjectIdentifier> = []
        /// Called before each request is answered, with the number of those before.
        var onRequest: @Sendable (inout State, Int) -> Void = { _, _ in }
        var requestCount = 0
        /// How often each object's present value was requested.
        var readCounts: [ObjectIdentifier: Int] = [:]
        var propertyCountMax = 0
    }

    /// The time that each reply takes, one after the other, as a panel serves its requests.
    struct Pace: Sendable {
        let run: VirtualRun
        let delay: Duration
    }

    private let state: Guarded<State>
    private let freeAt = Guarded(Duration.zero)
    let address: DeviceAddress

    /// - Parameter pace: nil to reply at once.
    init(
        instance: UInt32 = 77, on network: MemoryNetwork, pace: Pace? = nil,
        _ change: (inout State) -> Void
    ) {
        var initial = State(instance: instance)
        change(&initial)
        state = Guarded(initial)
        let node = IPv4Endpoint(10, 7, 0, UInt8(instance % 250 + 1))
        address = DeviceAddress(node: node)
        let transport = network.transport(at: node)
        transport.start { [weak self] datagram in
            guard let self else { return }
            guard let pace else { return send(to: datagram, over: transport) }
            let due = freeAt.withLock { freeAt in
                freeAt = max(freeAt, pace.run.time.uptime) + pace.delay
                return freeAt
            }
            _ = Task(executorPreference: pace.run.executor) {
                try await pace.run.time.sleep(until: due)
                self.send(to: datagram, over: transport)
            }
        }
    }

    private func send(to datagram: ReceivedDatagram, over transport: any BACnetTransport) {
        guard let reply = reply(to: datagram.octets) else { return }
        transport.send(
            BVLCMessage.originalUnicastNPDU(NPDU(.apdu(reply.encoded)).encoded).encoded,
            to: datagram.source)
    }

    var now: State { state.withLock { $0 } }
    func change(_ change: (inout State) -> Void) { state.withLock { change(&$0) } }

    private func reply(to octets: [UInt8]) -> APDU? {
        guard let link = try? BVLCMessage(decoding: octets), let npdu = link.npdu,
            let network = try? NPDU(decoding: npdu), case .apdu(let apdu) = network.content,
            case .message(.confirmedRequest(let pdu))? = try? ReceivedAPDU(decoding: apdu)
        else { return nil }
        return state.withLock { state -> APDU? in
            let hook = state.onRequest
            hook(&state, state.requestCount)
            state.requestCount += 1
            return state.isSilent(on: pdu) ? nil : state.answer(pdu)
        }
    }
}

extension ScriptedDevice.State {
    private static let unknown = ErrorReply(.object, .unknownObject)

    fileprivate func isSilent(on pdu: RequestPDU) -> Bool {
        let targets = (try? ConfirmedRequest(pdu.service, decoding: pdu.octets))?.targets ?? []
        return targets.contains { silent.contains($0.object) }
    }

    fileprivate mutating func answer(_ pdu: RequestPDU) -> APDU? {
        switch try? ConfirmedRequest(pdu.service, decoding: pdu.octets) {
        case .readProperty(let request)?:
            switch outcome(of: request.target) {
            case .values(let values):
                return reply(
                    .readProperty(ReadPropertyAck(request.target, values: values)), to: pdu)
            case .error(let error): return .error(invokeID: pdu.invokeID, pdu.service, error)
            }
        case .readPropertyMultiple(let request)?:
            propertyCountMax = max(propertyCountMax, request.targets.count)
            let parts = request.parts.map { part in
                ReadPropertyMultipleAck.Part(
                    part.object,
                    part.references.map { reference in
                        .init(reference, outcome(of: ObjectProperty(part.object, reference)))
                    })
            }
            return reply(.readPropertyMultiple(ReadPropertyMultipleAck(parts)), to: pdu)
        default: return .reject(invokeID: pdu.invokeID, .unrecognizedService)
        }
    }

    private func reply(_ reply: ConfirmedReply, to pdu: RequestPDU) -> APDU {
        .complexAck(ReplyPDU(invokeID: pdu.invokeID, service: pdu.service, octets: reply.encoded))
    }

    private mutating func outcome(
        of target: ObjectProperty
    ) -> ReadPropertyMultipleAck.Outcome {
        let property = target.reference.property
        let device = ObjectIdentifier(.device, instance)
        if target.object == device {
            let list = [device] + shown.keys.sorted { "\($0)" < "\($1)" }
            switch (property, target.reference.index) {
            case (.objectList, nil): return .values(list.map { .object($0) })
            case (.objectList, 0): return .values([.unsigned(UInt64(list.count))])
            case (.objectList, let index?): return .values([.object(list[Int(index) - 1])])
            case (.databaseRevision, _):
                return revision.map { .values([.unsigned($0)]) }
                    ?? .error(ErrorReply(.property, .unknownProperty))
            case (.systemStatus, _): return .values([.enumerated(0)])
            default: return .error(ErrorReply(.property, .unknownProperty))
            }
        }
        var object = target.object
        if property == .presentValue { readCounts[object, default: 0] += 1 }
        if shown[object] == nil, aliases, object.type == .analogInput,
            let other = shown.keys.filter({ $0.type == .analogInput })
                .min(by: { $0.instance < $1.instance })
        {
            object = other
        }
        guard let shown = shown[object] else { return .error(Self.unknown) }
        switch property {
        case .presentValue:
            switch shown {
            case .value(let value): return .values([value])
            case .error(let error): return .error(error)
            }
        case .statusFlags: return .values([.bits((flags[object] ?? StatusFlags()).bits)])
        default: return .error(ErrorReply(.property, .unknownProperty))
        }
    }
}

extension ScriptedDevice {
    /// A plan with this device alone, whose points are its inputs by number.
    func plan(
        _ profile: DeviceProfileName = .standard, points: ClosedRange<UInt32>,
        as dataType: DataType = .analog
    ) throws -> CollectorPlan {
        let instance = now.instance
        return try CollectorPlan(
            devices: [
                CollectedDevice(
                    id: DeviceID(instance), name: "scripted", address: address,
                    instance: instance, profile: profile)
            ],
            points: points.map { number in
                CollectedPoint(
                    address: PointAddress(
                        device: DeviceID(instance), type: .input, number: number),
                    object: ObjectIdentifier(
                        dataType == .digital ? .binaryInput : .analogInput, number),
                    dataType: dataType)
            })
    }
}
