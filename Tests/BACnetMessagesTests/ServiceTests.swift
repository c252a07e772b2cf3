import BACnetMessages
import Testing

@Suite("Services") struct ServiceTests {
    @Test("that can be asked for are six, and none of them changes a device")
    func closed() throws {
        #expect(ConfirmedService.allCases.map(\.rawValue) == [1, 5, 12, 14, 26, 28])
        #expect(UnconfirmedService.allCases.map(\.rawValue) == [0, 1, 2, 7, 8])
        for number: UInt8 in 0...255 {
            let request = try ReceivedAPDU(decoding: [0x02, 0x75, 9, number, 0x0C, 0, 0, 0, 1])
            if ConfirmedService(rawValue: number) == nil {
                #expect(request == .unsupportedRequest(invokeID: 9, service: number))
            }
        }
    }

    @Test("that nobody needs unconfirmed are passed over", arguments: [3, 4, 5, 10, 11, 255])
    func unconfirmed(number: UInt8) throws {
        #expect(
            try ReceivedAPDU(decoding: [0x10, number, 1, 2, 3])
                == .unsupportedUnconfirmedRequest(service: number))
    }

    @Test("are answered by the ones that were asked for only", arguments: [2, 3, 5])
    func answers(type: UInt8) {
        #expect(
            throws: MessageError.unsupported(
                offset: 2, found: "an answer for service 15",
                expected: "a service that is asked for")
        ) { try ReceivedAPDU(decoding: [type << 4, 1, 15, 0x91, 0, 0x91, 0]) }
    }

    @Test("say their errors with the outer pair, whatever is behind it")
    func errors() throws {
        let error = APDU.error(invokeID: 7, .subscribeCOVProperty, ErrorReply(.services, .other))
        for hex in [
            "50 07 1C 91 05 91 00", "50 07 1C 0E 91 05 91 00 0F 1E 2F",
            "50 07 1C 91 05 91 00 09 55",
        ] {
            #expect(try ReceivedAPDU(decoding: bytes(hex)) == .message(error))
        }
    }

    @Test("say sizes by their codes")
    func sizes() throws {
        #expect(APDUSize.allCases.map(\.octetCount) == [50, 128, 206, 480, 1024, 1476])
        #expect(SegmentLimit.allCases.map(\.count) == [nil, 2, 4, 8, 16, 32, 64, nil])
        #expect(
            [1, 2, 3, 64, 65].map { SegmentLimit(upTo: $0) } == [
                .unspecified, .segments2, .segments2, .segments64, .more,
            ])
        for code: UInt8 in 6...15 {
            #expect(throws: MessageError.self) { try ReceivedAPDU(decoding: [0, code, 1, 12]) }
        }
        #expect(throws: MessageError.self) { try ReceivedAPDU(decoding: [0, 0x85, 1, 12]) }
    }

    @Test("cancel a subscription by leaving its terms out")
    func cancel() throws {
        let cancel = SubscribeCOVRequest(
            process: 9, object: ObjectIdentifier(.analogInput, 1), terms: nil)
        #expect(cancel.encoded == bytes("09 09 1C 00000001"))
        #expect(try SubscribeCOVRequest(decoding: cancel.encoded) == cancel)
        #expect(throws: MessageError.self) {
            try SubscribeCOVRequest(decoding: bytes("09 09 1C 00000001 39 3C"))
        }
    }

    @Test("ask for ranges by position, sequence and time, backwards too")
    func ranges() throws {
        let log = ObjectProperty(ObjectIdentifier(.trendLog, 1), .logBuffer)
        let time = BACnetDateTime(date: .unspecified, time: .unspecified)
        let ranges: [(ReadRangeRequest.Range, String)] = [
            (.all, ""), (.byPosition(20, count: 5), "3E 21 14 31 05 3F"),
            (.bySequence(4_294_967_295, count: -5), "6E 24 FFFFFFFF 31 FB 6F"),
            (.byTime(time, count: 400), "7E A4 FFFFFFFF B4 FFFFFFFF 32 0190 7F"),
        ]
        for (range, hex) in ranges {
            let request = ReadRangeRequest(log, range)
            #expect(request.encoded == bytes("0C 05000001 19 83" + hex))
            #expect(try ReadRangeRequest(decoding: request.encoded) == request)
        }
        #expect(ReadRangeRequest.Range.bySequence(1, count: -5).itemCountMax == 5)
        #expect(ReadRangeRequest.Range.all.itemCountMax == nil)
        for hex in [
            "3E 21 14 31 05", "3E 21 14 3F", "4E A4 FFFFFFFF B4 FFFFFFFF 4F", "3E 21 14 31 05 6F",
        ] {
            #expect(throws: MessageError.self) {
                try ReadRangeRequest(decoding: bytes("0C 05000001 19 83" + hex))
            }
        }
    }

    @Test(
        "have items with balanced tags, whatever is in them",
        arguments: [
            ("", true), ("21 01 72 00 41", true), ("0E 1E 00 1F 0F 19 07", true),
            ("11 10", true),
            ("0E", false), ("0F", false), ("0E 1F", false), ("0E 1E 0F 1F", false),
            ("22 01", false),
            ("0E 5F 0F", false),
            (String(repeating: "0E", count: 16) + String(repeating: "0F", count: 16), true),
            (String(repeating: "0E", count: 17) + String(repeating: "0F", count: 17), false),
        ])
    func items(hex: String, isBalanced: Bool) throws {
        let octets = bytes("0C 02000001 19 98 3A 0500 49 01 5E" + hex + "5F")
        guard isBalanced else {
            #expect(throws: MessageError.self) { try ReadRangeAck(decoding: octets) }
            return
        }
        let ack = try ReadRangeAck(decoding: octets)
        #expect(ack.items == bytes(hex))
        #expect(ack.encoded == octets)
        #expect(try ack.values().flatMap(\.encoded) == bytes(hex))
    }

    /// A panel left the character set out of an empty description, and the poll of all its points
    /// failed for that.
    @Test(
        "keep their other results where one value is bad",
        arguments: ["70", "82 09 FF", "80", "43 429000", "75 FE 1001", "C3 000000"])
    func oneBadValue(hex: String) throws {
        let long = hex == "75 FE 1001" ? [UInt8](repeating: 0x41, count: 4097) : []
        let octets =
            bytes("0C 00000001 1E 29 4D 4E 73 00 4149 4F 29 1C 4E") + bytes(hex) + long
            + bytes("4F 29 55 4E 44 41A40000 4F 1F 0C 00000002 1E 29 55 4E 44 41A80000 4F 1F")
        let ack = try ReadPropertyMultipleAck(decoding: octets)
        let outcomes = ack.parts.flatMap(\.results).map(\.outcome)
        #expect(outcomes.count == 4)
        #expect(outcomes[0] == .values([.characters(CharacterString("AI"))]))
        #expect(outcomes[2...] == [.values([.real(20.5)]), .values([.real(21)])])
        #expect(ack.encoded == octets || hex == "70")
    }

    @Test(
        "say who has spoken only where that is a device with a number of its own",
        arguments: [
            ("C4 02000001", true), ("C4 023FFFFE", true), ("C4 023FFFFF", false),
            ("C4 00000001", false), ("C4 02400001", false),
        ])
    func speaker(hex: String, isDevice: Bool) throws {
        let iAm = bytes("10 00" + hex + "22 05C4 91 00 21 07")
        let iHave = bytes("10 01" + hex + "C4 00000001 71 00")
        for octets in [iAm, iHave] {
            if isDevice {
                #expect(throws: Never.self) { try ReceivedAPDU(decoding: octets) }
            } else {
                #expect(throws: MessageError.self) { try ReceivedAPDU(decoding: octets) }
            }
        }
    }

    @Test("leave nothing behind their end", arguments: Capture.sound)
    func trailing(capture: Capture) throws {
        guard case .message(let message)? = try applicationMessage(of: capture.bytes) else {
            return
        }
        // An error is read up to its pair only, and what a segment holds is seen with the rest.
        switch message {
        case .error: break
        case .confirmedRequest(let pdu):
            #expect(throws: MessageError.self) {
                try ConfirmedRequest(pdu.service, decoding: pdu.octets + [0])
            }
        case .complexAck(let pdu):
            guard pdu.segment == nil else { break }
            #expect(throws: MessageError.self) {
                try ConfirmedReply(pdu.service, decoding: pdu.octets + [0])
            }
        default:
            #expect(throws: MessageError.self) { try ReceivedAPDU(decoding: message.encoded + [0]) }
        }
    }

    @Test("group neighbours of an object into one part, and give them back in order")
    func parts() {
        let first = ObjectIdentifier(.analogInput, 1)
        let second = ObjectIdentifier(.analogInput, 2)
        let targets = [
            ObjectProperty(first, .presentValue), ObjectProperty(first, .statusFlags),
            ObjectProperty(second, .presentValue), ObjectProperty(first, .units),
        ]
        let request = ReadPropertyMultipleRequest(targets: targets)
        #expect(request.parts.map(\.object) == [first, second, first])
        #expect(request.targets == targets)
    }
}
