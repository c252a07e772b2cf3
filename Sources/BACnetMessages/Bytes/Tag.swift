/// What stands in front of every value (clause 20.2.1).
///
/// ```
/// bits 7…4  tag number; 15: the number is in the next octet
/// bit  3    class: 0 application, 1 context
/// bits 2…0  length of the content; 5: the length follows; of a context tag 6 opens and 7 closes
/// ```
public struct Tag: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        case application, context, opening, closing
    }

    public var kind: Kind
    public var number: UInt8
    /// Octets of the content. Of an application Boolean, which has none, the value.
    public var length: Int

    public init(_ kind: Kind, _ number: UInt8, length: Int = 0) {
        self.kind = kind
        self.number = number
        self.length = length
    }
}

extension Tag: CustomStringConvertible {
    public var description: String {
        switch kind {
        case .application: "application tag \(number) of length \(length)"
        case .context: "context tag \(number) of length \(length)"
        case .opening: "opening tag \(number)"
        case .closing: "closing tag \(number)"
        }
    }
}

extension MessageReader {
    /// The next tag, with the extended forms of number and length.
    public mutating func tag() throws(MessageError) -> Tag {
        let start = offset
        let first = try octet()
        var number = first >> 4
        if number == 15 {
            number = try octet()
            guard (15...254).contains(number) else {
                throw .malformed(
                    offset: start, found: "extended tag number \(number)", expected: "15 to 254")
            }
        }
        let isContext = first & 0x08 != 0
        switch (first & 0x07, isContext) {
        case (6, true): return Tag(.opening, number)
        case (7, true): return Tag(.closing, number)
        case (6, false), (7, false):
            throw .malformed(
                offset: start, found: "length \(first & 0x07) of application tag \(number)",
                expected: "0 to 5")
        case (5, _):
            return Tag(isContext ? .context : .application, number, length: try extendedLength())
        case (let length, _):
            return Tag(isContext ? .context : .application, number, length: Int(length))
        }
    }

    private mutating func extendedLength() throws(MessageError) -> Int {
        switch try octet() {
        case 254: Int(try octetPair())
        case 255: Int(try unsigned(octetCount: 4))
        case let length: Int(length)
        }
    }

    /// The next tag without moving, or `nil` at the end.
    public func nextTag() throws(MessageError) -> Tag? {
        guard !isAtEnd else { return nil }
        var ahead = self
        return try ahead.tag()
    }

    /// True if a primitive of this context number comes next.
    public func isNext(context number: UInt8) throws(MessageError) -> Bool {
        guard let next = try nextTag() else { return false }
        return next.kind == .context && next.number == number
    }

    /// True if this opening tag comes next.
    public func isNext(opening number: UInt8) throws(MessageError) -> Bool {
        try nextTag() == Tag(.opening, number)
    }

    /// True if this closing tag comes next.
    public func isNext(closing number: UInt8) throws(MessageError) -> Bool {
        try nextTag() == Tag(.closing, number)
    }

    /// Steps over this opening tag.
    public mutating func open(_ number: UInt8) throws(MessageError) {
        try expect(Tag(.opening, number))
    }

    /// Steps over this closing tag.
    public mutating func close(_ number: UInt8) throws(MessageError) {
        try expect(Tag(.closing, number))
    }

    private mutating func expect(_ expected: Tag) throws(MessageError) {
        let start = offset
        let found = try tag()
        guard found == expected else {
            throw .malformed(offset: start, found: "\(found)", expected: "\(expected)")
        }
    }

    /// Steps over the tag of a primitive and gives the length of its content.
    mutating func primitive(
        _ kind: Tag.Kind, _ number: UInt8
    ) throws(MessageError) -> Int {
        let start = offset
        let found = try tag()
        guard found.kind == kind, found.number == number else {
            throw .malformed(
                offset: start, found: "\(found)",
                expected: kind == .context ? "context tag \(number)" : "application tag \(number)")
        }
        return found.length
    }
}

extension MessageWriter {
    /// Writes a tag in its shortest form.
    public mutating func append(_ tag: Tag) {
        let number = min(tag.number, 15) << 4
        let content: UInt8 =
            switch tag.kind {
            case .opening: 0x08 | 6
            case .closing: 0x08 | 7
            case .context: 0x08 | UInt8(min(tag.length, 5))
            case .application: UInt8(min(tag.length, 5))
            }
        append(number | content)
        if tag.number >= 15 { append(tag.number) }
        if tag.kind == .application || tag.kind == .context { append(extended: tag.length) }
    }

    private mutating func append(extended length: Int) {
        switch length {
        case ..<5: break
        case ..<254: append(UInt8(length))
        case ..<65_536:
            append(254)
            append(pair: UInt16(length))
        default:
            append(255)
            append(UInt64(length), octetCount: 4)
        }
    }

    public mutating func open(_ number: UInt8) { append(Tag(.opening, number)) }

    public mutating func close(_ number: UInt8) { append(Tag(.closing, number)) }
}
