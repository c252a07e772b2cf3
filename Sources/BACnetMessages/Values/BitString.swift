/// A string of bits, first bit first.
public struct BitString: Hashable, Sendable {
    /// Eight bits an octet, the first in the top bit; unused bits at the end are clear.
    public let octets: [UInt8]
    public let count: Int

    public init(_ bits: [Bool]) {
        var octets = [UInt8](repeating: 0, count: (bits.count + 7) / 8)
        for (index, bit) in bits.enumerated() where bit {
            octets[index / 8] |= 0x80 >> UInt8(index % 8)
        }
        self.octets = octets
        count = bits.count
    }

    /// The bit at `index`, or false behind the end: later editions of the standard append bits.
    public subscript(index: Int) -> Bool {
        guard index >= 0, index < count else { return false }
        return octets[index / 8] & (0x80 >> UInt8(index % 8)) != 0
    }

    /// - Parameter content: the number of unused bits at the end, then the octets.
    init(content: [UInt8], offset: Int) throws(MessageError) {
        guard let unused = content.first else {
            throw .truncated(offset: offset, found: 0, expected: 1)
        }
        guard unused < 8, unused == 0 || content.count > 1 else {
            throw .malformed(
                offset: offset,
                found: "\(unused) unused bits of \(content.count - 1) octets",
                expected: "fewer than there are bits, and fewer than 8")
        }
        var octets = Array(content.dropFirst())
        if let last = octets.indices.last { octets[last] &= 0xFF << unused }
        self.octets = octets
        count = octets.count * 8 - Int(unused)
    }

    var content: [UInt8] { [UInt8(octets.count * 8 - count)] + octets }
}

extension BitString: CustomStringConvertible {
    public var description: String {
        String((0..<count).map { self[$0] ? "1" : "0" })
    }
}

/// The four flags that nearly every object with a present value has.
public struct StatusFlags: Hashable, Sendable {
    public var inAlarm: Bool
    public var fault: Bool
    public var overridden: Bool
    public var outOfService: Bool

    public init(
        inAlarm: Bool = false, fault: Bool = false, overridden: Bool = false,
        outOfService: Bool = false
    ) {
        self.inAlarm = inAlarm
        self.fault = fault
        self.overridden = overridden
        self.outOfService = outOfService
    }

    /// Bits that a short string leaves out are clear.
    public init(_ bits: BitString) {
        self.init(
            inAlarm: bits[0], fault: bits[1], overridden: bits[2], outOfService: bits[3])
    }

    public var bits: BitString { BitString([inAlarm, fault, overridden, outOfService]) }
}
