import BACnetMessages
import Testing

/// The standard's own examples of encoding (ASHRAE 135, Annex F): octets and what they mean.
@Suite("Examples of Annex F") struct AnnexFTests {
    struct Example: Sendable, CustomTestStringConvertible {
        let section: String
        let hex: String
        let message: APDU

        var testDescription: String { "\(section): \(hex)" }
    }

    @Test("are encoded octet by octet", arguments: examples)
    func encoded(example: Example) {
        #expect(example.message.encoded == bytes(example.hex))
    }

    @Test("are decoded to what they mean", arguments: examples)
    func decoded(example: Example) throws {
        let message = try ReceivedAPDU(decoding: bytes(example.hex))
        #expect(message == .message(example.message))
        switch example.message {
        case .confirmedRequest(let pdu):
            #expect(try ConfirmedRequest(pdu.service, decoding: pdu.octets).encoded == pdu.octets)
        case .complexAck(let pdu):
            #expect(try ConfirmedReply(pdu.service, decoding: pdu.octets).encoded == pdu.octets)
        default: break
        }
    }

    @Test("F.4.7: 17 November 1992, 22:45:30.70, is a time that is only heard")
    func timeSynchronization() throws {
        let time = BACnetDateTime(
            date: BACnetDate(yearSince1900: 92, month: 11, day: 17, weekday: 2),
            time: BACnetTime(hour: 22, minute: 45, second: 30, hundredths: 70))
        #expect(
            try ReceivedAPDU(decoding: bytes("10 06 A4 5C0B1102 B4 162D1E46"))
                == .timeSynchronization(TimeSynchronization(time: time, isUTC: false)))
        #expect(
            try ReceivedAPDU(decoding: bytes("10 09 A4 5C0B1102 B4 162D1E46"))
                == .timeSynchronization(TimeSynchronization(time: time, isUTC: true)))
    }

    @Test("F.3.8: the records of the log are those of 23 March 1998")
    func logRecords() throws {
        let octets = Array(bytes(readRangeAck).dropFirst(3))
        let records = try ReadRangeAck(decoding: octets).logRecords()
        #expect(
            records == [AnnexFTests.record(minute: 54, 18), AnnexFTests.record(minute: 56, 18.1)])
    }
}

// MARK: - The examples

private let readRangeAck = """
    30 01 1A 0C 05000001 19 83 3A 05C0 49 02 5E 0E A4 62031701 B4 13361B00 0F 1E 2C 41900000 1F \
    2A 0400 0E A4 62031701 B4 13381B00 0F 1E 2C 4190CCCD 1F 2A 0400 5F 6B 013561
    """

extension AnnexFTests {
    private static func object(_ type: ObjectType, _ instance: UInt32) -> ObjectIdentifier {
        ObjectIdentifier(type, instance)
    }

    private static func request(
        _ invokeID: UInt8, size: APDUSize, segments: Bool = false, _ request: ConfirmedRequest
    ) -> APDU {
        .confirmedRequest(
            RequestPDU(
                invokeID: invokeID, service: request.service, acceptsSegmentedReply: segments,
                segmentLimit: .unspecified, replySize: size, octets: request.encoded))
    }

    private static func reply(_ invokeID: UInt8, _ reply: ConfirmedReply) -> APDU {
        .complexAck(ReplyPDU(invokeID: invokeID, service: reply.service, octets: reply.encoded))
    }

    private static let notification = COVNotification(
        process: 18, device: object(.device, 4), object: object(.analogInput, 10), secondsLeft: 0,
        values: [
            .init(PropertyReference(.presentValue), [.real(65)]),
            .init(PropertyReference(.statusFlags), [.bits(StatusFlags().bits)]),
        ])

    fileprivate static func record(minute: UInt8, _ value: Float) -> LogRecord {
        LogRecord(
            time: BACnetDateTime(
                date: BACnetDate(yearSince1900: 98, month: 3, day: 23, weekday: 1),
                time: BACnetTime(hour: 19, minute: minute, second: 27)),
            datum: .real(value), statusFlags: StatusFlags())
    }

    private static let log = ObjectProperty(object(.trendLog, 1), .logBuffer)

    private static let logStart = BACnetDateTime(
        date: BACnetDate(yearSince1900: 98, month: 3, day: 23, weekday: 1),
        time: BACnetTime(hour: 19, minute: 52, second: 34))

    static let examples: [Example] = changes + reads + ranges + discovery

    private static let changes: [Example] = [
        Example(
            section: "F.1.2",
            hex: """
                00 02 0F 01 09 12 1C 02000004 2C 0000000A 39 00 4E 09 55 2E 44 42820000 2F \
                09 6F 2E 82 0400 2F 4F
                """,
            message: request(15, size: .octets206, .covNotification(notification))),
        Example(
            section: "F.1.2 answer", hex: "20 0F 01",
            message: .simpleAck(invokeID: 15, .confirmedCOVNotification)),
        Example(
            section: "F.1.3",
            hex: """
                10 02 09 12 1C 02000004 2C 0000000A 39 00 4E 09 55 2E 44 42820000 2F \
                09 6F 2E 82 0400 2F 4F
                """,
            message: .unconfirmedRequest(.covNotification(notification))),
        Example(
            section: "F.1.10", hex: "00 02 0F 05 09 12 1C 0000000A 29 01 39 00",
            message: request(
                15, size: .octets206,
                .subscribeCOV(
                    SubscribeCOVRequest(
                        process: 18, object: object(.analogInput, 10),
                        terms: SubscriptionTerms(isConfirmed: true, lifetimeSeconds: 0))))),
        Example(
            section: "F.1.11",
            hex: "00 02 0F 1C 09 12 1C 0000000A 29 01 39 3C 4E 09 55 4F 5C 3F800000",
            message: request(
                15, size: .octets206,
                .subscribeCOVProperty(
                    SubscribeCOVPropertyRequest(
                        process: 18,
                        target: ObjectProperty(object(.analogInput, 10), .presentValue),
                        terms: SubscriptionTerms(isConfirmed: true, lifetimeSeconds: 60),
                        increment: 1)))),
    ]

    private static let reads: [Example] = [
        Example(
            section: "F.3.5", hex: "00 00 01 0C 0C 00000005 19 55",
            message: request(
                1, size: .octets50,
                .readProperty(
                    ReadPropertyRequest(ObjectProperty(object(.analogInput, 5), .presentValue))))),
        Example(
            section: "F.3.5 answer", hex: "30 01 0C 0C 00000005 19 55 3E 44 4290999A 3F",
            message: reply(
                1,
                .readProperty(
                    ReadPropertyAck(
                        ObjectProperty(object(.analogInput, 5), .presentValue),
                        values: [.real(72.3)])))),
        Example(
            section: "F.3.7", hex: "00 04 F1 0E 0C 00000010 1E 09 55 09 67 1F",
            message: request(
                241, size: .octets1024,
                .readPropertyMultiple(
                    ReadPropertyMultipleRequest([
                        .init(
                            object(.analogInput, 16),
                            [PropertyReference(.presentValue), PropertyReference(.reliability)])
                    ])))),
        Example(
            section: "F.3.7 answer",
            hex: "30 F1 0E 0C 00000010 1E 29 55 4E 44 4290999A 4F 29 67 4E 91 00 4F 1F",
            message: reply(
                241,
                .readPropertyMultiple(
                    ReadPropertyMultipleAck([
                        .init(
                            object(.analogInput, 16),
                            [
                                .init(PropertyReference(.presentValue), .values([.real(72.3)])),
                                .init(PropertyReference(.reliability), .values([.enumerated(0)])),
                            ])
                    ])))),
        Example(
            section: "F.3.7, several objects",
            hex: """
                00 04 02 0E 0C 00000021 1E 09 55 1F 0C 00000032 1E 09 55 1F 0C 00000023 1E 09 55 1F
                """,
            message: request(
                2, size: .octets1024,
                .readPropertyMultiple(
                    ReadPropertyMultipleRequest(
                        targets: [33, 50, 35].map {
                            ObjectProperty(object(.analogInput, $0), .presentValue)
                        })))),
        Example(
            section: "F.3.7, several objects, answer",
            hex: """
                30 02 0E 0C 00000021 1E 29 55 4E 44 42293333 4F 1F \
                0C 00000032 1E 29 55 5E 91 01 91 1F 5F 1F 0C 00000023 1E 29 55 4E 44 43D9D99A 4F 1F
                """,
            message: reply(
                2,
                .readPropertyMultiple(
                    ReadPropertyMultipleAck([
                        .init(object(.analogInput, 33), [presentValue(.values([.real(42.3)]))]),
                        .init(
                            object(.analogInput, 50),
                            [presentValue(.error(ErrorReply(.object, .unknownObject)))]),
                        .init(object(.analogInput, 35), [presentValue(.values([.real(435.7)]))]),
                    ])))),
    ]

    private static func presentValue(
        _ outcome: ReadPropertyMultipleAck.Outcome
    ) -> ReadPropertyMultipleAck.Result {
        .init(PropertyReference(.presentValue), outcome)
    }

    private static let ranges: [Example] = [
        Example(
            section: "F.3.8",
            hex: "02 02 01 1A 0C 05000001 19 83 7E A4 62031701 B4 13342200 31 04 7F",
            message: request(
                1, size: .octets206, segments: true,
                .readRange(ReadRangeRequest(log, .byTime(logStart, count: 4))))),
        Example(
            section: "F.3.8 answer", hex: readRangeAck,
            message: reply(
                1,
                .readRange(
                    ReadRangeAck(
                        log, records: [record(minute: 54, 18), record(minute: 56, 18.1)],
                        hasFirst: true, hasLast: true, moreFollow: false, firstSequence: 79_201)))),
    ]

    private static let discovery: [Example] = [
        Example(
            section: "F.4.8", hex: "10 07 3D 07 00 4F4154656D70",
            message: .unconfirmedRequest(.whoHas(WhoHasRequest(.name(CharacterString("OATemp")))))),
        Example(
            section: "F.4.8 answer", hex: "10 01 C4 02000008 C4 00000003 75 07 00 4F4154656D70",
            message: .unconfirmedRequest(
                .iHave(
                    IHaveRequest(
                        device: object(.device, 8), object: object(.analogInput, 3),
                        name: CharacterString("OATemp"))))),
        Example(
            section: "F.4.8, by object", hex: "10 07 2C 00000003",
            message: .unconfirmedRequest(.whoHas(WhoHasRequest(.object(object(.analogInput, 3)))))),
        Example(
            section: "F.4.9", hex: "10 08 09 03 19 03",
            message: .unconfirmedRequest(.whoIs(WhoIsRequest(instances: InstanceRange(3, 3))))),
        Example(
            section: "F.4.9, all", hex: "10 08",
            message: .unconfirmedRequest(.whoIs(WhoIsRequest()))),
        iAm(1, 480, .transmit, 99, "10 00 C4 02000001 22 01E0 91 01 21 63"),
        iAm(2, 206, .receive, 33, "10 00 C4 02000002 21 CE 91 02 21 21"),
        iAm(3, 1024, .none, 99, "10 00 C4 02000003 22 0400 91 03 21 63"),
        iAm(4, 128, .both, 66, "10 00 C4 02000004 21 80 91 00 21 42"),
    ]

    private static func iAm(
        _ instance: UInt32, _ maxAPDU: UInt32, _ segmentation: Segmentation, _ vendor: UInt32,
        _ hex: String
    ) -> Example {
        Example(
            section: "F.4.9 answer", hex: hex,
            message: .unconfirmedRequest(
                .iAm(
                    IAmRequest(
                        device: object(.device, instance), maxAPDU: maxAPDU,
                        segmentation: segmentation, vendor: vendor))))
    }
}
