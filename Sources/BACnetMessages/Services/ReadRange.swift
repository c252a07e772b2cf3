/// Asks for a part of a list, a trend log's records above all (clause 15.8).
public struct ReadRangeRequest: Hashable, Sendable {
    /// Where to begin and how many items; a negative count means the items up to the reference,
    /// which still come oldest first.
    public enum Range: Hashable, Sendable {
        case all
        /// Counted from 1, the oldest item.
        case byPosition(UInt32, count: Int32)
        /// By the record's own number, which goes on while the log wraps.
        case bySequence(UInt32, count: Int32)
        /// After this time, or with a negative count before it.
        case byTime(BACnetDateTime, count: Int32)

        /// How many items may come; `nil` for all.
        public var itemCountMax: Int? {
            switch self {
            case .all: nil
            case .byPosition(_, let count), .bySequence(_, let count), .byTime(_, let count):
                Int(count.magnitude)
            }
        }
    }

    public var target: ObjectProperty
    public var range: Range

    public init(_ target: ObjectProperty, _ range: Range) {
        self.target = target
        self.range = range
    }
}

extension ReadRangeRequest: WireForm {
    private enum Choice {
        static let byPosition: UInt8 = 3
        static let bySequence: UInt8 = 6
        static let byTime: UInt8 = 7
    }

    public init(from reader: inout MessageReader) throws(MessageError) {
        target = try ObjectProperty(from: &reader)
        let start = reader.offset
        guard let tag = try reader.nextTag() else {
            range = .all
            return
        }
        try reader.open(tag.number)
        switch tag.number {
        case Choice.byPosition:
            range = .byPosition(try reader.unsigned32(), count: try reader.signed32())
        case Choice.bySequence:
            range = .bySequence(try reader.unsigned32(), count: try reader.signed32())
        case Choice.byTime:
            range = .byTime(try BACnetDateTime(from: &reader), count: try reader.signed32())
        default:
            throw .unsupported(
                offset: start, found: "\(tag)", expected: "a range by position, sequence or time")
        }
        try reader.close(tag.number)
    }

    public func encode(into writer: inout MessageWriter) {
        target.encode(into: &writer)
        switch range {
        case .all: break
        case .byPosition(let position, let count):
            writer.append(inside: Choice.byPosition, [.unsigned(UInt64(position)), .signed(count)])
        case .bySequence(let number, let count):
            writer.append(inside: Choice.bySequence, [.unsigned(UInt64(number)), .signed(count)])
        case .byTime(let time, let count):
            writer.append(
                inside: Choice.byTime, [.date(time.date), .time(time.time), .signed(count)])
        }
    }
}

extension TaggedValue {
    fileprivate static func signed(_ value: Int32) -> TaggedValue { .signed(Int64(value)) }
}

/// A part of a list.
public struct ReadRangeAck: Hashable, WireForm {
    public var target: ObjectProperty
    /// True if the first item of the list is among these.
    public var hasFirst: Bool
    /// True if the last item of the list is among these.
    public var hasLast: Bool
    /// True if the reply was full before the request was satisfied.
    public var moreFollow: Bool
    public var itemCount: UInt32
    /// The items one behind the other, as octets with balanced tags; of a trend log see
    /// ``logRecords()``, of another list ``values()``.
    public var items: [UInt8]
    /// The number of the first record, where the request was by sequence or by time.
    public var firstSequence: UInt32?

    public init(
        _ target: ObjectProperty, hasFirst: Bool, hasLast: Bool, moreFollow: Bool,
        itemCount: UInt32, items: [UInt8], firstSequence: UInt32? = nil
    ) {
        self.target = target
        self.hasFirst = hasFirst
        self.hasLast = hasLast
        self.moreFollow = moreFollow
        self.itemCount = itemCount
        self.items = items
        self.firstSequence = firstSequence
    }

    public init(from reader: inout MessageReader) throws(MessageError) {
        target = try ObjectProperty(from: &reader)
        let flags = try reader.bits(octetCount: reader.primitive(.context, 3))
        hasFirst = flags[0]
        hasLast = flags[1]
        moreFollow = flags[2]
        itemCount = try reader.unsigned32(context: 4)
        items = try reader.balancedOctets(inside: 5)
        firstSequence = try reader.unsigned32IfNext(context: 6)
    }

    public func encode(into writer: inout MessageWriter) {
        target.encode(into: &writer)
        let flags = BitString([hasFirst, hasLast, moreFollow])
        writer.append(.context, 3, octets: flags.content)
        writer.append(context: 4, itemCount)
        writer.open(5)
        writer.append(items)
        writer.close(5)
        writer.append(context: 6, ifSet: firstSequence)
    }
}
