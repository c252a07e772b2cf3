import BACnetIP
import BACnetMessages
import Testing

/// Two clients on one network: one asks the other.
@Suite("BACnetClient, answering") struct AnsweringTests {
    private static let us = DeviceAddress(node: IPv4Endpoint(10, 0, 0, 1))

    /// Runs `body` with a second client that asks the first.
    private func ask<Answer: Sendable>(
        _ site: Site, _ body: @escaping @Sendable (BACnetClient) async throws -> Answer
    ) throws -> Answer {
        let asker = site.anotherClient(901, at: IPv4Endpoint(10, 0, 0, 2))
        return try site.go { _ in
            asker.start()
            let answer = try await body(asker)
            await asker.close()
            return answer
        }
    }

    @Test("says who it is, by unicast, once a second to each that asks")
    func introduction() throws {
        let site = Site()
        let found = try ask(site) { asker in
            try await asker.whoIs(
                [InstanceRange(900, 900), InstanceRange(0, 10)],
                pace: DiscoveryPace(repeatCount: 2, gap: .milliseconds(300)))
        }
        #expect(found.map(\.instance) == [900] && found.first?.address == AnsweringTests.us)
        #expect(site.sent.count == 1 && site.sent[0].destination == IPv4Endpoint(10, 0, 0, 2))
        #expect(site.client.droppedCounts == [.tooManyQuestions: 1])
    }

    @Test("expects an answer to requests and to segments, and to nothing else")
    func expectsReply() {
        let pdu = RequestPDU(invokeID: 1, service: .readProperty, octets: [])
        let segment = MessageSegment(sequenceNumber: 0, moreFollow: true, proposedWindow: 4)
        let cases: [(APDU, UInt8)] = [
            (.confirmedRequest(pdu), 0x04),
            (.complexAck(ReplyPDU(invokeID: 1, service: .readProperty, octets: [1])), 0x00),
            (
                .complexAck(
                    ReplyPDU(invokeID: 1, service: .readProperty, segment: segment, octets: [1])),
                0x04
            ),
            (.segmentAck(SegmentAck(invokeID: 1, sequenceNumber: 0, window: 1)), 0x00),
            (.simpleAck(invokeID: 1, .readProperty), 0x00),
        ]
        // The control octet of the network layer stands behind four of the link and its version.
        for (apdu, control) in cases {
            #expect(apdu.datagram(to: AnsweringTests.us)[5] == control, "\(apdu)")
        }
    }

    // A part of a request for a service that is not supported was answered with Reject, after which
    // its sender sends the other parts.
    @Test(
        "refuses a part of a request with Abort 4, whatever its service", arguments: [12, 14, 15])
    func segmentedRequest(service: UInt8) throws {
        let site = Site()
        let peer = IPv4Endpoint(10, 0, 0, 2)
        try site.go { _ in
            // A request in segments: first of several, number 0, window 4.
            let octets: [UInt8] = [0x0C, 0x75, 9, 0, 4, service, 0x0C]
            site.network.transport(at: peer).send(
                BVLCMessage.originalUnicastNPDU(NPDU(.apdu(octets)).encoded).encoded,
                to: AnsweringTests.us.node)
        }
        let sent = try #require(site.sent.first)
        let network = try NPDU(decoding: try #require(sent.message.npdu))
        #expect(sent.destination == peer && site.sent.count == 1)
        #expect(
            network.content
                == .apdu(APDU.abort(invokeID: 9, .segmentationNotSupported, byServer: true).encoded)
        )
    }

    @Test("says how much it takes where that is set")
    func replySize() throws {
        let site = Site(configure: { $0.transactions.replySize = .octets480 })
        let object = ObjectIdentifier(.device, 900)
        let (found, values) = try ask(site) { asker in
            let found = try await asker.whoIs(to: .device(AnsweringTests.us))
            let values = try await asker.readProperty(
                ObjectProperty(object, .maxAPDULengthAccepted), of: AnsweringTests.us)
            return (found, values)
        }
        #expect(found.map(\.octetCountMax) == [480] && values == [.unsigned(480)])
        #expect(site.client.batchSize(of: Site.device).octetCountMax == 480)
    }

    @Test("has a small Device object, by ReadProperty and ReadPropertyMultiple")
    func deviceObject() throws {
        let site = Site()
        let object = ObjectIdentifier(.device, 900)
        let any = ObjectIdentifier(.device, ObjectIdentifier.wildcardInstance)
        let (name, list, found) = try ask(site) { asker in
            let name = try await asker.readProperty(
                ObjectProperty(any, .objectName), of: AnsweringTests.us)
            let list = try await asker.objectList(of: object, at: AnsweringTests.us).objects
            let targets = [
                ObjectProperty(object, .vendorName), ObjectProperty(object, .presentValue),
                ObjectProperty(object, .objectList, index: 0),
                ObjectProperty(object, .objectList, index: 2),
                ObjectProperty(object, .modelName, index: 1),
                ObjectProperty(ObjectIdentifier(.analogInput, 1), .presentValue),
            ]
            let found = await asker.readProperties(targets, of: AnsweringTests.us)
            return (name, list, targets.map { found[$0] })
        }
        #expect(name == [.characters(CharacterString("us"))] && list == [object])
        #expect(
            found == [
                .values([.characters(CharacterString("Almanac"))]),
                .error(ErrorReply(.property, .unknownProperty)),
                .values([.unsigned(1)]),
                .error(ErrorReply(.property, .invalidArrayIndex)),
                .error(ErrorReply(.property, .propertyIsNotAnArray)),
                .error(ErrorReply(.object, .unknownObject)),
            ])
    }

    @Test("gives all properties at once, in segments to one that takes little")
    func all() throws {
        let site = Site()
        let object = ObjectIdentifier(.device, 900)
        let request = ReadPropertyMultipleRequest(
            targets: [ObjectProperty(object, .all)])
        let pdu = RequestPDU(
            invokeID: 9, service: .readPropertyMultiple, replySize: .octets128,
            octets: request.encoded)
        try site.go { _ in
            site.send(.confirmedRequest(pdu))
            try await site.sleep(until: .seconds(30))
        }
        // The first segment and three more tries: nobody acknowledges it.
        #expect(site.sentAPDUs.map(\.at) == [0, 2, 4, 6].map { .seconds($0) })
        guard case .message(.complexAck(let reply))? = site.sentAPDUs.first?.apdu else {
            Issue.record("no reply")
            return
        }
        #expect(reply.segment?.sequenceNumber == 0 && reply.segment?.moreFollow == true)
    }

    @Test(
        "refuses a short question whose answer would have thousands of properties",
        arguments: [(50, false), (500, true)])
    func flood(count: Int, isRefused: Bool) throws {
        let site = Site()
        let object = ObjectIdentifier(.device, 900)
        let request = ReadPropertyMultipleRequest(
            targets: Array(repeating: ObjectProperty(object, .all), count: count))
        let pdu = RequestPDU(
            invokeID: 9, service: .readPropertyMultiple, octets: request.encoded)
        #expect(request.encoded.count < 1_100)
        try site.go { _ in site.send(.confirmedRequest(pdu)) }
        let refusal = APDU.abort(invokeID: 9, .bufferOverflow, byServer: true)
        #expect(site.sentAPDUs.count == 1)
        #expect((site.sentAPDUs.first?.apdu == .message(refusal)) == isRefused)
    }

    @Test("refuses what it does not do, and does not answer everybody's questions of one")
    func refusals() throws {
        let site = Site()
        let read = ReadPropertyRequest(ObjectProperty(ObjectIdentifier(.device, 900), .objectName))
        let range = ReadRangeRequest(Site.point, .all)
        try site.go { _ in
            let node = site.network.transport(at: Site.deviceNode)
            // WriteProperty, which this room has no word for.
            let write: [UInt8] = [0x00, 0x05, 7, 0x0F, 0x0C, 0, 0, 0, 1]
            node.send(
                BVLCMessage.originalUnicastNPDU(NPDU(.apdu(write)).encoded).encoded,
                to: AnsweringTests.us.node)
            site.send(
                .confirmedRequest(
                    RequestPDU(invokeID: 8, service: .readRange, octets: range.encoded)))
            site.send(
                .confirmedRequest(RequestPDU(invokeID: 9, service: .readProperty, octets: [0xFF])))
            let pdu = RequestPDU(invokeID: 10, service: .readProperty, octets: read.encoded)
            node.send(
                BVLCMessage.originalBroadcastNPDU(
                    NPDU(.apdu(APDU.confirmedRequest(pdu).encoded)).encoded
                ).encoded, to: IPv4Endpoint(127, 255, 255, 255))
            node.send(
                BVLCMessage.registerForeignDevice(timeToLiveSeconds: 60).encoded,
                to: AnsweringTests.us.node)
        }
        #expect(
            site.sentAPDUs.map(\.apdu) == [
                .message(.reject(invokeID: 7, .unrecognizedService)),
                .message(.reject(invokeID: 8, .unrecognizedService)),
                .message(.reject(invokeID: 9, .invalidTag)),
            ])
        #expect(site.sent.last?.message == .result(.registerForeignDeviceRefused))
        #expect(site.client.droppedCounts[.confirmedBroadcast] == 1)
    }
}
