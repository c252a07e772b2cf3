import BACnetMessages
import TimeSeriesModel

/// Values of BACnet as people read them. Texts come from devices: they are data, and harmless on a
/// screen.
enum ValueText {
    static func text(_ values: [TaggedValue]) -> String {
        guard values.count != 1 else { return text(values[0]) }
        let shown = values.prefix(elementCountMax).map(text).joined(separator: ", ")
        return values.count > elementCountMax
            ? "{\(shown), … \(values.count) in all}" : "{\(shown)}"
    }

    /// Of a list so many are written out.
    private static let elementCountMax = 6

    static func text(_ value: TaggedValue) -> String {
        switch value {
        case .null: "null"
        case .boolean(let flag): flag ? "true" : "false"
        case .unsigned(let number): "\(number)"
        case .signed(let number): "\(number)"
        case .real(let real): NumberText.text(Double(shortest: real))
        case .double(let number): NumberText.text(number)
        case .octets(let octets): hex(octets)
        case .characters(let characters): CellProblem.quoted(plain(characters) ?? "?")
        case .bits(let bits): "bits \(bits)"
        case .enumerated(let number): "enumerated \(number)"
        case .date(let date): text(date)
        case .time(let time): text(time)
        case .object(let object): "\(object)"
        case .reserved(let tag, let octets): "tag \(tag) \(hex(octets))"
        case .malformed(let tag, let octets): "malformed, tag \(tag) \(hex(octets))"
        case .context(let tag, let octets): "[\(tag)] \(hex(octets))"
        case .constructed(let tag, let values): "[\(tag)] \(text(values))"
        }
    }

    /// A number as one, anything else as a text.
    static func cell(_ values: [TaggedValue]) -> Cell {
        switch values.count == 1 ? values.first : nil {
        case .real(let real)? where real.isFinite: .number(Double(shortest: real))
        case .double(let number)? where number.isFinite: .number(number)
        case .unsigned(let number)?: .name(Int(clamping: number))
        case .signed(let number)?: .name(Int(clamping: number))
        case .enumerated(let number)?: .name(Int(number))
        case .boolean(let flag)?: .flag(flag)
        default: .text(text(values))
        }
    }

    /// Those that are set; nil where none is.
    static func words(_ flags: StatusFlags) -> String? {
        let words = [
            flags.inAlarm ? "in-alarm" : nil, flags.fault ? "fault" : nil,
            flags.overridden ? "overridden" : nil, flags.outOfService ? "out-of-service" : nil,
        ].compactMap(\.self)
        return words.isEmpty ? nil : words.joined(separator: " ")
    }

    /// A text without what would move a cursor; nil in a character set that is not read.
    static func plain(_ characters: CharacterString) -> String? {
        (try? characters.text()).map(Cell.printable)
    }

    /// `2026-11-24`, an open field as `*`.
    static func text(_ date: BACnetDate) -> String {
        let year =
            date.yearSince1900 == BACnetDate.unspecifiedOctet
            ? "*" : "\(1900 + Int(date.yearSince1900))"
        return "\(year)-\(padded(date.month))-\(padded(date.day))"
    }

    /// `08:05:00.25`, an open field as `*`.
    static func text(_ time: BACnetTime) -> String {
        "\(padded(time.hour)):\(padded(time.minute)):\(padded(time.second)).\(padded(time.hundredths))"
    }

    static func text(_ moment: BACnetDateTime) -> String {
        "\(text(moment.date)) \(text(moment.time))"
    }

    static func hex(_ octets: [UInt8]) -> String {
        octets.isEmpty
            ? "no octets" : octets.map { pair($0) }.joined()
    }

    /// Two hexadecimal digits.
    static func pair(_ octet: UInt8) -> String {
        (octet < 16 ? "0" : "") + String(octet, radix: 16)
    }

    private static func padded(_ octet: UInt8) -> String {
        octet == BACnetDate.unspecifiedOctet ? "*" : (octet < 10 ? "0" : "") + "\(octet)"
    }
}
