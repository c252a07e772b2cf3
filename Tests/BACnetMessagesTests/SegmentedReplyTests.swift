import BACnetMessages
import TestSupport
import Testing

/// A long reply, and both sides of its way.
private enum Long {
    static let device = ObjectIdentifier(.device, 1001)
    static let target = ObjectProperty(device, .objectList)
    static let request = ConfirmedRequest.readProperty(ReadPropertyRequest(target))

    static func reply(_ count: Int) -> ConfirmedReply {
        let objects = (1...count).map {
            TaggedValue.object(ObjectIdentifier(.analogInput, UInt32($0)))
        }
        return .readProperty(ReadPropertyAck(target, values: objects))
    }

    /// The reply cut into segments, as a device with 50 octets sends them.
    static func segments(_ count: Int, invokeID: UInt8, window: UInt8) -> [APDU] {
        let octets = reply(count).encoded
        let pieces = stride(from: 0, to: octets.count, by: 45).map {
            Array(octets[$0..<min($0 + 45, octets.count)])
        }
        return pieces.enumerated().map { index, piece in
            let segment = MessageSegment(
                sequenceNumber: UInt8(truncatingIfNeeded: index),
                moreFollow: index < pieces.count - 1, proposedWindow: window)
            return .complexAck(
                ReplyPDU(
                    invokeID: invokeID, service: .readProperty, segment: segment, octets: piece))
        }
    }

    static func ack(
        _ sequenceNumber: UInt8, window: UInt8, isNegative: Bool = false, invokeID: UInt8 = 100
    ) -> [TransactionAction] {
        [
            .send(
                .segmentAck(
                    SegmentAck(
                        invokeID: invokeID, sequenceNumber: sequenceNumber, window: window,
                        isNegative: isNegative)), to: Client.peer)
        ]
    }
}

@Suite("Replies in segments, received") struct SegmentedReplyTests {
    /// Eleven segments, of which the client has asked for the reply.
    private func begin(
        window: UInt8 = 4, limits: TransactionLimits = TransactionLimits()
    ) throws -> (Client, [APDU]) {
        var client = Client(limits: limits)
        let pdu = try client.ask(Long.request)
        let segments = Long.segments(92, invokeID: pdu.invokeID, window: window)
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
                #expect(actions == Long.ack(UInt8(index), window: 4))
            }
        }
        #expect(acknowledged == [0, 4, 8])
        let actions = client.receive(segments[10])
        #expect(Array(actions.prefix(1)) == Long.ack(10, window: 4))
        #expect(Client.outcomes(of: actions) == [.reply(Long.reply(92))])
    }

    @Test("have the lesser of both windows", arguments: [(1, 1), (3, 3), (16, 16), (127, 16)])
    func window(proposed: UInt8, taken: UInt8) throws {
        var (client, segments) = try begin(window: proposed)
        #expect(client.receive(segments[0]) == Long.ack(0, window: taken))
    }

    @Test("ask once for what is missing, and again when a window later it still is")
    func gap() throws {
        var (client, segments) = try begin()
        _ = client.receive(segments[0])
        _ = client.receive(segments[1])
        #expect(client.receive(segments[3]) == Long.ack(1, window: 4, isNegative: true))
        for index in [4, 5, 6] { #expect(client.receive(segments[index]) == []) }
        #expect(client.receive(segments[7]) == Long.ack(1, window: 4, isNegative: true))
        for index in 2...4 { #expect(client.receive(segments[index]) == []) }
        #expect(client.receive(segments[5]) == Long.ack(5, window: 4))
        for index in 6...9 { _ = client.receive(segments[index]) }
        #expect(Client.outcomes(of: client.receive(segments[10])) == [.reply(Long.reply(92))])
        #expect(client.transactions.droppedCounts == [.outOfOrder: 5])
    }

    @Test("say again where they are when an acknowledgement was lost")
    func repeated() throws {
        var (client, segments) = try begin()
        #expect(client.receive(segments[0]) == Long.ack(0, window: 4))
        #expect(client.receive(segments[0]) == Long.ack(0, window: 4, isNegative: true))
        for segment in segments[1...9] { _ = client.receive(segment) }
        #expect(Client.outcomes(of: client.receive(segments[10])).count == 1)
        #expect(client.receive(segments[10]) == [])
        #expect(client.transactions.droppedCounts == [.outOfOrder: 1, .unasked: 1])
    }

    @Test("do not begin in the middle")
    func middle() throws {
        var (client, segments) = try begin()
        #expect(client.receive(segments[1]) == [])
        #expect(client.transactions.droppedCounts == [.outOfOrder: 1])
        #expect(client.receive(segments[0]) == Long.ack(0, window: 4))
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
        #expect(client.receive(segments[2]) == [])
        for segment in Long.segments(92, invokeID: 101, window: 4).dropLast() {
            _ = client.receive(segment)
        }
        let last = Long.segments(92, invokeID: 101, window: 4)[10]
        #expect(Client.outcomes(of: client.receive(last)) == [.reply(Long.reply(92))])
    }

    @Test("that stop each time end with their tries counted")
    func stoppedForGood() throws {
        var (client, _) = try begin()
        for invokeID: UInt8 in 100...102 {
            _ = client.receive(Long.segments(92, invokeID: invokeID, window: 4)[0])
            #expect(Client.request(in: try client.wait())?.invokeID == invokeID + 1)
        }
        _ = client.receive(Long.segments(92, invokeID: 103, window: 4)[0])
        #expect(
            Client.outcomes(of: try client.wait()) == [.timedOut(tries: 4, lastDropped: nil)])
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
        let segments = Long.segments(92, invokeID: pdu.invokeID, window: 16)
        for segment in segments { #expect(Client.outcomes(of: client.receive(segment)) == []) }
        #expect(client.transactions.droppedCounts == [.otherContent: 1])
        #expect(Client.request(in: try client.wait()) == pdu)
    }

    @Test("are broken off when their question is given up")
    func cancelled() throws {
        var client = Client()
        let asked = try client.transactions.ask(Long.request, of: Client.peer, at: .zero)
        _ = client.receive(Long.segments(92, invokeID: 100, window: 4)[0])
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

@Suite("Replies in segments, sent") struct ReplySenderTests {
    private func request(
        size: APDUSize = .octets50, accepts: Bool = true, limit: SegmentLimit = .segments64
    ) -> RequestPDU {
        RequestPDU(
            invokeID: 100, service: .readProperty, acceptsSegmentedReply: accepts,
            segmentLimit: limit, replySize: size, octets: Long.request.encoded)
    }

    @Test("go whole where they fit to the octet")
    func whole() {
        let reply = Long.reply(6)
        #expect(reply.encoded.count == 39)
        var sender = ReplySender(reply, to: request())
        let whole = ReplyPDU(invokeID: 100, service: .readProperty, octets: reply.encoded)
        #expect(sender.start(at: .zero) == [.complexAck(whole)])
        #expect(sender.isFinished)
        for count in 7...9 {
            var sender = ReplySender(Long.reply(count), to: request())
            let first = sender.start(at: .zero)
            let octets = Long.reply(count).encoded.count + 3
            #expect(sender.isFinished == (octets <= 50))
            #expect(first[0].encoded.count == min(octets, 50))
        }
    }

    @Test("are refused where the other side takes no segments, or not so many")
    func refused() {
        func first(_ request: RequestPDU, _ limits: ReplySender.Limits = .init()) -> [APDU] {
            var sender = ReplySender(Long.reply(92), to: request, limits: limits)
            defer { #expect(sender.isFinished) }
            return sender.start(at: .zero)
        }
        let none = APDU.abort(invokeID: 100, .segmentationNotSupported, byServer: true)
        let many = APDU.abort(invokeID: 100, .bufferOverflow, byServer: true)
        #expect(first(request(accepts: false)) == [none])
        #expect(first(request(), .init(sendsSegments: false)) == [none])
        #expect(first(request(limit: .segments8)) == [many])
        #expect(first(request(), .init(segmentCountMax: 10)) == [many])
    }

    @Test("are sent again when nothing comes back, and given up in the end")
    func silence() {
        var sender = ReplySender(Long.reply(92), to: request())
        let first = sender.start(at: .zero)
        #expect(first.count == 1)
        #expect(sender.passTime(to: .seconds(1)) == [])
        for seconds in [2, 4, 6] { #expect(sender.passTime(to: .seconds(seconds)) == first) }
        #expect(sender.passTime(to: .seconds(8)) == [] && sender.isFinished)
    }

    @Test("stop when the other side breaks off")
    func aborted() {
        var sender = ReplySender(Long.reply(92), to: request())
        _ = sender.start(at: .zero)
        sender.receiveAbort()
        #expect(sender.isFinished && sender.passTime(to: .seconds(9)) == [])
    }

    @Test("move on behind what was acknowledged, and not for what was not")
    func acknowledgements() {
        var sender = ReplySender(Long.reply(92), to: request(), limits: .init(window: 4))
        func ack(_ number: UInt8, window: UInt8 = 4, _ isNegative: Bool = false) -> SegmentAck {
            SegmentAck(
                invokeID: 100, sequenceNumber: number, window: window, isNegative: isNegative)
        }
        func numbers(_ apdus: [APDU]) -> [UInt8] {
            apdus.compactMap {
                if case .complexAck(let pdu) = $0 { pdu.segment?.sequenceNumber } else { nil }
            }
        }
        #expect(numbers(sender.start(at: .zero)) == [0])
        for number: UInt8 in [1, 3, 255] {
            #expect(numbers(sender.receive(ack(number), at: .zero)) == [])
        }
        #expect(numbers(sender.receive(ack(0), at: .zero)) == [1, 2, 3, 4])
        #expect(numbers(sender.receive(ack(0), at: .zero)) == [])
        #expect(numbers(sender.receive(ack(0, true), at: .zero)) == [1, 2, 3, 4])
        #expect(numbers(sender.receive(ack(2, true), at: .zero)) == [3, 4, 5, 6])
        #expect(numbers(sender.receive(ack(6, window: 2), at: .zero)) == [7, 8])
        #expect(numbers(sender.receive(ack(8, window: 100), at: .zero)) == [9, 10])
        var other = ack(10)
        other.invokeID = 101
        #expect(sender.receive(other, at: .zero) == [] && !sender.isFinished)
        other = ack(10)
        other.byServer = true
        #expect(sender.receive(other, at: .zero) == [] && !sender.isFinished)
        #expect(sender.receive(ack(10), at: .zero) == [] && sender.isFinished)
    }

    @Test("arrive whole over a network that loses, repeats and disorders", arguments: 0..<200)
    func lossy(run: Int) throws {
        var random = SplitMix64(seed: UInt64(run))
        let count = [8, 92, 560].randomElement(using: &random) ?? 8
        let windows: [UInt8] = [1, 2, 5, 16, 127]
        var client = Client(
            limits: TransactionLimits(
                windowMax: windows.randomElement(using: &random) ?? 1, replySize: .octets50))
        var question = try client.ask(Long.request, patience: Patience(retryCount: 30))
        let limits = ReplySender.Limits(
            window: windows.randomElement(using: &random) ?? 1, retryCount: 10)
        var sender = ReplySender(Long.reply(count), to: question, limits: limits)
        var toClient = sender.start(at: .zero)
        var outcomes: [TransactionOutcome] = []
        for _ in 0..<20_000 where outcomes.isEmpty {
            var actions: [TransactionAction] = []
            if toClient.isEmpty {
                let deadlines = [client.transactions.nextDeadline, sender.deadline]
                client.now = max(client.now, try #require(deadlines.compactMap(\.self).min()))
                actions = client.transactions.passTime(to: client.now)
                toClient += sender.passTime(to: client.now)
            } else {
                let index =
                    random.once(in: 12) ? Int.random(in: toClient.indices, using: &random) : 0
                let apdu = toClient.remove(at: index)
                if random.once(in: 10) { continue }
                if random.once(in: 20) { toClient.append(apdu) }
                actions = client.receive(apdu)
            }
            outcomes += Client.outcomes(of: actions)
            if let again = Client.request(in: actions), !random.once(in: 10) {
                question = again
                sender = ReplySender(Long.reply(count), to: question, limits: limits)
                toClient += sender.start(at: client.now)
            }
            for case .segmentAck(let ack) in Client.sent(in: actions) where !random.once(in: 10) {
                toClient += sender.receive(ack, at: client.now)
            }
        }
        #expect(outcomes == [.reply(Long.reply(count))], "seed \(run)")
    }
}
