import BACnetMessages
import Foundation
import TestSupport

/// One captured datagram of `Tests/Interop/vectors.jsonl`, with what a dissector says of it.
struct Capture: Decodable, Sendable, CustomStringConvertible {
    let n: Int
    let src: String
    let dst: String
    let expect: String
    /// The dissector's line, cut behind 160 characters.
    let tshark: String
    let hex: String

    var bytes: [UInt8] { BACnetMessagesTests.bytes(hex) }
    var isSound: Bool { expect == "ok" }
    var description: String { "capture \(n)" }

    static let all: [Capture] = {
        guard let text = try? readAll(repositoryRoot() + "/Tests/Interop/vectors.jsonl") else {
            return []
        }
        return text.split(separator: "\n").compactMap { line in
            try? JSONDecoder().decode(Capture.self, from: Data(line.utf8))
        }
    }()

    static var sound: [Capture] { all.filter(\.isSound) }
}

/// The octets of hexadecimal digits; spaces are for the reader.
func bytes(_ hex: String) -> [UInt8] {
    let digits = hex.filter { !$0.isWhitespace }.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { index in
        UInt8(digits[index] << 4 | digits[index + 1])
    }
}

/// The network message that a datagram carries.
func networkMessage(of datagram: [UInt8]) throws -> NPDU? {
    try BVLCMessage(decoding: datagram).npdu.map { try NPDU(decoding: $0) }
}

/// The application message that a datagram carries.
func applicationMessage(of datagram: [UInt8]) throws -> ReceivedAPDU? {
    guard case .apdu(let octets)? = try networkMessage(of: datagram)?.content else { return nil }
    return try ReceivedAPDU(decoding: octets)
}

/// Replies that came in segments, put together from the captures.
struct CapturedReplies {
    private var octets: [String: [UInt8]] = [:]
    private var counts: [String: Int] = [:]

    /// The whole reply once its last segment is here; `nil` before, and where the file does not
    /// have all its segments.
    mutating func whole(_ reply: ReplyPDU, of capture: Capture) throws -> ConfirmedReply? {
        guard let segment = reply.segment else {
            return try ConfirmedReply(reply.service, decoding: reply.octets)
        }
        let key = "\(capture.src) \(capture.dst) \(reply.invokeID)"
        let count = segment.sequenceNumber == 0 ? 0 : counts[key] ?? -1
        guard count == Int(segment.sequenceNumber) else { return nil }
        counts[key] = count + 1
        octets[key] = (count == 0 ? [] : octets[key] ?? []) + reply.octets
        guard !segment.moreFollow, let all = octets[key] else { return nil }
        return try ConfirmedReply(reply.service, decoding: all)
    }
}
