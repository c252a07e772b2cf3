import BACnetMessages

/// Reads a datagram through every layer as far as it goes.
///
/// What decodes must encode, and what that gives must decode to the same again: the second encoding
/// is compared with the first, since NaN is not equal to itself.
///
/// - Returns: how many layers could be read; -1 where a second encoding differs from the first.
func walk(_ datagram: [UInt8]) -> Int {
    guard let link = try? BVLCMessage(decoding: datagram) else { return 0 }
    guard link.encoded == datagram else { return -1 }
    guard let octets = link.npdu, let network = try? NPDU(decoding: octets) else { return 1 }
    guard (try? NPDU(decoding: network.encoded)) == network else { return -1 }
    guard case .apdu(let apdu) = network.content,
        case .message(let message)? = try? ReceivedAPDU(decoding: apdu)
    else { return 2 }
    let again = message.encoded
    // What was made of so many octets takes no more than a few times as many.
    guard again.count <= 4 * apdu.count + 16 else { return -1 }
    guard case .message(let second)? = try? ReceivedAPDU(decoding: again), second.encoded == again
    else { return -1 }
    return walk(message)
}

private func walk(_ message: APDU) -> Int {
    switch message {
    case .confirmedRequest(let pdu):
        guard let request = try? ConfirmedRequest(pdu.service, decoding: pdu.octets) else {
            return 3
        }
        let again = request.encoded
        let second = try? ConfirmedRequest(pdu.service, decoding: again)
        return second?.encoded == again ? 4 : -1
    case .complexAck(let pdu):
        guard let reply = try? ConfirmedReply(pdu.service, decoding: pdu.octets) else { return 3 }
        let again = reply.encoded
        guard let second = try? ConfirmedReply(pdu.service, decoding: again),
            second.encoded == again
        else { return -1 }
        return walk(reply)
    default: return 4
    }
}

private func walk(_ reply: ConfirmedReply) -> Int {
    switch reply {
    case .readRange(let ack):
        _ = try? ack.values()
        if let records = try? ack.logMultipleRecords(), records.count != ack.itemCount { return -1 }
        guard let records = try? ack.logRecords() else { return 4 }
        return records.count == ack.itemCount ? 5 : -1
    case .readProperty(let ack):
        for case .characters(let text) in ack.values { _ = try? text.text() }
        return 5
    case .readPropertyMultiple: return 5
    }
}
