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
        #expect(
            [49, 50, 205, 600, 5000].map { APDUSize(fitting: $0).octetCount } == [
                50, 50, 128, 480, 1476,
            ])
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

@Suite("LogRecord") struct LogRecordTests {
    private static let time = BACnetDateTime(
        date: BACnetDate(yearSince1900: 126, month: 11, day: 23, weekday: 1),
        time: BACnetTime(hour: 5, minute: 7))

    /// Every choice of BACnetLogDatum with its octets; the number of a record of several, which has
    /// neither status nor time change there, is one less and 8 for the last.
    static let data: [(LogDatum, String)] = [
        (.status(LogStatus(isPurged: true)), "0A 05 40"), (.boolean(true), "19 01"),
        (.real(20.5), "2C 41A40000"), (.enumerated(3), "39 03"), (.unsigned(300), "4A 012C"),
        (.signed(-2), "59 FE"), (.bits(BitString([true, false])), "6A 06 80"), (.null, "78"),
        (.failure(ErrorReply(.device, .deviceBusy)), "8E 91 00 91 03 8F"),
        (.timeChange(-1.5), "9C BFC00000"), (.any([.unsigned(1), .null]), "AE 21 01 00 AF"),
    ]

    @Test("has every kind of datum, with flags and without", arguments: 0..<data.count)
    func kinds(index: Int) throws {
        let (datum, hex) = LogRecordTests.data[index]
        let head = "0E A4 7E0B1701 B4 05070000 0F 1E"
        for (flags, tail) in [(nil, "1F"), (StatusFlags(fault: true), "1F 2A 04 40")] {
            let record = LogRecord(time: LogRecordTests.time, datum: datum, statusFlags: flags)
            #expect(record.encoded == bytes(head + hex + tail))
            #expect(try LogRecord(decoding: record.encoded) == record)
        }
    }

    @Test("of several properties has its own numbers")
    func multiple() throws {
        let head = "0E A4 7E0B1701 B4 05070000 0F 1E"
        let values = LogRecordTests.data.map(\.0).filter {
            if case .status = $0 { false } else if case .timeChange = $0 { false } else { true }
        }
        let records: [(LogMultipleRecord.Data, String)] = [
            (.status(LogStatus(isInterrupted: true)), "0A 05 20"), (.timeChange(2), "2C 40000000"),
            (.values([]), "1E 1F"),
            (
                .values(values),
                "1E 09 01 1C 41A40000 29 03 3A 012C 49 FE 5A 06 80 68 7E 91 00 91 03 7F 8E 21 01 00 8F 1F"
            ),
        ]
        for (data, hex) in records {
            let record = LogMultipleRecord(time: LogRecordTests.time, data: data)
            #expect(record.encoded == bytes(head + hex + "1F"))
            #expect(try LogMultipleRecord(decoding: record.encoded) == record)
        }
    }

    @Test(
        "is refused where its parts are missing or of another kind",
        arguments: [
            "0E A4 7E0B1701 0F 1E 78 1F", "0E A4 7E0B1701 B4 05070000 0F",
            "0E A4 7E0B1701 B4 05070000 0F 1E 1F",
            "0E A4 7E0B1701 B4 05070000 0F 1E B8 1F", "0E A4 7E0B1701 B4 05070000 0F 1E 79 00 1F",
            "0E A4 7E0B1701 B4 05070000 0F 1E 44 41A40000 1F",
        ])
    func refused(hex: String) {
        #expect(throws: MessageError.self) { try LogRecord(decoding: bytes(hex)) }
    }

    @Test("comes as often as the reply says")
    func counted() throws {
        let log = ObjectProperty(ObjectIdentifier(.trendLog, 1), .logBuffer)
        let records = LogRecordTests.data.map { LogRecord(time: LogRecordTests.time, datum: $0.0) }
        var ack = ReadRangeAck(
            log, records: records, hasFirst: true, hasLast: false, moreFollow: true)
        let decoded = try ReadRangeAck(decoding: ack.encoded)
        #expect(decoded == ack)
        #expect(try decoded.logRecords() == records)
        ack.itemCount += 1
        #expect(throws: MessageError.self) { try ack.logRecords() }
    }

    @Test("of the captured logs has status, failure, time change and values with and without flags")
    func captured() throws {
        var kinds: Set<String> = []
        var count = 0
        for capture in Capture.sound {
            guard case .message(.complexAck(let pdu))? = try applicationMessage(of: capture.bytes),
                pdu.segment == nil, pdu.service == .readRange
            else { continue }
            let ack = try ReadRangeAck(decoding: pdu.octets)
            for record in try ack.logRecords() {
                count += 1
                kinds.insert(
                    name(of: record.datum) + (record.statusFlags == nil ? "" : " with flags"))
            }
        }
        #expect(count == 28)
        #expect(kinds == ["timeChange", "real", "real with flags"])
    }

    @Test("of the captured segments comes out whole")
    func reassembled() throws {
        var replies = CapturedReplies()
        var logs: [[LogRecord]] = []
        for capture in Capture.sound {
            guard case .message(.complexAck(let pdu))? = try applicationMessage(of: capture.bytes),
                pdu.segment != nil,
                case .readRange(let ack)? = try replies.whole(pdu, of: capture)
            else { continue }
            logs.append(try ack.logRecords())
        }
        let records = try #require(logs.first)
        #expect(logs.count == 1 && records.count == 100)
        let counts = Dictionary(grouping: records) { name(of: $0.datum) }.mapValues(\.count)
        #expect(counts == ["real": 95, "timeChange": 2, "failure": 2, "status": 1])
        let times = records.compactMap { $0.time.unixMilliseconds(utcOffsetMinutes: 0) }
        #expect(zip(times, times.dropFirst()).allSatisfy { $1 - $0 == 60_000 })
    }

    private func name(of datum: LogDatum) -> String {
        String("\(datum)".prefix { $0 != "(" })
    }
}
