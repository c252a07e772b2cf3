import ColumnCodec

/// What a record holds. Raw values are the disk's; 0 is reserved.
///
/// An open set: readers refuse an unknown type below 128 and pass over one from 128 on.
public struct RecordType: RawRepresentable, Hashable, Sendable {
    public var rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    public static let samples = RecordType(rawValue: 1)
    public static let catalog = RecordType(rawValue: 2)
    public static let tombstone = RecordType(rawValue: 3)
    public static let journal = RecordType(rawValue: 4)
    /// An LSN that was taken without samples in the log.
    public static let hole = RecordType(rawValue: 5)

    public var isKnown: Bool { (1...5).contains(rawValue) }
    /// Of a later version, and not needed to understand the rest.
    public var maySkip: Bool { rawValue >= 128 }
}

/// One record of a log, catalog or journal (`docs/format/record-file.md`).
///
/// ```
/// off  size  field
///   0     4  payload length, never 0: a zero marks the end of what was written
///   4     1  type
///   5     1  flags (reserved 0)
///   6     2  distance: LSN - last LSN known to be synced when this was written; 65,535: or more
///   8     8  LSN
///  16     8  H64 of bytes 0...15 and the payload, seed fileSalt + offset in the file
///  24        payload, then zeros to a multiple of 8
/// ```
public struct RecordFrame: Hashable, Sendable {
    public static let headerSize = 24
    public static let payloadByteCountMax = 64 << 20
    public static let alignment = 8

    public var type: RecordType
    public var distance: UInt16
    public var lsn: LSN
    public var payload: [UInt8]

    public init(type: RecordType, lsn: LSN, distance: UInt16 = 0, payload: [UInt8]) {
        self.type = type
        self.distance = distance
        self.lsn = lsn
        self.payload = payload
    }

    /// The distance as it is stored, from the last LSN known to be synced.
    public static func distance(of lsn: LSN, fromSynced synced: LSN) -> UInt16 {
        UInt16(clamping: lsn > synced ? lsn - synced : 0)
    }

    /// Header, payload and padding.
    public var byteCount: Int { RecordFrame.byteCount(payload: payload.count) }

    static func byteCount(payload: Int) -> Int { (headerSize + payload + alignment - 1) & ~7 }

    /// Appends the frame, sealed for its place in the file.
    ///
    /// - Precondition: the payload has 1 byte to 64 MiB, and the offset is a multiple of 8.
    public func append(to bytes: inout [UInt8], at offset: Int, salt: UInt64) {
        precondition(!payload.isEmpty, "a payload of length 0 would mark the end")
        precondition(
            payload.count <= RecordFrame.payloadByteCountMax, "a payload has 64 MiB at most")
        precondition(offset % RecordFrame.alignment == 0, "frames are 8-aligned")
        let start = bytes.count
        bytes.appendLittleEndian(UInt32(payload.count))
        bytes.append(type.rawValue)
        bytes.append(0)
        bytes.appendLittleEndian(distance)
        bytes.appendLittleEndian(lsn)
        var hash = H64(seed: salt &+ UInt64(offset))
        hash.update(bytes.rawSpan.extracting(start..<start + 16))
        hash.update(payload)
        bytes.appendLittleEndian(hash.finish())
        bytes.append(contentsOf: payload)
        bytes.append(contentsOf: repeatElement(0, count: start + byteCount - bytes.count))
    }

    /// The frame as it stands at `offset` of the file with this salt.
    public func encode(at offset: Int, salt: UInt64) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount)
        append(to: &bytes, at: offset, salt: salt)
        return bytes
    }
}

/// A frame and where it was found.
public struct LocatedFrame: Hashable, Sendable {
    /// Bytes from the beginning of the file.
    public var offset: Int
    public var frame: RecordFrame

    /// Where the next frame begins.
    public var endOffset: Int { offset + frame.byteCount }
}
