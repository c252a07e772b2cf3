import BACnetMessages
import Testing

@Suite("Replies in segments, received") struct SegmentedReplyTests {
    /// Eleven segments, of which the client has asked for the reply.
    private func begin(
        window: UInt8 = 4, limits: TransactionLimits = TransactionLimits()
    ) throws -> (Client, [APDU]) {
        var client = Client(limits: limits)
        let pdu = try client.ask(LongReply.request)
        let segments = LongReply.segments(92, invokeID: pdu.invokeID, window: window)
        try #require(segments.count == 11)
        return (client, segments)
    }

    @Test("are acknowledged at once, then window by window, then at the end")
    func acknowledged() throws {
        var (client, segments) = try begin()
        var acknowledged: [Int] = []
        for (index, segment) in segments.dropLast().enumerated() {
            let actions = client.receive(segment)
            if !actions.isEmpty {
                acknowledged.append(index)
                #expect(actions == LongReply.ack(UInt8(index), window: 4))
            }
        }
        #expect(acknowledged == [0, 4, 8])
        let actions = client.receive(segments[10])
        #expect(Array(actions.prefix(1)) == LongReply.ack(10, window: 4))
        #expect(Client.outcomes(of: actions) == [.reply(LongReply.reply(92))])
    }

    @Test("have the lesser of both windows", arguments: [(1, 1), (3, 3), (16, 16), (127, 16)])
    func window(proposed: UInt8, taken: UInt8) throws {
        var (client, segments) = try begin(window: proposed)
        #expect(client.receive(segments[0]) == LongReply.ack(0, window: taken))
    }

    @Test("count on behind segment 255")
    func wrap() throws {
        var client = Client(limits: TransactionLimits(segmentCountMax: 400))
        let pdu = try client.ask(LongReply.request)
        let segments = LongReply.segments(3_000, invokeID: pdu.invokeID, window: 16)
        try #require(segments.count == 334)
        var acknowledged: [UInt8] = []
        for segment in segments.dropLast() {
            for case .send(.segmentAck(let ack), _) in client.receive(segment) {
                #expect(!ack.isNegative)
                acknowledged.append(ack.sequenceNumber)
            }
        }
        #expect(acknowledged == (0...20).map { UInt8(truncatingIfNeeded: $0 * 16) })
        let actions = client.receive(segments[333])
        #expect(Array(actions.prefix(1)) == LongReply.ack(77, window: 16))
        #expect(Client.outcomes(of: actions) == [.reply(LongReply.reply(3_000))])
    }

    @Test("ask once for what is missing, and again when a window later it still is")
    func gap() throws {
        var (client, segments) = try begin()
        _ = client.receive(segments[0])
        _ = client.receive(segments[1])
        #expect(client.receive(segments[3]) == LongReply.ack(1, window: 4, isNegative: true))
        for index in [4, 5, 6] { #expect(client.receive(segments[index]) == []) }
        #expect(client.receive(segments[7]) == LongReply.ack(1, window: 4, isNegative: true))
        for index in 2...4 { #expect(client.receive(segments[index]) == []) }
        #expect(client.receive(segments[5]) == LongReply.ack(5, window: 4))
        for index in 6...9 { _ = client.receive(segments[index]) }
        #expect(Client.outcomes(of: client.receive(segments[10])) == [.reply(LongReply.reply(92))])
        #expect(client.transactions.droppedCounts == [.outOfOrder: 5])
    }

    @Test("say again where they are when an acknowledgement was lost")
    func repeated() throws {
        var (client, segments) = try begin()
        #expect(client.receive(segments[0]) == LongReply.ack(0, window: 4))
        #expect(client.receive(segments[0]) == LongReply.ack(0, window: 4, isNegative: true))
        for segment in segments[1...9] { _ = client.receive(segment) }
        #expect(Client.outcomes(of: client.receive(segments[10])).count == 1)
        #expect(client.receive(segments[10]) == refusal(100))
        #expect(client.transactions.droppedCounts == [.outOfOrder: 1, .unasked: 1])
    }

    private func refusal(_ invokeID: UInt8) -> [TransactionAction] {
        [
            .send(
                .abort(invokeID: invokeID, .invalidAPDUInThisState, byServer: false),
                to: Client.peer)
        ]
    }

    @Test("of no open question are refused, once a second and to devices that were asked")
    func unasked() throws {
        var client = Client()
        let segment = LongReply.segments(92, invokeID: 3, window: 4)[5]
        #expect(client.receive(segment) == [])
        let pdu = try client.ask()
        #expect(client.receive(segment) == refusal(3))
        client.now = .milliseconds(999)
        #expect(client.receive(segment) == [])
        client.now = .seconds(1)
        #expect(client.receive(segment) == refusal(3))
        #expect(client.receive(segment, from: DeviceAddress(node: IPv4Endpoint(10, 0, 0, 8))) == [])
        client.now = .seconds(3)
        #expect(client.receive(Client.answer(3)) == [])
        #expect(Client.outcomes(of: client.receive(Client.answer(pdu.invokeID))).count == 1)
        client.now = .seconds(60)
        #expect(client.receive(segment) == refusal(3))
        client.now = .seconds(62)
        #expect(client.receive(segment) == [])
        #expect(client.transactions.droppedCounts == [.unasked: 8])
    }

    @Test("do not begin in the middle")
    func middle() throws {
        var (client, segments) = try begin()
        #expect(client.receive(segments[1]) == [])
        #expect(client.transactions.droppedCounts == [.outOfOrder: 1])
        #expect(client.receive(segments[0]) == LongReply.ack(0, window: 4))
    }

    @Test("that stop are asked for anew under another number, then given up")
    func stopped() throws {
        var (client, segments) = try begin()
        _ = client.receive(segments[0])
        client.now = .seconds(3)
        _ = client.receive(segments[1])
        let actions = try client.wait()
        #expect(client.now == .seconds(11))
        #expect(
            Client.sent(in: actions).first
                == .abort(invokeID: 100, .tsmTimeout, byServer: false))
        #expect(Client.request(in: actions)?.invokeID == 101)
        #expect(client.receive(segments[2]) == refusal(100))
        for segment in LongReply.segments(92, invokeID: 101, window: 4).dropLast() {
            _ = client.receive(segment)
        }
        let last = LongReply.segments(92, invokeID: 101, window: 4)[10]
        #expect(Client.outcomes(of: client.receive(last)) == [.reply(LongReply.reply(92))])
    }

    @Test("that stop each time end with their tries counted, and are broken off")
    func stoppedForGood() throws {
        var (client, _) = try begin()
        for invokeID: UInt8 in 100...102 {
            _ = client.receive(LongReply.segments(92, invokeID: invokeID, window: 4)[0])
            #expect(Client.request(in: try client.wait())?.invokeID == invokeID + 1)
        }
        _ = client.receive(LongReply.segments(92, invokeID: 103, window: 4)[0])
        let actions = try client.wait()
        #expect(Client.outcomes(of: actions) == [.timedOut(lastDropped: nil)])
        #expect(Client.tries(of: actions) == [4])
        #expect(
            Client.sent(in: actions) == [.abort(invokeID: 103, .tsmTimeout, byServer: false)])
    }

    @Test("are broken off where they are too long")
    func tooLong() throws {
        let limits = [
            (TransactionLimits(segmentCountMax: 10), 10),
            (TransactionLimits(replyOctetCountMax: 100), 2),
        ]
        for (limit, index) in limits {
            var (client, segments) = try begin(limits: limit)
            for segment in segments[..<index] {
                #expect(Client.outcomes(of: client.receive(segment)) == [])
            }
            let actions = client.receive(segments[index])
            #expect(
                Client.sent(in: actions)
                    == [.abort(invokeID: 100, .bufferOverflow, byServer: false)])
            #expect(Client.outcomes(of: actions) == [.replyTooLong])
        }
    }

    @Test("that answer another question leave it open, and it is put again")
    func otherContent() throws {
        var client = Client()
        let pdu = try client.ask()
        let segments = LongReply.segments(92, invokeID: pdu.invokeID, window: 16)
        for segment in segments { #expect(Client.outcomes(of: client.receive(segment)) == []) }
        #expect(client.transactions.droppedCounts == [.otherContent: 1])
        #expect(Client.request(in: try client.wait()) == pdu)
    }

    @Test("are broken off when their question is given up")
    func cancelled() throws {
        var client = Client()
        let asked = try client.transactions.ask(LongReply.request, of: Client.peer, at: .zero)
        _ = client.receive(LongReply.segments(92, invokeID: 100, window: 4)[0])
        #expect(
            Client.sent(in: client.transactions.cancel(asked.id, at: .zero))
                == [.abort(invokeID: 100, .other, byServer: false)])
    }

    @Test("of the captured device are acknowledged as its client did")
    func captured() throws {
        let replies = Capture.all[7...11]
        var client = Client(firstInvokeID: 1)
        let device = ObjectProperty(ObjectIdentifier(.device, 1002), .objectList)
        _ = try client.ask(.readProperty(ReadPropertyRequest(device)))
        var actions: [TransactionAction] = []
        var acknowledged: [APDU] = []
        for capture in replies {
            guard case .message(let apdu)? = try applicationMessage(of: capture.bytes) else {
                continue
            }
            if case .segmentAck = apdu { acknowledged.append(apdu) }
            actions += client.receive(apdu)
        }
        #expect(Client.sent(in: actions) == acknowledged)
        guard case .reply(.readProperty(let ack))? = Client.outcomes(of: actions).first else {
            Issue.record("no reply")
            return
        }
        #expect(ack.values.count == 102)
    }
}
