import BACnetMessages
import Testing

@Suite("BVLCMessage and NPDU") struct LinkTests {
    private static let node = IPv4Endpoint(10, 0, 0, 7)

    static let links: [(String, BVLCMessage)] = [
        ("81 00 0006 0030", .result(.registerForeignDeviceRefused)),
        ("81 02 0004", .readBroadcastDistributionTable),
        (
            "81 03 000E 0A000007 BAC0 FFFFFF00",
            .readBroadcastDistributionTableAck([
                BroadcastDistributionEntry(endpoint: node, mask: 0xFFFF_FF00)
            ])
        ),
        ("81 03 0004", .readBroadcastDistributionTableAck([])),
        ("81 04 000C 0A000007 BAC0 0100", .forwardedNPDU(origin: node, npdu: [1, 0])),
        ("81 05 0006 003C", .registerForeignDevice(timeToLiveSeconds: 60)),
        ("81 06 0004", .readForeignDeviceTable),
        (
            "81 07 000E 0A000007 BAC0 003C 003E",
            .readForeignDeviceTableAck([
                ForeignDeviceEntry(endpoint: node, timeToLiveSeconds: 60, remainingSeconds: 62)
            ])
        ),
        ("81 09 0006 0100", .distributeBroadcastToNetwork(npdu: [1, 0])),
        ("81 0A 0006 0100", .originalUnicastNPDU([1, 0])),
        ("81 0B 0006 0100", .originalBroadcastNPDU([1, 0])),
    ]

    @Test("says and hears each function of the link layer", arguments: 0..<links.count)
    func link(index: Int) throws {
        let (hex, message) = LinkTests.links[index]
        #expect(message.encoded == bytes(hex))
        #expect(try BVLCMessage(decoding: bytes(hex)) == message)
    }

    @Test(
        "refuses what only changes a BBMD, what is withdrawn and what is unknown",
        arguments: [
            "81 01 0004", "81 01 000E 0A000007 BAC0 FFFFFF00", "81 08 000A 0A000007 BAC0",
            "81 0C 0006 0000", "81 0D 0004",
        ])
    func unsupported(hex: String) {
        let function = bytes(hex)[1]
        #expect(
            throws: MessageError.unsupported(
                offset: 1, found: "function \(function)", expected: "one of Annex J")
        ) { try BVLCMessage(decoding: bytes(hex)) }
    }

    @Test(
        "refuses a length that is not the datagram's, another type, a part too short or too long",
        arguments: [
            "81 0A 0007 0100", "81 0A 0005 0100", "82 0A 0006 0100", "81 00 0005 00",
            "81 00 0007 000000",
            "81 05 0005 00", "81 04 0009 0A000007 BA", "81 03 000D 0A000007 BAC0 FFFFFF", "81",
            "81 0A 00",
            "", "81 02 0005 00",
        ])
    func malformed(hex: String) {
        #expect(throws: MessageError.self) { try BVLCMessage(decoding: bytes(hex)) }
    }

    @Test("refuses a datagram of more than 2048 octets")
    func long() {
        let whole = BVLCMessage.originalUnicastNPDU([UInt8](repeating: 0, count: 2044)).encoded
        #expect(throws: Never.self) { try BVLCMessage(decoding: whole) }
        let over = BVLCMessage.originalUnicastNPDU([UInt8](repeating: 0, count: 2045)).encoded
        #expect(throws: MessageError.limitExceeded(offset: 0, found: 2049, expected: 2048)) {
            try BVLCMessage(decoding: over)
        }
    }

    @Test("tells a node that is no BBMD what to answer")
    func refusal() {
        let codes: [UInt8: UInt16] = [1: 0x10, 2: 0x20, 5: 0x30, 6: 0x40, 8: 0x50, 9: 0x60]
        for function: UInt8 in 0...255 {
            let code = BVLCResultCode.refusal(of: [0x81, function, 0, 4])
            #expect(code?.rawValue == codes[function])
        }
        #expect(BVLCResultCode.refusal(of: [0x82, 5, 0, 4]) == nil)
        #expect(BVLCResultCode.refusal(of: [0x81, 5]) == nil)
    }

    static let networks: [(String, NPDU)] = [
        ("01 00", NPDU(.apdu([]))),
        ("01 04 10 08", NPDU(.apdu([0x10, 8]), expectsReply: true)),
        ("01 03", NPDU(.apdu([]), priority: .lifeSafety)),
        ("01 20 FFFF 00 FF 10 08", NPDU(.apdu([0x10, 8]), destination: .everywhere)),
        (
            "01 2D 07D1 01 01 0BB8 06 0A000007BAC0 FE 20 01 05",
            NPDU(
                .apdu([0x20, 1, 5]), destination: NetworkAddress(network: 2001, station: [1]),
                hopCount: 254,
                source: NetworkAddress(network: 3000, station: [10, 0, 0, 7, 0xBA, 0xC0]),
                expectsReply: true, priority: .urgent)
        ),
        ("01 80 00", NPDU(.networkMessage(.whoIsRouterToNetwork(nil)))),
        ("01 80 00 07D1", NPDU(.networkMessage(.whoIsRouterToNetwork(2001)))),
        ("01 80 01 07D1 0BB8", NPDU(.networkMessage(.iAmRouterToNetwork([2001, 3000])))),
        (
            "01 80 02 07D1 05",
            NPDU(.networkMessage(.iCouldBeRouterToNetwork(2001, performance: 5)))
        ),
        ("01 80 03 01 07D1", NPDU(.networkMessage(.rejectMessageToNetwork(.noRoute, 2001)))),
        ("01 80 04", NPDU(.networkMessage(.routerBusyToNetwork([])))),
        ("01 80 05 07D1", NPDU(.networkMessage(.routerAvailableToNetwork([2001])))),
        ("01 80 12", NPDU(.networkMessage(.whatIsNetworkNumber))),
        ("01 80 13 07D1 01", NPDU(.networkMessage(.networkNumberIs(2001, isConfigured: true)))),
    ]

    @Test(
        "says and hears addresses and messages of the network layer", arguments: 0..<networks.count)
    func network(index: Int) throws {
        let (hex, message) = LinkTests.networks[index]
        #expect(message.encoded == bytes(hex))
        #expect(try NPDU(decoding: bytes(hex)) == message)
    }

    @Test(
        "refuses messages that change a router, and vendors' own",
        arguments: Array(UInt8(6)...0x11) + Array(0x14...0xFF))
    func routerMessages(type: UInt8) {
        #expect(
            throws: MessageError.unsupported(
                offset: 2, found: "network message \(type)", expected: "one that asks or tells")
        ) { try NPDU(decoding: [1, 0x80, type, 0, 0]) }
    }

    @Test(
        "refuses another version, reserved bits, impossible addresses and what is cut",
        arguments: [
            "02 00", "01 40", "01 10", "01 20 0000 00 FF", "01 20 FFFF 00", "01 20 07D1 02 01",
            "01 08 0000 01 01", "01 08 FFFF 01 01", "01 08 07D1 00", "01 08 07D1 13", "01", "",
            "01 80", "01 80 00 07", "01 80 01 07D1 0B", "01 80 03 01 07", "01 80 12 00",
            "01 80 13 07D1 02",
        ])
    func malformedNetwork(hex: String) {
        #expect(throws: MessageError.self) { try NPDU(decoding: bytes(hex)) }
    }

    @Test("spells addresses for people")
    func text() {
        let station = NetworkAddress(network: 2001, station: [1])
        #expect(
            "\(DeviceAddress(node: LinkTests.node, station: station))"
                == "2001:01 through 10.0.0.7:47808")
        #expect("\(NetworkAddress.everywhere)" == "65535:*")
    }
}
