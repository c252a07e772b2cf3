extension ReadRangeAck {
    /// An answer with these records of a trend log.
    public init(
        _ target: ObjectProperty, records: [some WireForm], hasFirst: Bool, hasLast: Bool,
        moreFollow: Bool, firstSequence: UInt32? = nil
    ) {
        var writer = MessageWriter()
        for record in records { record.encode(into: &writer) }
        self.init(
            target, hasFirst: hasFirst, hasLast: hasLast, moreFollow: moreFollow,
            itemCount: UInt32(records.count), items: writer.bytes,
            firstSequence: firstSequence)
    }

    /// The items as records of a trend log, oldest first.
    ///
    /// - Throws: ``MessageError`` where they are none, or not as many as ``itemCount`` says; offsets
    ///   count from the first item.
    public func logRecords() throws(MessageError) -> [LogRecord] { try records() }

    /// The items as records of a log of several properties, oldest first.
    public func logMultipleRecords() throws(MessageError) -> [LogMultipleRecord] {
        try records()
    }

    /// The items of a list of plain values. What an item is, only the property can say: this does
    /// not look at ``itemCount``.
    public func values() throws(MessageError) -> [TaggedValue] {
        var reader = MessageReader(items)
        var values: [TaggedValue] = []
        while !reader.isAtEnd { values.append(try TaggedValue(from: &reader)) }
        return values
    }

    private func records<Record: WireForm>() throws(MessageError) -> [Record] {
        var reader = MessageReader(items)
        var records: [Record] = []
        while !reader.isAtEnd {
            try reader.countElement()
            records.append(try Record(from: &reader))
        }
        guard records.count == itemCount else {
            throw .malformed(
                offset: reader.offset, found: "\(records.count) records", expected: "\(itemCount)")
        }
        return records
    }
}
