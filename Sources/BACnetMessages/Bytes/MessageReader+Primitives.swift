extension MessageReader {
    /// An integer that the standard bounds by 32 bits: instance, index, count, enumeration.
    mutating func unsigned32(octetCount: Int) throws(MessageError) -> UInt32 {
        let start = offset
        let value = try unsigned(octetCount: octetCount)
        guard let value = UInt32(exactly: value) else {
            throw .malformed(offset: start, found: "\(value)", expected: "at most \(UInt32.max)")
        }
        return value
    }

    /// A two's complement integer of up to eight octets.
    mutating func signed(octetCount: Int) throws(MessageError) -> Int64 {
        let unused = 64 - 8 * octetCount
        let bits = try unsigned(octetCount: octetCount)
        return Int64(bitPattern: bits << unused) >> unused
    }

    mutating func real(octetCount: Int) throws(MessageError) -> Float {
        try expect(octetCount: octetCount, 4, "a real")
        return Float(bitPattern: UInt32(truncatingIfNeeded: try unsigned(octetCount: 4)))
    }

    mutating func double(octetCount: Int) throws(MessageError) -> Double {
        try expect(octetCount: octetCount, 8, "a double")
        return Double(bitPattern: try unsigned(octetCount: 8))
    }

    mutating func object(octetCount: Int) throws(MessageError) -> ObjectIdentifier {
        try expect(octetCount: octetCount, 4, "an object identifier")
        return ObjectIdentifier(bits: UInt32(truncatingIfNeeded: try unsigned(octetCount: 4)))
    }

    /// The octets of a string, bounded before anything is copied.
    mutating func string(octetCount: Int) throws(MessageError) -> [UInt8] {
        guard octetCount <= MessageLimits.stringOctetCountMax else {
            throw .limitExceeded(
                offset: offset, found: octetCount, expected: MessageLimits.stringOctetCountMax)
        }
        return try octets(octetCount)
    }

    mutating func expect(
        octetCount: Int, _ expected: Int, _ name: StaticString
    ) throws(MessageError) {
        guard octetCount == expected else {
            throw .malformed(
                offset: offset, found: "\(name) of \(octetCount) octets",
                expected: "\(expected) octets")
        }
    }
}

extension MessageReader {
    mutating func unsigned32(context number: UInt8) throws(MessageError) -> UInt32 {
        try unsigned32(octetCount: primitive(.context, number))
    }

    mutating func unsigned32IfNext(context number: UInt8) throws(MessageError) -> UInt32? {
        try isNext(context: number) ? try unsigned32(context: number) : nil
    }

    mutating func object(context number: UInt8) throws(MessageError) -> ObjectIdentifier {
        try object(octetCount: primitive(.context, number))
    }

    /// A context Boolean, which unlike an application one has an octet of content.
    mutating func boolean(context number: UInt8) throws(MessageError) -> Bool {
        let length = try primitive(.context, number)
        try expect(octetCount: length, 1, "a Boolean")
        let start = offset
        switch try octet() {
        case 0: return false
        case 1: return true
        case let other:
            throw .malformed(offset: start, found: "Boolean \(other)", expected: "0 or 1")
        }
    }

    mutating func unsigned32() throws(MessageError) -> UInt32 {
        try unsigned32(octetCount: primitive(.application, TaggedValue.Number.unsigned))
    }

    mutating func signed32() throws(MessageError) -> Int32 {
        let length = try primitive(.application, TaggedValue.Number.signed)
        let start = offset
        let value = try signed(octetCount: length)
        guard let value = Int32(exactly: value) else {
            throw .malformed(offset: start, found: "\(value)", expected: "a 32-bit integer")
        }
        return value
    }

    mutating func enumerated() throws(MessageError) -> UInt32 {
        try unsigned32(octetCount: primitive(.application, TaggedValue.Number.enumerated))
    }

    mutating func object() throws(MessageError) -> ObjectIdentifier {
        try object(octetCount: primitive(.application, TaggedValue.Number.object))
    }
}
