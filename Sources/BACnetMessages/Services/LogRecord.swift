/// A record of a trend log (clause 21, BACnetLogRecord).
public struct LogRecord: Hashable, Sendable {
    /// In the local time of the device.
    public var time: BACnetDateTime
    public var datum: LogDatum
    /// Each record of a log may have them or not.
    public var statusFlags: StatusFlags?

    public init(time: BACnetDateTime, datum: LogDatum, statusFlags: StatusFlags? = nil) {
        self.time = time
        self.datum = datum
        self.statusFlags = statusFlags
    }
}

/// What happened to a log itself: the bits of BACnetLogStatus.
public struct LogStatus: Hashable, Sendable {
    public var isDisabled: Bool
    public var isPurged: Bool
    public var isInterrupted: Bool

    public init(isDisabled: Bool = false, isPurged: Bool = false, isInterrupted: Bool = false) {
        self.isDisabled = isDisabled
        self.isPurged = isPurged
        self.isInterrupted = isInterrupted
    }

    public init(_ bits: BitString) {
        self.init(isDisabled: bits[0], isPurged: bits[1], isInterrupted: bits[2])
    }

    public var bits: BitString { BitString([isDisabled, isPurged, isInterrupted]) }
}

/// What a trend log has recorded.
public enum LogDatum: Hashable, Sendable {
    case status(LogStatus)
    case boolean(Bool)
    case real(Float)
    case enumerated(UInt32)
    case unsigned(UInt64)
    case signed(Int64)
    case bits(BitString)
    case null
    /// The property could not be read.
    case failure(ErrorReply)
    /// The device's clock was set; by so many seconds, where it knows.
    case timeChange(Float)
    case any([TaggedValue])
    /// The octets of a whole record that could not be read, time and flags included.
    case unreadable([UInt8])
}

extension LogRecord: WireForm {
    /// Reads time [0], datum [1], status flags [2].
    public init(from reader: inout MessageReader) throws(MessageError) {
        time = try reader.recordTime()
        try reader.open(1)
        datum = try LogDatum(from: &reader, choices: .logRecord)
        try reader.close(1)
        statusFlags = nil
        if try reader.isNext(context: 2) {
            let bits = try reader.bits(octetCount: reader.primitive(.context, 2))
            statusFlags = StatusFlags(bits)
        }
    }

    public func encode(into writer: inout MessageWriter) {
        if case .unreadable(let octets) = datum { return writer.append(octets) }
        writer.append(inside: 0, [.date(time.date), .time(time.time)])
        writer.open(1)
        datum.encode(into: &writer, choices: .logRecord)
        writer.close(1)
        if let statusFlags { writer.append(.context, 2, octets: statusFlags.bits.content) }
    }
}

/// A record of a log of several properties (clause 21, BACnetLogMultipleRecord).
public struct LogMultipleRecord: Hashable, Sendable {
    public enum Data: Hashable, Sendable {
        case status(LogStatus)
        /// One for each logged property, in the log's order; never a status or a time change, and
        /// never an unreadable record.
        case values([LogDatum])
        case timeChange(Float)
        /// The octets of a whole record that could not be read, its time included.
        case unreadable([UInt8])
    }

    public var time: BACnetDateTime
    public var data: Data

    public init(time: BACnetDateTime, data: Data) {
        self.time = time
        self.data = data
    }
}

extension LogMultipleRecord: WireForm {
    /// Reads time [0], data [1].
    public init(from reader: inout MessageReader) throws(MessageError) {
        time = try reader.recordTime()
        try reader.open(1)
        data = try Data(from: &reader)
        try reader.close(1)
    }

    public func encode(into writer: inout MessageWriter) {
        if case .unreadable(let octets) = data { return writer.append(octets) }
        writer.append(inside: 0, [.date(time.date), .time(time.time)])
        writer.open(1)
        data.encode(into: &writer)
        writer.close(1)
    }
}

extension LogMultipleRecord.Data {
    fileprivate func encode(into writer: inout MessageWriter) {
        switch self {
        case .status(let status): writer.append(.context, 0, octets: status.bits.content)
        case .values(let values):
            writer.open(1)
            for value in values { value.encode(into: &writer, choices: .logMultipleRecord) }
            writer.close(1)
        case .timeChange(let seconds): writer.append(.context, 2, real: seconds)
        case .unreadable(let octets): writer.append(octets)
        }
    }

    fileprivate init(from reader: inout MessageReader) throws(MessageError) {
        if try reader.isNext(opening: 1) {
            try reader.open(1)
            var values: [LogDatum] = []
            while try !reader.isNext(closing: 1) {
                try reader.countElement()
                values.append(try LogDatum(from: &reader, choices: .logMultipleRecord))
            }
            try reader.close(1)
            self = .values(values)
        } else if try reader.isNext(context: 2) {
            self = .timeChange(try reader.real(octetCount: reader.primitive(.context, 2)))
        } else {
            let bits = try reader.bits(octetCount: reader.primitive(.context, 0))
            self = .status(LogStatus(bits))
        }
    }
}
