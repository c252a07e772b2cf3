import BACnetMessages
import TestSupport
import Testing

@Suite("Replies in segments, sent") struct ReplySenderTests {
    private func request(
        size: APDUSize = .octets50, accepts: Bool = true, limit: SegmentLimit = .segments64
    ) -> RequestPDU {
        RequestPDU(
            invokeID: 100, service: .readProperty, acceptsSegmentedReply: accepts,
            segmentLimit: limit, replySize: size, octets: LongReply.request.encoded)
    }

    @Test("go whole where they fit to the octet")
    func whole() {
        let reply = LongReply.reply(6)
        #expect(reply.encoded.count == 39)
        var sender = ReplySender(reply, to: request())
        let whole = ReplyPDU(invokeID: 100, service: .readProperty, octets: reply.encoded)
        #expect(sender.start(at: .zero) == [.complexAck(whole)])
        #expect(sender.isFinished)
        for count in 7...9 {
            var sender = ReplySender(LongReply.reply(count), to: request())
            let first = sender.start(at: .zero)
            let octets = LongReply.reply(count).encoded.count + 3
            #expect(sender.isFinished == (octets <= 50))
            #expect(first[0].encoded.count == min(octets, 50))
        }
    }

    @Test("are refused where the other side takes no segments, or not so many")
    func refused() {
        func first(_ request: RequestPDU, _ limits: ReplySender.Limits = .init()) -> [APDU] {
            var sender = ReplySender(LongReply.reply(92), to: request, limits: limits)
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
        var sender = ReplySender(LongReply.reply(92), to: request())
        let first = sender.start(at: .zero)
        #expect(first.count == 1)
        #expect(sender.passTime(to: .seconds(1)) == [])
        for seconds in [2, 4, 6] { #expect(sender.passTime(to: .seconds(seconds)) == first) }
        #expect(sender.passTime(to: .seconds(8)) == [] && sender.isFinished)
    }

    @Test("are not sent without end to who asks for the same again and again")
    func insistence() {
        var sender = ReplySender(LongReply.reply(92), to: request())
        _ = sender.start(at: .zero)
        let first = SegmentAck(invokeID: 100, sequenceNumber: 0, window: 127)
        #expect(!sender.receive(first, at: .zero).isEmpty)
        let again = SegmentAck(
            invokeID: 100, sequenceNumber: 0, window: 127, isNegative: true)
        let answered = (1...1_000).count { round in
            !sender.receive(again, at: .milliseconds(round)).isEmpty
        }
        #expect(answered == 3)
        #expect(sender.passTime(to: .seconds(2)) == [] && sender.isFinished)
    }

    @Test("count on behind segment 255")
    func wrap() throws {
        var client = Client(limits: TransactionLimits(segmentCountMax: 400))
        let pdu = try client.ask(LongReply.request)
        var request = request(limit: .more)
        request.invokeID = pdu.invokeID
        var sender = ReplySender(
            LongReply.reply(3_000), to: request, limits: .init(segmentCountMax: 400))
        var segments = sender.start(at: .zero)
        var outcomes: [TransactionOutcome] = []
        while outcomes.isEmpty, let segment = segments.first {
            segments.removeFirst()
            let actions = client.receive(segment)
            outcomes += Client.outcomes(of: actions)
            for case .send(.segmentAck(let ack), _) in actions {
                segments += sender.receive(ack, at: .zero)
            }
        }
        #expect(outcomes == [.reply(LongReply.reply(3_000))] && sender.isFinished)
    }

    @Test("stop when the other side breaks off")
    func aborted() {
        var sender = ReplySender(LongReply.reply(92), to: request())
        _ = sender.start(at: .zero)
        sender.receiveAbort()
        #expect(sender.isFinished && sender.passTime(to: .seconds(9)) == [])
    }

    @Test("move on behind what was acknowledged, and not for what was not")
    func acknowledgements() {
        var sender = ReplySender(LongReply.reply(92), to: request(), limits: .init(window: 4))
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
        var question = try client.ask(LongReply.request, patience: Patience(retryCount: 30))
        let limits = ReplySender.Limits(
            window: windows.randomElement(using: &random) ?? 1, retryCount: 10)
        var sender = ReplySender(LongReply.reply(count), to: question, limits: limits)
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
                sender = ReplySender(LongReply.reply(count), to: question, limits: limits)
                toClient += sender.start(at: client.now)
            }
            for case .segmentAck(let ack) in Client.sent(in: actions) where !random.once(in: 10) {
                toClient += sender.receive(ack, at: client.now)
            }
        }
        #expect(outcomes == [.reply(LongReply.reply(count))], "seed \(run)")
    }
}
