internal import BACnetMessages

/// A record of a log of either kind.
struct LogEntry: Hashable, Sendable {
    enum Content: Hashable, Sendable {
        case status(LogStatus)
        /// The device's clock was set, by so many seconds.
        case timeChange(Float)
        /// One for each logged property.
        case values([LogDatum])
        case unreadable
    }

    /// By the device's clock, in milliseconds since 1970 of its local time; nil if a part of the time
    /// is left open or is none of the calendar.
    var localTime: Int64?
    var content: Content
    /// Of the value; a record of several values has none.
    var flags: StatusFlags?
}

/// The records of one reply, oldest first.
struct LogPage: Hashable, Sendable {
    var entries: [LogEntry]
    /// The number of the first one, if the device sends it.
    var firstSequence: UInt32?
    /// True if the newest record of the log is among them.
    var hasLast = false
    /// True if the reply was full before the request was satisfied.
    var moreFollow = false
}

extension LogEntry {
    init(_ record: LogRecord) {
        localTime = record.time.unixMilliseconds(utcOffsetMinutes: 0)
        flags = record.statusFlags
        switch record.datum {
        case .status(let status): content = .status(status)
        case .timeChange(let seconds): content = .timeChange(seconds)
        case .unreadable: content = .unreadable
        default: content = .values([record.datum])
        }
    }

    init(_ record: LogMultipleRecord) {
        localTime = record.time.unixMilliseconds(utcOffsetMinutes: 0)
        switch record.data {
        case .status(let status): content = .status(status)
        case .timeChange(let seconds): content = .timeChange(seconds)
        case .values(let values): content = .values(values)
        case .unreadable: content = .unreadable
        }
    }
}

extension LogPage {
    /// - Throws: ``MessageError`` if the records cannot be separated, or are not as many as the reply
    ///   says.
    init(_ ack: ReadRangeAck, isMultiple: Bool) throws(MessageError) {
        entries =
            isMultiple
            ? try ack.logMultipleRecords().map(LogEntry.init)
            : try ack.logRecords().map(LogEntry.init)
        firstSequence = ack.firstSequence
        hasLast = ack.hasLast
        moreFollow = ack.moreFollow
    }
}
