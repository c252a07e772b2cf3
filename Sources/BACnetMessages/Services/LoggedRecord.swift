/// A record of a log, which can keep octets that it cannot read.
public protocol LoggedRecord: WireForm {
    /// A record whose octets mean nothing here; the time where that can be read, else
    /// ``BACnetDateTime/unspecified``.
    init(time: BACnetDateTime, unreadable octets: [UInt8])
}

extension LoggedRecord {
    /// The record that these octets are. One of an unknown kind, or a spoiled one, keeps them: a log
    /// is read again from the same place until it can be read, and would stop there for good.
    init(salvaging octets: [UInt8]) {
        do throws(MessageError) {
            try self.init(decoding: octets)
        } catch {
            var reader = MessageReader(octets)
            let time = try? reader.recordTime()
            self.init(time: time ?? .unspecified, unreadable: octets)
        }
    }
}

extension MessageReader {
    /// The time that a record begins with.
    mutating func recordTime() throws(MessageError) -> BACnetDateTime {
        try open(0)
        let time = try BACnetDateTime(from: &self)
        try close(0)
        return time
    }
}

extension LogRecord: LoggedRecord {
    public init(time: BACnetDateTime, unreadable octets: [UInt8]) {
        self.init(time: time, datum: .unreadable(octets))
    }
}

extension LogMultipleRecord: LoggedRecord {
    public init(time: BACnetDateTime, unreadable octets: [UInt8]) {
        self.init(time: time, data: .unreadable(octets))
    }
}
