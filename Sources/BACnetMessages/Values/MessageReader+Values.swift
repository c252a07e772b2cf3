extension MessageReader {
    mutating func applicationBoolean(content: Int) throws(MessageError) -> TaggedValue {
        guard content <= 1 else {
            throw .malformed(offset: offset, found: "Boolean \(content)", expected: "0 or 1")
        }
        return .boolean(content == 1)
    }

    /// Devices exist that leave out the character set of an empty text.
    mutating func characters(octetCount: Int) throws(MessageError) -> CharacterString {
        guard octetCount > 0 else { return CharacterString("") }
        let content = try string(octetCount: octetCount)
        return CharacterString(
            characterSet: CharacterSet(rawValue: content[0]), octets: Array(content.dropFirst()))
    }

    mutating func bits(octetCount: Int) throws(MessageError) -> BitString {
        let start = offset
        return try BitString(content: try string(octetCount: octetCount), offset: start)
    }

    mutating func date(octetCount: Int) throws(MessageError) -> BACnetDate {
        try expect(octetCount: octetCount, 4, "a date")
        let content = try octets(4)
        return BACnetDate(
            yearSince1900: content[0], month: content[1], day: content[2], weekday: content[3])
    }

    mutating func time(octetCount: Int) throws(MessageError) -> BACnetTime {
        try expect(octetCount: octetCount, 4, "a time")
        let content = try octets(4)
        return BACnetTime(
            hour: content[0], minute: content[1], second: content[2], hundredths: content[3])
    }
}

extension BACnetDateTime: WireForm {
    /// Reads an application date and an application time.
    public init(from reader: inout MessageReader) throws(MessageError) {
        date = try reader.date(
            octetCount: reader.primitive(.application, TaggedValue.Number.date))
        time = try reader.time(
            octetCount: reader.primitive(.application, TaggedValue.Number.time))
    }

    public func encode(into writer: inout MessageWriter) {
        writer.append(.application, TaggedValue.Number.date, octets: date.content)
        writer.append(.application, TaggedValue.Number.time, octets: time.content)
    }
}

extension BACnetDate {
    var content: [UInt8] { [yearSince1900, month, day, weekday] }
}

extension BACnetTime {
    var content: [UInt8] { [hour, minute, second, hundredths] }
}

extension CharacterString {
    var content: [UInt8] { [characterSet.rawValue] + octets }
}
