import ColumnCodec
public import TimeSeriesModel

/// Something that happened to the store or its sources: why samples are missing, what was done.
///
/// The engine keeps entries as durably as samples, by UTC year, and does not read their text.
public struct JournalEntry: Hashable, Sendable {
    public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
        /// Samples are missing, and why.
        case gap = 1
        case event = 2
        /// Somebody changed something.
        case audit = 3
    }

    public var kind: Kind
    /// When it happened, or began.
    public var time: Timestamp
    /// What happened; one JSON object by convention, at most 64 KiB of UTF-8.
    public var text: String

    public static let textByteCountMax = 64 << 10

    public init(_ kind: Kind, at time: Timestamp, _ text: String) {
        self.kind = kind
        self.time = time
        self.text = text
    }
}

/// The payload of a journal frame: entries of one UTC year (`docs/format/record-file.md`).
///
/// ```
/// varint n; then n times
///   u8 kind, svarint time - time of the entry before (the first: - 0), varint byte count, UTF-8
/// ```
enum JournalPayload {
    /// Bytes of a number of 64 bits at most.
    private static let varintByteCountMax = 10

    static func encode(_ entries: some Collection<JournalEntry>) -> [UInt8] {
        var bytes: [UInt8] = []
        // The store holds the payloads until the next flush: an array that grew would be twice as
        // large.
        bytes.reserveCapacity(
            entries.reduce(varintByteCountMax) {
                $0 + $1.text.utf8.count + 2 * varintByteCountMax + 1
            })
        bytes.appendVarint(entries.count)
        var previous: Int64 = 0
        for entry in entries {
            bytes.append(entry.kind.rawValue)
            bytes.appendSVarint(entry.time.rawValue - previous)
            previous = entry.time.rawValue
            bytes.appendVarint(entry.text.utf8.count)
            bytes.append(contentsOf: entry.text.utf8)
        }
        return bytes
    }

    static func decode(_ payload: [UInt8]) throws(CodecError) -> [JournalEntry] {
        var reader = ByteReader(payload.rawSpan)
        // An entry takes three bytes at least: no count beyond that is believed.
        let count = try reader.varint(upTo: payload.count / 3, "entries of a journal record")
        var entries: [JournalEntry] = []
        var time: Int64 = 0
        for _ in 0..<count {
            let number = try reader.u8()
            guard let kind = JournalEntry.Kind(rawValue: number) else {
                throw .unsupported("journal entry of kind \(number) found, 1 to 3 supported")
            }
            time = time &+ (try reader.svarint())
            guard BulkImport.supportedRange.contains(Timestamp(rawValue: time)) else {
                throw .malformed("time \(time) found, the years 1900 to 2199 expected")
            }
            let length = try reader.varint(
                upTo: JournalEntry.textByteCountMax, "bytes of a journal entry")
            var text: [UInt8] = []
            for _ in 0..<length { text.append(try reader.u8()) }
            guard let text = String(validating: text, as: UTF8.self) else {
                throw .malformed("bytes that are no UTF-8 found in a journal entry")
            }
            entries.append(JournalEntry(kind, at: Timestamp(rawValue: time), text))
        }
        try reader.expectEnd("a journal record")
        return entries
    }
}
