import BACnetMessages
import Testing

@Suite("Captured datagrams") struct CaptureTests {
    @Test("are all there")
    func count() {
        #expect(Capture.all.count == 143)
        #expect(Capture.sound.count == 140)
    }

    @Test("read as the dissector read them")
    func reading() throws {
        var replies = CapturedReplies()
        var asked: [String: ObjectProperty] = [:]
        for capture in Capture.sound {
            let line = try line(of: capture, replies: &replies, asked: &asked)
            let matches =
                capture.tshark.count < 150
                ? line == capture.tshark : line.hasPrefix(capture.tshark)
            #expect(matches, "\(capture): \(line) instead of \(capture.tshark)")
        }
    }

    private func line(
        of capture: Capture, replies: inout CapturedReplies, asked: inout [String: ObjectProperty]
    ) throws -> String {
        let link = try BVLCMessage(decoding: capture.bytes)
        if let line = DissectorLine.line(link) { return line }
        if case .networkMessage(let message)? = try networkMessage(of: capture.bytes)?.content {
            return DissectorLine.line(message)
        }
        switch try applicationMessage(of: capture.bytes) {
        case .message(.unconfirmedRequest(let request)): return DissectorLine.line(request)
        case .message(.confirmedRequest(let pdu)):
            let request = try ConfirmedRequest(pdu.service, decoding: pdu.octets)
            if case .readRange(let range) = request {
                asked["\(capture.dst) \(capture.src) \(pdu.invokeID)"] = range.target
            }
            return DissectorLine.line(pdu, request)
        case .message(.complexAck(let pdu)):
            let reply = try replies.whole(pdu, of: capture)
            // The file has the middle segments of some replies to readRange left out.
            let target =
                asked["\(capture.src) \(capture.dst) \(pdu.invokeID)"]
                ?? ObjectProperty(ObjectIdentifier(.trendLog, 1), .logBuffer)
            return DissectorLine.line(pdu, reply, asked: target)
        case .message(let apdu): return DissectorLine.line(apdu)
        case .timeSynchronization(let time):
            return
                "Unconfirmed-REQ \(time.isUTC ? "utcTimeSynchronization" : "timeSynchronization")"
        case let other: return "\(String(describing: other))"
        }
    }

    @Test("encode back to the same octets, layer by layer", arguments: Capture.sound)
    func roundTrip(capture: Capture) throws {
        let link = try BVLCMessage(decoding: capture.bytes)
        #expect(link.encoded == capture.bytes)
        guard let octets = link.npdu else { return }
        let network = try NPDU(decoding: octets)
        #expect(network.encoded == octets)
        guard case .apdu(let apdu) = network.content else { return }
        // Time synchronization is only heard: there is nothing that could say it.
        guard case .message(let message) = try ReceivedAPDU(decoding: apdu) else {
            #expect(capture.tshark.hasSuffix("imeSynchronization"))
            return
        }
        #expect(message.encoded == apdu)
        if case .confirmedRequest(let pdu) = message {
            let request = try ConfirmedRequest(pdu.service, decoding: pdu.octets)
            #expect(request.service == pdu.service)
            #expect(request.encoded == pdu.octets)
        }
    }

    @Test("encode back to the same content where a reply is whole")
    func replyRoundTrip() throws {
        var replies = CapturedReplies()
        var octets: [String: [UInt8]] = [:]
        var wholeCount = 0
        for capture in Capture.sound {
            guard case .message(.complexAck(let pdu))? = try applicationMessage(of: capture.bytes)
            else { continue }
            let key = "\(capture.src) \(capture.dst) \(pdu.invokeID)"
            let isFirst = pdu.segment.map { $0.sequenceNumber == 0 } ?? true
            octets[key] = (isFirst ? [] : octets[key] ?? []) + pdu.octets
            guard let reply = try replies.whole(pdu, of: capture) else { continue }
            wholeCount += 1
            #expect(reply.service == pdu.service)
            #expect(reply.encoded == octets[key], "\(capture)")
        }
        #expect(wholeCount == 35)
    }

    @Test("that were spoiled on the way are refused", arguments: Capture.all.filter { !$0.isSound })
    func spoiled(capture: Capture) {
        #expect(throws: MessageError.self) {
            guard case .message(.complexAck(let pdu))? = try applicationMessage(of: capture.bytes)
            else { return }
            _ = try ConfirmedReply(pdu.service, decoding: pdu.octets)
        }
    }
}
