import BACnetIP
import BACnetMessages
import Synchronization
import TestSupport
import Testing

@Suite("BACnetClient, spoiled datagrams") struct DamageTests {
    @Test("takes any octets without harm, and goes on", arguments: 1...20 as ClosedRange<UInt64>)
    func anything(seed: UInt64) throws {
        let site = Site()
        let device = TableDevice.inputs(30)
        let own = IPv4Endpoint(10, 0, 0, 1)
        let sender = site.network.transport(at: Site.deviceNode)
        let noise = Mutex(SplitMix64(seed: seed))
        let spoiledCount = Count()
        // Behind each question comes noise that nearly answers it, then the answer.
        site.device { pdu in
            guard spoiledCount.now < 2_000 else { return device.answer(pdu) }
            for template in DamageTests.templates(pdu.invokeID) {
                for _ in 0..<5 {
                    sender.send(noise.withLock { DamageTests.spoil(template, &$0) }, to: own)
                    spoiledCount.next()
                }
            }
            return device.answer(pdu)
        }
        let (spoiled, clean) = try site.go { client in
            sender.send([UInt8](repeating: 0x81, count: 3000), to: own)
            var spoiled: [Int] = []
            while spoiledCount.now < 2_000 {
                let found = await client.readProperties(TableDevice.targets(30), of: Site.device)
                spoiled.append(found.count)
            }
            return (
                spoiled, await client.readProperties(TableDevice.targets(30), of: Site.device)
            )
        }
        #expect(Set(spoiled) == [30], "seed \(seed)")
        for target in TableDevice.targets(30) {
            let value = TaggedValue.real(Float(target.object.instance))
            #expect(clean[target] == .values([value]), "seed \(seed), \(target)")
        }
        #expect(site.client.droppedCounts[.malformedLink, default: 0] > 0)
        #expect(site.client.openCount == 0 && site.client.waitingCount == 0)
    }

    /// Some octets changed, and at times some cut off.
    private static func spoil(_ template: [UInt8], _ random: inout SplitMix64) -> [UInt8] {
        var octets = template
        for _ in 0...Int.random(in: 0..<3, using: &random) {
            octets[Int.random(in: 0..<octets.count, using: &random)] = UInt8.random(
                in: 0...255, using: &random)
        }
        if random.once(in: 4) {
            octets.removeLast(Int.random(in: 0..<octets.count, using: &random))
        }
        return octets
    }

    /// One of each kind that a client hears, in whole datagrams.
    private static func templates(_ invokeID: UInt8) -> [[UInt8]] {
        let point = Site.point
        let reply = ReplyPDU(
            invokeID: invokeID, service: .readProperty,
            octets: ReadPropertyAck(point, values: [.real(20)]).encoded)
        let segment = ReplyPDU(
            invokeID: invokeID, service: .readPropertyMultiple,
            segment: MessageSegment(sequenceNumber: 0, moreFollow: true, proposedWindow: 4),
            octets: [0x0C, 0, 0, 0, 1, 0x1E])
        let request = RequestPDU(
            invokeID: 3, service: .readPropertyMultiple,
            octets: ReadPropertyMultipleRequest(
                targets: [ObjectProperty(ObjectIdentifier(.device, 900), .all)]
            ).encoded)
        let iAm = IAmRequest(
            device: ObjectIdentifier(.device, 7), maxAPDU: 480, segmentation: .none, vendor: 1)
        let apdus: [APDU] = [
            .complexAck(reply), .complexAck(segment), .confirmedRequest(request),
            .unconfirmedRequest(.iAm(iAm)), .unconfirmedRequest(.whoIs(WhoIsRequest())),
            .error(invokeID: invokeID, .readProperty, ErrorReply(.object, .unknownObject)),
            .abort(invokeID: invokeID, .bufferOverflow, byServer: true),
        ]
        let networks = [
            NetworkMessage.iAmRouterToNetwork([1, 2, 3]), .routerBusyToNetwork([2001]),
            .rejectMessageToNetwork(.noRoute, 2001), .networkNumberIs(7, isConfigured: true),
        ].map { NPDU(.networkMessage($0)) }
        let routed = apdus.map { apdu in
            NPDU(.apdu(apdu.encoded), source: NetworkAddress(network: 2001, station: [1]))
        }
        let messages = (apdus.map { NPDU(.apdu($0.encoded)) } + networks + routed).map(\.encoded)
        return messages.map { BVLCMessage.originalUnicastNPDU($0).encoded }
            + DamageTests.forwarded(messages)
    }

    /// What only BBMDs and those who register with them say.
    private static func forwarded(_ messages: [[UInt8]]) -> [[UInt8]] {
        let node = IPv4Endpoint(10, 0, 0, 8)
        let functions: [BVLCMessage] = [
            .result(.success), .registerForeignDevice(timeToLiveSeconds: 60),
            .readForeignDeviceTable, .readBroadcastDistributionTable,
        ]
        return messages.map { BVLCMessage.forwardedNPDU(origin: node, npdu: $0).encoded }
            + messages.map { BVLCMessage.originalBroadcastNPDU($0).encoded }
            + messages.map { BVLCMessage.distributeBroadcastToNetwork(npdu: $0).encoded }
            + functions.map(\.encoded)
    }
}
