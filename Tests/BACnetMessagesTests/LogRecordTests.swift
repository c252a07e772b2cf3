import BACnetMessages
import Testing

@Suite("LogRecord") struct LogRecordTests {
    private static let log = ObjectProperty(ObjectIdentifier(.trendLog, 1), .logBuffer)
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
        let log = LogRecordTests.log
        let records = LogRecordTests.data.map { LogRecord(time: LogRecordTests.time, datum: $0.0) }
        var ack = ReadRangeAck(
            log, records: records, hasFirst: true, hasLast: false, moreFollow: true)
        let decoded = try ReadRangeAck(decoding: ack.encoded)
        #expect(decoded == ack)
        #expect(try decoded.logRecords() == records)
        ack.itemCount += 1
        #expect(throws: MessageError.self) { try ack.logRecords() }
    }

    /// A datum of a later edition, or a spoiled one, cost the whole page, at the same place on every
    /// try.
    @Test(
        "that cannot be read keeps its place, its octets, and its time where that can be read",
        arguments: [
            ("0E A4 7E0B1701 B4 05070000 0F 1E BE 21 01 BF 1F", true),
            ("0E A4 7E0B1701 B4 05070000 0F 1E BA 0102 1F 2A 04 00", true),
            ("0E A4 7E0B1701 B4 05070000 0F 1E 2B 000000 1F", true),
            ("0E A4 7E0B1701 B4 05070000 0F 1E 78 1F 2A 0900", true),
            ("0E A4 7E0B1701 B4 05070000 0F 1E 78 1F 39 00", true),
            ("0E A4 7E0B1701 B4 05070000 0F", true),
            ("0E A3 7E0B17 B4 05070000 0F 1E 78 1F", false),
            ("0E 0F 1E 0E 0F 78 1F", false),
        ])
    func unreadable(hex: String, hasTime: Bool) throws {
        let good = LogRecord(time: LogRecordTests.time, datum: .real(20.5))
        let bad = LogRecord(
            time: hasTime ? LogRecordTests.time : .unspecified, datum: .unreadable(bytes(hex)))
        for records in [
            [bad, good, good], [good, bad, good], [good, bad, bad, good], [good, bad],
        ] {
            let ack = try ReadRangeAck(
                decoding: ReadRangeAck(
                    LogRecordTests.log, records: records, hasFirst: true, hasLast: true,
                    moreFollow: false
                ).encoded)
            #expect(try ack.logRecords() == records)
        }
    }

    @Test("of several properties that cannot be read keeps its place")
    func unreadableMultiple() throws {
        let good = LogMultipleRecord(time: LogRecordTests.time, data: .values([.real(20.5)]))
        let hex = "0E A4 7E0B1701 B4 05070000 0F 1E 49 01 1F"
        let bad = LogMultipleRecord(time: good.time, data: .unreadable(bytes(hex)))
        var ack = ReadRangeAck(
            LogRecordTests.log, records: [bad, good], hasFirst: true, hasLast: true,
            moreFollow: false)
        #expect(try ack.logMultipleRecords() == [bad, good])
        for damage in ["0F", "1E", "22 01"] {
            ack.items = good.encoded + bytes(damage)
            #expect(throws: MessageError.self) { try ack.logMultipleRecords() }
        }
    }

    @Test("of the captured logs is a time change or a real, with flags and without")
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
