extension MessageWriter {
    /// An unsigned integer behind its tag, in as few octets as hold it.
    mutating func append(_ kind: Tag.Kind, _ number: UInt8, unsigned value: UInt64) {
        let count = max(1, (64 - value.leadingZeroBitCount + 7) / 8)
        append(Tag(kind, number, length: count))
        append(value, octetCount: count)
    }

    /// A two's complement integer behind its tag, in as few octets as hold it and its sign.
    mutating func append(_ kind: Tag.Kind, _ number: UInt8, signed value: Int64) {
        let magnitude = value < 0 ? ~value : value
        let count = (64 - magnitude.leadingZeroBitCount) / 8 + 1
        append(Tag(kind, number, length: count))
        append(UInt64(bitPattern: value), octetCount: count)
    }

    mutating func append(_ kind: Tag.Kind, _ number: UInt8, real value: Float) {
        append(Tag(kind, number, length: 4))
        append(UInt64(value.bitPattern), octetCount: 4)
    }

    mutating func append(_ kind: Tag.Kind, _ number: UInt8, object value: ObjectIdentifier) {
        append(Tag(kind, number, length: 4))
        append(UInt64(value.bits), octetCount: 4)
    }

    mutating func append(_ kind: Tag.Kind, _ number: UInt8, octets: [UInt8]) {
        append(Tag(kind, number, length: octets.count))
        append(octets)
    }

    mutating func append(context number: UInt8, _ value: UInt32) {
        append(.context, number, unsigned: UInt64(value))
    }

    mutating func append(context number: UInt8, ifSet value: UInt32?) {
        if let value { append(context: number, value) }
    }

    mutating func append(context number: UInt8, _ value: ObjectIdentifier) {
        append(.context, number, object: value)
    }

    mutating func append(context number: UInt8, boolean value: Bool) {
        append(.context, number, octets: [value ? 1 : 0])
    }
}
