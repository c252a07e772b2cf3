import BACnetMessages
import TestSupport
import Testing

/// Damaged datagrams end in an error or a value, never in a trap: these tests pass by reaching
/// their end. `walk` says -1 where a value is not what its own encoding says.
@Suite("Damaged datagrams") struct DamageTests {
    @Test("cut anywhere are refused by the link layer", arguments: Capture.all)
    func truncated(capture: Capture) {
        for length in 0..<capture.bytes.count {
            #expect(walk(Array(capture.bytes.prefix(length))) == 0)
        }
    }

    @Test(
        "cut anywhere, with a length that fits, end in an error or a value", arguments: Capture.all)
    func shortened(capture: Capture) {
        for length in 4..<capture.bytes.count {
            var datagram = Array(capture.bytes.prefix(length))
            fixLength(of: &datagram)
            #expect(walk(datagram) >= 0)
        }
    }

    @Test("with any one bit turned end in an error or a value", arguments: Capture.all)
    func flipped(capture: Capture) {
        var datagram = capture.bytes
        var failed: [Int] = []
        for bit in 0..<datagram.count * 8 {
            datagram[bit / 8] ^= 1 << UInt8(bit % 8)
            if walk(datagram) < 0 { failed.append(bit) }
            datagram[bit / 8] ^= 1 << UInt8(bit % 8)
        }
        #expect(failed == [], "bits of \(capture)")
    }

    @Test("mutated in two hundred thousand ways end in an error or a value", arguments: 0..<8)
    func mutated(part: Int) {
        let seed = UInt64(0xBAC0_0000 + part)
        var random = SplitMix64(seed: seed)
        let seeds = Capture.all.map(\.bytes).filter { $0.count < 200 }
        var reached = [Int](repeating: 0, count: 6)
        for round in 0..<25_000 {
            let datagram = mutation(of: seeds, using: &random)
            let layers = walk(datagram)
            #expect(layers >= 0, "seed \(seed), round \(round): \(datagram)")
            reached[max(0, layers)] += 1
        }
        // A fuzzer that is stopped at the door tests the door.
        #expect(reached[3...].reduce(0, +) > 10_000)
    }

    @Test(
        "of one octet over and over become no more values than octets",
        arguments: UInt8.min ... .max)
    func repeated(octet: UInt8) throws {
        let target = ObjectProperty(ObjectIdentifier(.device, 1), .objectList)
        let head = ReadPropertyAck(target, values: []).encoded.dropLast()
        let whole =
            head + [UInt8](repeating: octet, count: MessageLimits.replyOctetCountMax - 64) + [0x3F]
        guard let ack = try? ReadPropertyAck(decoding: Array(whole)) else { return }
        #expect(DamageTests.count(ack.values) <= whole.count)
        #expect(ack.encoded.count <= 4 * whole.count)
    }

    private static func count(_ values: [TaggedValue]) -> Int {
        values.reduce(0) { sum, value in
            guard case .constructed(_, let values) = value else { return sum + 1 }
            return sum + 1 + count(values)
        }
    }

    @Test("end no question but with an answer to it", arguments: 0..<4)
    func questions(part: Int) throws {
        let seed = UInt64(0xBAC0_1000 + part)
        var random = SplitMix64(seed: seed)
        let seeds = Capture.all.map(\.bytes).filter { $0.count < 300 }
        var client = ClientTransactions(firstInvokeID: 0)
        var asked: [TransactionID: ConfirmedRequest] = [:]
        var numbers: [TransactionID: UInt8] = [:]
        var replyCount = 0
        for round in 0..<10_000 {
            let now = Duration.milliseconds(round * 10)
            while client.openCount < 16 {
                let request = DamageTests.questions.randomElement(using: &random) ?? Client.read
                guard let question = try? client.ask(request, of: Client.peer, at: now) else {
                    break
                }
                asked[question.id] = request
                numbers[question.id] = Client.request(in: [question.action])?.invokeID
            }
            var actions = client.passTime(to: now)
            let whole = seeds.randomElement(using: &random) ?? []
            let datagram = round % 2 == 0 ? whole : mutation(of: seeds, using: &random)
            if case .apdu(var apdu)? = try? networkMessage(of: datagram)?.content, apdu.count > 2 {
                apdu[apdu[0] >> 4 == 0 ? 2 : 1] =
                    numbers.sorted { $0.value < $1.value }.randomElement(using: &random)?.value ?? 0
                if case .message(let message)? = try? ReceivedAPDU(decoding: apdu) {
                    actions += client.receive(message, from: Client.peer, at: now)
                } else {
                    client.receive(undecodable: apdu, from: Client.peer)
                }
            }
            for case .finish(let id, let outcome, _) in actions {
                let ended = asked.removeValue(forKey: id)
                numbers[id] = nil
                let request = try #require(ended)
                guard case .reply(let reply) = outcome else { continue }
                replyCount += 1
                #expect(request.isAnswered(by: reply), "seed \(seed), round \(round)")
            }
        }
        #expect(asked.count == client.openCount)
        #expect(replyCount > 10, "a fuzzer that never gets through tests the door")
    }

    /// Questions that the captures answer.
    private static let questions: [ConfirmedRequest] = Capture.sound.compactMap { capture in
        guard case .message(.complexAck(let pdu))? = try? applicationMessage(of: capture.bytes),
            let reply = try? ConfirmedReply(pdu.service, decoding: pdu.octets)
        else { return nil }
        return switch reply {
        case .readProperty(let ack): .readProperty(ReadPropertyRequest(ack.target))
        case .readPropertyMultiple(let ack):
            .readPropertyMultiple(ReadPropertyMultipleRequest(targets: ack.targets))
        case .readRange(let ack): .readRange(ReadRangeRequest(ack.target, .all))
        }
    }

    private func mutation(of seeds: [[UInt8]], using random: inout SplitMix64) -> [UInt8] {
        var datagram = seeds[Int.random(in: 0..<seeds.count, using: &random)]
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            // The link header is right most of the time, so that the layers behind it are reached.
            let index = Int.random(in: min(6, datagram.count)...datagram.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0 where index < datagram.count:
                datagram[index] = UInt8.random(in: .min ... .max, using: &random)
            case 1 where index < datagram.count:
                datagram[index] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 2 where index < datagram.count: datagram.remove(at: index)
            case 3:
                datagram.insert(
                    [0, 0x0E, 0x0F, 0xFE, 0xFF, 0x3E].randomElement(using: &random) ?? 0, at: index)
            default:
                let other = seeds[Int.random(in: 0..<seeds.count, using: &random)]
                datagram =
                    datagram[..<index]
                    + other.suffix(Int.random(in: 0...other.count, using: &random))
            }
            if datagram.count < 6 { break }
        }
        if !random.once(in: 20) { fixLength(of: &datagram) }
        return datagram
    }

    private func fixLength(of datagram: inout [UInt8]) {
        guard datagram.count >= 4 else { return }
        datagram[2] = UInt8(datagram.count >> 8)
        datagram[3] = UInt8(datagram.count & 0xFF)
    }
}
