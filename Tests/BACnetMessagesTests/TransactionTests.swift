import BACnetMessages
import Testing

@Suite("ClientTransactions") struct TransactionTests {
    @Test("put a question with what is taken, and end it with its answer")
    func answered() throws {
        var client = Client()
        let pdu = try client.ask()
        #expect(APDU.confirmedRequest(pdu).encoded == bytes("02 65 64 0C 0C 00000001 19 55"))
        let actions = client.receive(Client.answer(pdu.invokeID))
        #expect(
            Client.outcomes(of: actions) == [
                .reply(.readProperty(ReadPropertyAck(Client.point, values: [.real(20)])))
            ])
        #expect(client.transactions.openCount == 0 && client.transactions.nextDeadline == nil)
        #expect(client.transactions.droppedCounts.isEmpty)
    }

    @Test("end with error, reject, abort and acknowledgement")
    func endings() throws {
        var client = Client()
        var pdu = try client.ask()
        let error = ErrorReply(.object, .unknownObject)
        var actions = client.receive(.error(invokeID: pdu.invokeID, .readProperty, error))
        #expect(Client.outcomes(of: actions) == [.error(error)])
        pdu = try client.ask()
        actions = client.receive(.reject(invokeID: pdu.invokeID, .unrecognizedService))
        #expect(Client.outcomes(of: actions) == [.reject(.unrecognizedService)])
        pdu = try client.ask()
        #expect(client.receive(.abort(invokeID: pdu.invokeID, .other, byServer: false)) == [])
        actions = client.receive(.abort(invokeID: pdu.invokeID, .bufferOverflow, byServer: true))
        #expect(Client.outcomes(of: actions) == [.abort(.bufferOverflow)])
        let subscription = SubscribeCOVRequest(
            process: 1, object: Client.point.object,
            terms: SubscriptionTerms(isConfirmed: false, lifetimeSeconds: 300))
        pdu = try client.ask(.subscribeCOV(subscription))
        actions = client.receive(.simpleAck(invokeID: pdu.invokeID, .subscribeCOV))
        #expect(Client.outcomes(of: actions) == [.acknowledged])
    }

    @Test("put the same octets again with the same number, then give up")
    func retries() throws {
        var client = Client()
        let first = try client.ask(patience: Patience(timeout: .seconds(5), retryCount: 3))
        for seconds in [5, 10, 15] {
            #expect(client.transactions.passTime(to: .seconds(seconds) - .nanoseconds(1)) == [])
            let actions = try client.wait()
            #expect(client.now == .seconds(seconds))
            #expect(actions == [.send(.confirmedRequest(first), to: Client.peer)])
        }
        let actions = try client.wait()
        #expect(client.now == .seconds(20))
        #expect(Client.outcomes(of: actions) == [.timedOut(lastDropped: nil)])
        #expect(Client.tries(of: actions) == [4])
        #expect(client.transactions.openCount == 0)
    }

    @Test("tell after how many tries they ended, whatever the end", arguments: 0...3)
    func tries(retryCount: Int) throws {
        let endings: [(UInt8) -> APDU] = [
            { Client.answer($0) }, { .reject(invokeID: $0, .other) },
            { .error(invokeID: $0, .readProperty, ErrorReply(.device, .other)) },
            { .abort(invokeID: $0, .other, byServer: true) },
        ]
        for ending in endings {
            var client = Client()
            let pdu = try client.ask()
            for _ in 0..<retryCount { _ = try client.wait() }
            #expect(Client.tries(of: client.receive(ending(pdu.invokeID))) == [retryCount + 1])
        }
        var client = Client()
        let near = DeviceAddress(
            node: Client.peer.node, station: NetworkAddress(network: 2001, station: [1]))
        _ = try client.ask(of: near)
        for _ in 0..<retryCount { _ = try client.wait() }
        let actions = client.transactions.receive(
            rejected: 2001, reason: .noRoute, from: near.node)
        #expect(Client.tries(of: actions) == [retryCount + 1])
    }

    @Test("take an answer to the last try")
    func lateAnswer() throws {
        var client = Client()
        let pdu = try client.ask()
        for _ in 0..<3 { _ = try client.wait() }
        #expect(Client.outcomes(of: client.receive(Client.answer(pdu.invokeID))).count == 1)
    }

    @Test("drop and count what does not fit, and say at the end what it was")
    func dropped() throws {
        var client = Client()
        let pdu = try client.ask()
        let id = pdu.invokeID
        let other = DeviceAddress(
            node: Client.peer.node, station: NetworkAddress(network: 2001, station: [1]))
        #expect(client.receive(Client.answer(id), from: other) == [])
        #expect(client.receive(Client.answer(id &+ 1)) == [])
        #expect(client.receive(.simpleAck(invokeID: id, .readProperty)) == [])
        #expect(client.receive(.error(invokeID: id, .readRange, ErrorReply(.device, .other))) == [])
        let wrong = [
            ObjectProperty(ObjectIdentifier(.analogInput, 2), .presentValue),
            ObjectProperty(ObjectIdentifier(.analogInput, 1), .objectName),
            ObjectProperty(ObjectIdentifier(.analogInput, 1), .presentValue, index: 1),
        ]
        for target in wrong { #expect(client.receive(Client.answer(id, target)) == []) }
        let spoiled = ReplyPDU(invokeID: id, service: .readProperty, octets: [0x0C, 0, 0])
        #expect(client.receive(.complexAck(spoiled)) == [])
        client.transactions.receive(undecodable: [0x30, id, 0x70, 1], from: Client.peer)
        #expect(
            client.transactions.droppedCounts == [
                .unasked: 2, .otherService: 2, .otherContent: 3, .malformed: 2,
            ])
        for _ in 0..<3 { _ = try client.wait() }
        #expect(
            Client.outcomes(of: try client.wait()) == [
                .timedOut(lastDropped: .malformed)
            ])
    }

    @Test("take the number of whichever device answers to the wildcard")
    func wildcard() throws {
        let anybody = ObjectIdentifier(.device, ObjectIdentifier.wildcardInstance)
        let device = ObjectIdentifier(.device, 1001)
        var client = Client()
        var pdu = try client.ask(
            .readProperty(ReadPropertyRequest(ObjectProperty(anybody, .objectName))))
        let answer = Client.answer(pdu.invokeID, ObjectProperty(device, .objectName))
        #expect(Client.outcomes(of: client.receive(answer)).count == 1)
        pdu = try client.ask(
            .readPropertyMultiple(
                ReadPropertyMultipleRequest([.init(anybody, [PropertyReference(.objectName)])])))
        let result = ReadPropertyMultipleAck.Result(
            PropertyReference(.objectName), .values([.null]))
        let reply = ReadPropertyMultipleAck([.init(device, [result])])
        let apdu = APDU.complexAck(
            ReplyPDU(
                invokeID: pdu.invokeID, service: .readPropertyMultiple, octets: reply.encoded))
        #expect(Client.outcomes(of: client.receive(apdu)) == [.reply(.readPropertyMultiple(reply))])
    }

    @Test("take fewer results, in another order, but none that was not asked for")
    func results() {
        let first = ObjectIdentifier(.analogInput, 1)
        let second = ObjectIdentifier(.analogInput, 2)
        let request = ConfirmedRequest.readPropertyMultiple(
            ReadPropertyMultipleRequest(targets: [
                ObjectProperty(first, .presentValue), ObjectProperty(first, .statusFlags),
                ObjectProperty(second, .presentValue), ObjectProperty(second, .presentValue),
            ]))
        func isAnswered(_ parts: [(ObjectIdentifier, [PropertyIdentifier])]) -> Bool {
            let parts = parts.map { object, properties in
                ReadPropertyMultipleAck.Part(
                    object, properties.map { .init(PropertyReference($0), .values([.null])) })
            }
            return request.isAnswered(by: .readPropertyMultiple(ReadPropertyMultipleAck(parts)))
        }
        #expect(isAnswered([(second, [.presentValue]), (first, [.statusFlags, .presentValue])]))
        #expect(isAnswered([(second, [.presentValue, .presentValue])]))
        #expect(!isAnswered([(second, [.presentValue, .presentValue, .presentValue])]))
        #expect(!isAnswered([(second, [.statusFlags])]))
        #expect(!isAnswered([(ObjectIdentifier(.analogInput, 3), [.presentValue])]))
        #expect(isAnswered([]))
    }

    @Test("take any property of an object whose all were asked for")
    func selections() {
        let object = ObjectIdentifier(.analogInput, 1)
        let request = ConfirmedRequest.readPropertyMultiple(
            ReadPropertyMultipleRequest([.init(object, [PropertyReference(.all)])]))
        let result = ReadPropertyMultipleAck.Result(PropertyReference(.units), .values([.null]))
        #expect(request.isAnswered(by: .readPropertyMultiple(.init([.init(object, [result])]))))
        let other = ObjectIdentifier(.analogInput, 2)
        #expect(!request.isAnswered(by: .readPropertyMultiple(.init([.init(other, [result])]))))
    }

    @Test("take no more records than were asked for")
    func records() {
        let log = ObjectProperty(ObjectIdentifier(.trendLog, 1), .logBuffer)
        let request = ConfirmedRequest.readRange(
            ReadRangeRequest(log, .bySequence(10, count: -2)))
        func ack(_ count: Int, of target: ObjectProperty = log) -> ConfirmedReply {
            let record = LogRecord(
                time: BACnetDateTime(date: .unspecified, time: .unspecified), datum: .null)
            return .readRange(
                ReadRangeAck(
                    target, records: [LogRecord](repeating: record, count: count),
                    hasFirst: false, hasLast: false, moreFollow: false))
        }
        #expect(request.isAnswered(by: ack(0)) && request.isAnswered(by: ack(2)))
        #expect(!request.isAnswered(by: ack(3)))
        #expect(!request.isAnswered(by: ack(1, of: ObjectProperty(log.object, .objectList))))
        #expect(!request.isAnswered(by: .readProperty(ReadPropertyAck(log, values: []))))
    }

    @Test("count each device's numbers by itself, behind a router too")
    func numbers() throws {
        var client = Client(firstInvokeID: 254)
        let station = DeviceAddress(
            node: Client.peer.node, station: NetworkAddress(network: 2001, station: [1]))
        let neighbour = DeviceAddress(
            node: Client.peer.node, station: NetworkAddress(network: 2001, station: [2]))
        let firsts = try [Client.peer, station, neighbour].map { try client.ask(of: $0).invokeID }
        #expect(firsts == [254, 254, 254])
        #expect(try (0..<3).map { _ in try client.ask(of: station).invokeID } == [255, 0, 1])
        #expect(Client.outcomes(of: client.receive(Client.answer(254), from: neighbour)).count == 1)
        #expect(client.transactions.openCount == 5)
    }

    @Test("leave a number unused for a minute after silence")
    func rest() throws {
        var client = Client(firstInvokeID: 0)
        let silent = try client.ask(patience: Patience(timeout: .seconds(1), retryCount: 0))
        #expect(Client.outcomes(of: try client.wait()).count == 1)
        for expected: UInt8 in 1...255 {
            let pdu = try client.ask()
            #expect(pdu.invokeID == expected)
            _ = client.receive(Client.answer(pdu.invokeID))
        }
        #expect(try client.ask().invokeID == 1)
        #expect(client.receive(Client.answer(silent.invokeID)) == [])
        client.now = .seconds(62)
        for _ in 0..<254 { _ = try client.ask() }
        #expect(throws: Never.self) { try client.ask() }
        #expect(throws: TransactionRefusal.noInvokeIDLeft) { try client.ask() }
    }

    @Test("are refused where the request is too long or the devices are too many")
    func refused() throws {
        var client = Client(limits: TransactionLimits(peerCountMax: 1))
        #expect(throws: TransactionRefusal.requestTooLong(found: 11, expected: 10)) {
            try client.transactions.ask(
                Client.read, of: Client.peer, requestOctetCountMax: 10, at: .zero)
        }
        let pdu = try client.ask()
        let other = DeviceAddress(node: IPv4Endpoint(10, 0, 0, 8))
        #expect(throws: TransactionRefusal.tooManyPeers(found: 2, expected: 1)) {
            try client.ask(of: other)
        }
        _ = client.receive(Client.answer(pdu.invokeID))
        #expect(throws: Never.self) { try client.ask(of: other) }
    }

    @Test("forget the device that was asked longest ago where they would be too many")
    func forgotten() throws {
        var client = Client(firstInvokeID: 7, limits: TransactionLimits(peerCountMax: 3))
        let devices = (1...5).map { DeviceAddress(node: IPv4Endpoint(10, 0, 0, $0)) }
        let hasty = Patience(timeout: .seconds(1), retryCount: 0)
        _ = try client.ask(of: devices[0], patience: hasty)
        _ = try client.wait()
        for device in [devices[1], devices[2], devices[1]] {
            let pdu = try client.ask(of: device)
            _ = client.receive(Client.answer(pdu.invokeID), from: device)
        }
        // The first rests, the second was asked again: the third goes.
        #expect(try client.ask(of: devices[3]).invokeID == 7)
        #expect(try client.ask(of: devices[1]).invokeID == 9)
        #expect(throws: TransactionRefusal.tooManyPeers(found: 4, expected: 3)) {
            try client.ask(of: devices[2])
        }
        client.now = .seconds(62)
        #expect(try client.ask(of: devices[2]).invokeID == 7)
        #expect(throws: TransactionRefusal.self) { try client.ask(of: devices[4]) }
    }

    @Test("end at once where a router has no way, and only those")
    func unreachable() throws {
        var client = Client()
        let near = DeviceAddress(
            node: Client.peer.node, station: NetworkAddress(network: 2001, station: [1]))
        let far = DeviceAddress(
            node: Client.peer.node, station: NetworkAddress(network: 2002, station: [1]))
        for peer in [Client.peer, near, near, far] { _ = try client.ask(of: peer) }
        let actions = client.transactions.receive(
            rejected: 2001, reason: .noRoute, from: Client.peer.node)
        #expect(Client.outcomes(of: actions) == [.unreachable(.noRoute), .unreachable(.noRoute)])
        #expect(client.transactions.openCount == 2)
        let elsewhere = IPv4Endpoint(10, 0, 0, 9)
        #expect(client.transactions.receive(rejected: 2002, reason: .busy, from: elsewhere) == [])
    }

    @Test("can be given up without an outcome")
    func cancelled() throws {
        var client = Client()
        let asked = try client.transactions.ask(Client.read, of: Client.peer, at: .zero)
        #expect(client.transactions.cancel(asked.id, at: .zero) == [])
        #expect(client.transactions.openCount == 0)
        #expect(client.receive(Client.answer(100)) == [])
        #expect(client.transactions.cancel(asked.id, at: .zero) == [])
    }
}
