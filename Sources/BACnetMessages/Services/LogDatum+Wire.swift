/// The context numbers under which the two kinds of log record put their data: the same kinds, but
/// numbered differently.
enum LogDatumChoices {
    case logRecord
    case logMultipleRecord

    enum Kind: UInt8 {
        case status = 0
        case boolean = 1
        case real = 2
        case enumerated = 3
        case unsigned = 4
        case signed = 5
        case bits = 6
        case null = 7
        case failure = 8
        case timeChange = 9
        case any = 10
    }

    /// A value of a record of several begins with Boolean at 0, and has neither status nor time
    /// change, which stand beside the values there.
    func kind(of number: UInt8) -> Kind? {
        switch self {
        case .logRecord: Kind(rawValue: number)
        case .logMultipleRecord:
            number == 8 ? .any : number < 8 ? Kind(rawValue: number + 1) : nil
        }
    }

    func number(of kind: Kind) -> UInt8 {
        switch self {
        case .logRecord: kind.rawValue
        case .logMultipleRecord: kind == .any ? 8 : kind.rawValue - 1
        }
    }
}

extension LogDatum {
    init(
        from reader: inout MessageReader, choices: LogDatumChoices
    ) throws(MessageError) {
        let start = reader.offset
        guard let tag = try reader.nextTag() else {
            throw .truncated(offset: start, found: 0, expected: 1)
        }
        guard tag.kind == .context || tag.kind == .opening,
            let kind = choices.kind(of: tag.number)
        else {
            throw .malformed(offset: start, found: "\(tag)", expected: "a log datum")
        }
        switch kind {
        case .failure:
            try reader.open(tag.number)
            self = .failure(try ErrorReply(from: &reader))
            try reader.close(tag.number)
        case .any: self = .any(try reader.values(inside: tag.number))
        default:
            let length = try reader.primitive(.context, tag.number)
            self = try LogDatum(primitive: kind, octetCount: length, from: &reader)
        }
    }

    private init(
        primitive kind: LogDatumChoices.Kind, octetCount: Int, from reader: inout MessageReader
    ) throws(MessageError) {
        switch kind {
        case .status: self = .status(LogStatus(try reader.bits(octetCount: octetCount)))
        case .boolean:
            try reader.expect(octetCount: octetCount, 1, "a Boolean")
            self = .boolean(try reader.octet() != 0)
        case .real: self = .real(try reader.real(octetCount: octetCount))
        case .enumerated: self = .enumerated(try reader.unsigned32(octetCount: octetCount))
        case .unsigned: self = .unsigned(try reader.unsigned(octetCount: octetCount))
        case .signed: self = .signed(try reader.signed(octetCount: octetCount))
        case .bits: self = .bits(try reader.bits(octetCount: octetCount))
        case .timeChange: self = .timeChange(try reader.real(octetCount: octetCount))
        case .null, .failure, .any:
            try reader.expect(octetCount: octetCount, 0, "Null")
            self = .null
        }
    }

    /// `nil` for what stands in place of a whole record.
    private var kind: LogDatumChoices.Kind? {
        switch self {
        case .status: .status
        case .boolean: .boolean
        case .real: .real
        case .enumerated: .enumerated
        case .unsigned: .unsigned
        case .signed: .signed
        case .bits: .bits
        case .null: .null
        case .failure: .failure
        case .timeChange: .timeChange
        case .any: .any
        case .unreadable: nil
        }
    }

    func encode(into writer: inout MessageWriter, choices: LogDatumChoices) {
        guard let kind else {
            preconditionFailure("an unreadable record has no datum of its own")
        }
        precondition(
            choices == .logRecord || (kind != .status && kind != .timeChange),
            "a record of several has its status and time changes beside the values")
        let number = choices.number(of: kind)
        switch self {
        case .status(let status):
            writer.append(.context, number, octets: status.bits.content)
        case .boolean(let value): writer.append(context: number, boolean: value)
        case .real(let value), .timeChange(let value):
            writer.append(.context, number, real: value)
        case .enumerated(let value): writer.append(context: number, value)
        case .unsigned(let value): writer.append(.context, number, unsigned: value)
        case .signed(let value): writer.append(.context, number, signed: value)
        case .bits(let bits): writer.append(.context, number, octets: bits.content)
        case .null: writer.append(Tag(.context, number))
        case .failure(let error):
            writer.open(number)
            error.encode(into: &writer)
            writer.close(number)
        case .any(let values): writer.append(inside: number, values)
        case .unreadable: break
        }
    }
}
