/// A value as its tag says it is, whatever the property was expected to hold.
///
/// Devices put Null into a present value and Enumerated where Unsigned is due; the tag found is
/// what counts. What only a property's definition could explain, a context tag, is kept as octets
/// under its number, and so is everything inside opening and closing tags.
public indirect enum TaggedValue: Hashable, Sendable {
    case null
    case boolean(Bool)
    case unsigned(UInt64)
    case signed(Int64)
    /// As it came; NaN and infinities do come.
    case real(Float)
    case double(Double)
    case octets([UInt8])
    case characters(CharacterString)
    case bits(BitString)
    case enumerated(UInt32)
    case date(BACnetDate)
    case time(BACnetTime)
    case object(ObjectIdentifier)
    /// An application tag that the standard reserves (13, 14 and above), with its content.
    case reserved(tag: UInt8, octets: [UInt8])
    /// Content that its own application tag cannot have: a real of three octets, a bit string with
    /// more unused bits than bits, a string longer than ``MessageLimits/stringOctetCountMax``. Where
    /// the next value begins is known all the same, so that one bad value does not cost the others.
    case malformed(tag: UInt8, octets: [UInt8])
    /// A primitive under a context tag.
    case context(tag: UInt8, octets: [UInt8])
    /// What stands between an opening and a closing tag.
    case constructed(tag: UInt8, [TaggedValue])
}

extension TaggedValue {
    /// Application tag numbers (clause 20.2.1.4).
    enum Number {
        static let null: UInt8 = 0
        static let boolean: UInt8 = 1
        static let unsigned: UInt8 = 2
        static let signed: UInt8 = 3
        static let real: UInt8 = 4
        static let double: UInt8 = 5
        static let octets: UInt8 = 6
        static let characters: UInt8 = 7
        static let bits: UInt8 = 8
        static let enumerated: UInt8 = 9
        static let date: UInt8 = 10
        static let time: UInt8 = 11
        static let object: UInt8 = 12
    }
}

extension TaggedValue: WireForm {
    public init(from reader: inout MessageReader) throws(MessageError) {
        let start = reader.offset
        try self.init(behind: try reader.tag(), at: start, from: &reader, depth: 0)
    }

    public func encode(into writer: inout MessageWriter) {
        switch self {
        case .null: writer.append(Tag(.application, Number.null))
        case .boolean(let value):
            writer.append(Tag(.application, Number.boolean, length: value ? 1 : 0))
        case .unsigned(let value):
            writer.append(.application, Number.unsigned, unsigned: value)
        case .signed(let value): writer.append(.application, Number.signed, signed: value)
        case .real(let value): writer.append(.application, Number.real, real: value)
        case .double(let value):
            writer.append(Tag(.application, Number.double, length: 8))
            writer.append(value.bitPattern, octetCount: 8)
        case .octets(let octets): writer.append(.application, Number.octets, octets: octets)
        case .characters(let text):
            writer.append(.application, Number.characters, octets: text.content)
        case .bits(let bits): writer.append(.application, Number.bits, octets: bits.content)
        case .enumerated(let value):
            writer.append(.application, Number.enumerated, unsigned: UInt64(value))
        case .date(let date): writer.append(.application, Number.date, octets: date.content)
        case .time(let time): writer.append(.application, Number.time, octets: time.content)
        case .object(let object): writer.append(.application, Number.object, object: object)
        case .reserved(let tag, let octets), .malformed(let tag, let octets):
            writer.append(.application, tag, octets: octets)
        case .context(let tag, let octets): writer.append(.context, tag, octets: octets)
        case .constructed(let tag, let values):
            writer.open(tag)
            writer.append(values)
            writer.close(tag)
        }
    }
}

extension TaggedValue {
    fileprivate init(
        behind tag: Tag, at start: Int, from reader: inout MessageReader, depth: Int
    ) throws(MessageError) {
        try reader.countElement()
        switch tag.kind {
        case .application: self = try TaggedValue(applicationTag: tag, from: &reader)
        case .context:
            self = .context(tag: tag.number, octets: try reader.octets(tag.length))
        case .opening:
            guard depth < MessageLimits.nestingDepthMax else {
                throw .limitExceeded(
                    offset: start, found: depth + 1, expected: MessageLimits.nestingDepthMax)
            }
            let values = try reader.values(untilClosing: tag.number, depth: depth + 1)
            self = .constructed(tag: tag.number, values)
        case .closing:
            throw .malformed(offset: start, found: "\(tag)", expected: "a value")
        }
    }

    /// A Boolean has its value where the others have their length: one that is neither true nor
    /// false does not say where it ends, and is an error.
    private init(applicationTag tag: Tag, from reader: inout MessageReader) throws(MessageError) {
        guard tag.number != Number.boolean else {
            self = try reader.applicationBoolean(content: tag.length)
            return
        }
        var content = reader
        try reader.skip(tag.length)
        do throws(MessageError) {
            self = try TaggedValue(number: tag.number, octetCount: tag.length, from: content)
        } catch {
            self = .malformed(tag: tag.number, octets: try content.octets(tag.length))
        }
    }

    private init(
        number: UInt8, octetCount length: Int, from reader: MessageReader
    ) throws(MessageError) {
        var reader = reader
        switch number {
        case Number.null:
            try reader.expect(octetCount: length, 0, "Null")
            self = .null
        case Number.unsigned: self = .unsigned(try reader.unsigned(octetCount: length))
        case Number.signed: self = .signed(try reader.signed(octetCount: length))
        case Number.real: self = .real(try reader.real(octetCount: length))
        case Number.double: self = .double(try reader.double(octetCount: length))
        case Number.octets: self = .octets(try reader.string(octetCount: length))
        case Number.characters:
            self = .characters(try reader.characters(octetCount: length))
        case Number.bits: self = .bits(try reader.bits(octetCount: length))
        case Number.enumerated: self = .enumerated(try reader.unsigned32(octetCount: length))
        case Number.date: self = .date(try reader.date(octetCount: length))
        case Number.time: self = .time(try reader.time(octetCount: length))
        case Number.object: self = .object(try reader.object(octetCount: length))
        default: self = .reserved(tag: number, octets: try reader.octets(length))
        }
    }
}

extension MessageReader {
    /// The values up to this closing tag, which is stepped over.
    mutating func values(
        untilClosing number: UInt8, depth: Int = 0
    ) throws(MessageError) -> [TaggedValue] {
        var values: [TaggedValue] = []
        while true {
            let start = offset
            let tag = try tag()
            if tag == Tag(.closing, number) { return values }
            values.append(
                try TaggedValue(behind: tag, at: start, from: &self, depth: depth))
        }
    }

    /// The values inside this opening and closing tag.
    mutating func values(inside number: UInt8) throws(MessageError) -> [TaggedValue] {
        try open(number)
        return try values(untilClosing: number)
    }
}

extension MessageWriter {
    mutating func append(_ values: [TaggedValue]) {
        for value in values { value.encode(into: &self) }
    }

    mutating func append(inside number: UInt8, _ values: [TaggedValue]) {
        open(number)
        append(values)
        close(number)
    }
}
