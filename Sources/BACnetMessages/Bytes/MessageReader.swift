/// Reads a message front to back; every step is checked against what is left.
///
/// A value: a copy looks ahead without moving the original.
public struct MessageReader: Sendable {
    private let bytes: [UInt8]
    private var elementCount = 0
    /// Octets consumed.
    public private(set) var offset = 0

    public init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Octets not read yet.
    public var remaining: Int { bytes.count - offset }

    public var isAtEnd: Bool { offset == bytes.count }

    /// The next octet.
    public mutating func octet() throws(MessageError) -> UInt8 {
        guard offset < bytes.count else {
            throw .truncated(offset: offset, found: 0, expected: 1)
        }
        defer { offset += 1 }
        return bytes[offset]
    }

    /// Two octets, most significant first.
    public mutating func octetPair() throws(MessageError) -> UInt16 {
        try need(2)
        defer { offset += 2 }
        return UInt16(bytes[offset]) << 8 | UInt16(bytes[offset + 1])
    }

    /// So many octets as they stand.
    public mutating func octets(_ count: Int) throws(MessageError) -> [UInt8] {
        try need(count)
        defer { offset += count }
        return Array(bytes[offset..<offset + count])
    }

    /// Steps over so many octets.
    public mutating func skip(_ count: Int) throws(MessageError) {
        try need(count)
        offset += count
    }

    /// All octets up to the end.
    public mutating func rest() -> [UInt8] {
        defer { offset = bytes.count }
        return Array(bytes[offset...])
    }

    /// An unsigned integer of up to eight octets; leading zero octets are tolerated.
    public mutating func unsigned(octetCount: Int) throws(MessageError) -> UInt64 {
        guard (1...8).contains(octetCount) else {
            throw .malformed(
                offset: offset, found: "an integer of \(octetCount) octets", expected: "1 to 8")
        }
        try need(octetCount)
        var value: UInt64 = 0
        for index in offset..<offset + octetCount { value = value << 8 | UInt64(bytes[index]) }
        offset += octetCount
        return value
    }

    /// Counts one more value, item or result against ``MessageLimits/elementCountMax``.
    public mutating func countElement() throws(MessageError) {
        elementCount += 1
        guard elementCount <= MessageLimits.elementCountMax else {
            throw .limitExceeded(
                offset: offset, found: elementCount, expected: MessageLimits.elementCountMax)
        }
    }

    /// Nothing may be left.
    public func finish() throws(MessageError) {
        guard isAtEnd else {
            throw .malformed(offset: offset, found: "\(remaining) more octets", expected: "the end")
        }
    }

    private func need(_ count: Int) throws(MessageError) {
        guard count >= 0, count <= remaining else {
            throw .truncated(offset: offset, found: remaining, expected: count)
        }
    }
}
