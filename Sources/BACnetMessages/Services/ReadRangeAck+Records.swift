extension ReadRangeAck {
    /// An answer with these records of a trend log.
    public init(
        _ target: ObjectProperty, records: [some LoggedRecord], hasFirst: Bool, hasLast: Bool,
        moreFollow: Bool, firstSequence: UInt32? = nil
    ) {
        var writer = MessageWriter()
        for record in records { record.encode(into: &writer) }
        self.init(
            target, hasFirst: hasFirst, hasLast: hasLast, moreFollow: moreFollow,
            itemCount: UInt32(records.count), items: writer.bytes,
            firstSequence: firstSequence)
    }

    /// The items as records of a trend log, oldest first; one that cannot be read is among them in
    /// its place, as ``LogDatum/unreadable(_:)``.
    ///
    /// - Throws: ``MessageError`` where the tags are not balanced, or the records not as many as
    ///   ``itemCount`` says; offsets count from the first item.
    public func logRecords() throws(MessageError) -> [LogRecord] { try records() }

    /// The items as records of a log of several properties, oldest first; one that cannot be read
    /// is ``LogMultipleRecord/Data/unreadable(_:)``.
    ///
    /// - Throws: as ``logRecords()`` does.
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

    private func records<Record: LoggedRecord>() throws(MessageError) -> [Record] {
        var reader = MessageReader(items)
        var records: [Record] = []
        while !reader.isAtEnd {
            var content = reader
            try reader.skipRecord()
            records.append(
                Record(salvaging: try content.octets(reader.offset - content.offset)))
        }
        guard records.count == itemCount else {
            throw .malformed(
                offset: reader.offset, found: "\(records.count) records", expected: "\(itemCount)")
        }
        return records
    }
}

extension MessageReader {
    /// Steps over a record. Each begins with its time, in opening tag 0, which stands nowhere else
    /// outside of other tags: so the next one is found whatever is in this.
    fileprivate mutating func skipRecord() throws(MessageError) {
        try skipValue()
        while let next = try nextTag(), next != Tag(.opening, 0) { try skipValue() }
    }
}
