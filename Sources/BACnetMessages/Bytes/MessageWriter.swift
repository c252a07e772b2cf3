/// Collects the octets of a message.
public struct MessageWriter: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    public mutating func append(_ octet: UInt8) { bytes.append(octet) }

    public mutating func append(_ octets: [UInt8]) { bytes.append(contentsOf: octets) }

    /// Two octets, most significant first.
    public mutating func append(pair: UInt16) {
        bytes.append(UInt8(pair >> 8))
        bytes.append(UInt8(pair & 0xFF))
    }

    /// The last so many octets of an integer, most significant first.
    public mutating func append(_ value: UInt64, octetCount: Int) {
        for index in (0..<octetCount).reversed() {
            bytes.append(UInt8(value >> (8 * index) & 0xFF))
        }
    }
}
