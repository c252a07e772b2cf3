import ColumnCodec

/// Bytes where a frame was expected, and why they are none.
public struct RecordFault: Error, Hashable, Sendable {
    public enum Reason: Hashable, Sendable {
        /// Length 0: nothing was written here. Damage only inside the committed size.
        case endMark
        /// The bytes end inside the frame.
        case truncated
        /// A payload above the limit is announced.
        case tooLong
        case checksum
    }

    /// Bytes from the beginning of the file.
    public var offset: Int
    public var reason: Reason
    /// What was found and what was expected.
    public var detail: String
}

/// What a scanner meets.
public enum RecordStep: Hashable, Sendable {
    /// A valid frame, perhaps of a type from 128 on, which readers pass over.
    case frame(LocatedFrame)
    /// No valid frame: ``RecordScanner/skipToNextFrame(lsn:)`` looks for the next one.
    case fault(RecordFault)
}

/// Walks the frames of a record file, from an offset to the end of the bytes given.
///
/// A value over bytes in memory: reading them is the caller's. Nothing is allocated by a length that
/// has not been compared with the bytes that are there.
public struct RecordScanner: Sendable {
    private let bytes: [UInt8]
    /// Where `bytes` begins in the file.
    let origin: Int
    private let salt: UInt64
    private let file: String
    /// Where the next frame is expected; bytes from the beginning of the file.
    public private(set) var offset: Int

    /// - Parameters:
    ///   - bytes: of the file, up to its committed size.
    ///   - origin: where `bytes` begins in the file.
    ///   - start: where the first frame is expected.
    ///   - salt: the file's, of which every checksum begins.
    ///   - file: for messages, relative to the store's folder.
    public init(
        _ bytes: [UInt8], origin: Int = 0, from start: Int, salt: UInt64, file: String
    ) {
        precondition(origin >= 0 && start >= origin, "the scan starts inside its bytes")
        self.bytes = bytes
        self.origin = origin
        self.salt = salt
        self.file = file
        offset = start
    }

    /// Where the bytes end; bytes from the beginning of the file.
    public var endOffset: Int { origin + bytes.count }

    /// The next frame, or why there is none; nil at the end of the bytes.
    ///
    /// Stays in front of a fault: the same call gives it again.
    ///
    /// - Throws: ``StoreError`` with code `unsupported` for an unknown type below 128 or unknown
    ///   flags under a right checksum.
    public mutating func next() throws(StoreError) -> RecordStep? {
        guard offset < endOffset else { return nil }
        let header: RecordHeader
        do throws(RecordFault) { header = try self.header(at: offset) } catch {
            return .fault(error)
        }
        try refuseUnknown(header)
        let found = LocatedFrame(offset: offset, frame: frame(header))
        offset = found.endOffset
        return .frame(found)
    }

    /// Goes on at another offset, for instance where a spare copy says that a frame begins.
    public mutating func seek(to newOffset: Int) {
        offset = min(max(newOffset, origin), endOffset)
    }
}

extension RecordScanner {
    /// Passes over the bytes at ``offset`` and looks, at 8-byte steps, for the next valid frame.
    ///
    /// Cheap tests stand in front of the checksum, or a file of zeros and noise would be hashed
    /// again and again.
    ///
    /// - Parameter plausible: numbers that a frame may have.
    /// - Returns: the offset of the frame, at which ``next()`` goes on; nil where there is none,
    ///   and the scan is at its end.
    public mutating func skipToNextFrame(
        lsn plausible: ClosedRange<LSN> = 0...LSN.max
    ) -> Int? {
        var search = RecordSearch(after: offset, lsn: plausible)
        if run(&search, isAtEnd: true) { return offset }
        offset = endOffset
        return nil
    }

    /// Looks for a frame in these bytes, and goes to it.
    ///
    /// - Parameters:
    ///   - search: goes on from its offset, and has the next place to look at afterwards.
    ///   - isAtEnd: whether the file ends with these bytes. Otherwise the search stops at a frame that
    ///     they cut: it needs bytes from there on.
    /// - Returns: whether a frame was found.
    mutating func run(_ search: inout RecordSearch, isAtEnd: Bool) -> Bool {
        while search.offset < endOffset {
            search.neededByteCount = RecordFrame.headerSize
            let left = endOffset - search.offset
            if left < search.neededByteCount, !isAtEnd { return false }
            if let byteCount = plausibleByteCount(at: search.offset, search.plausible),
                search.mayHash(byteCount)
            {
                search.neededByteCount = byteCount
                if left < byteCount, !isAtEnd { return false }
                if left >= byteCount {
                    search.hashedByteCount += byteCount
                    if (try? header(at: search.offset)) != nil {
                        offset = search.offset
                        return true
                    }
                }
            }
            search.offset += RecordFrame.alignment
        }
        search.neededByteCount = RecordFrame.headerSize
        return false
    }

    /// The size of the frame that may begin at a place.
    private func plausibleByteCount(at candidate: Int, _ lsns: ClosedRange<LSN>) -> Int? {
        guard let header = try? RecordHeader(bytes.rawSpan, at: candidate - origin),
            (1...RecordFrame.payloadByteCountMax).contains(header.payloadByteCount),
            header.flags == 0, header.type.isKnown || header.type.maySkip,
            lsns.contains(header.lsn)
        else { return nil }
        return RecordFrame.byteCount(payload: header.payloadByteCount)
    }

    /// The size of the frame that the bytes at ``offset`` announce; nil if it cannot be one.
    var announcedByteCount: Int? {
        guard let header = try? RecordHeader(bytes.rawSpan, at: offset - origin),
            (1...RecordFrame.payloadByteCountMax).contains(header.payloadByteCount)
        else { return nil }
        return RecordFrame.byteCount(payload: header.payloadByteCount)
    }

    /// The bytes from ``offset`` on.
    var ahead: ArraySlice<UInt8> { bytes[min(offset - origin, bytes.count)...] }

    /// The header of the frame at an offset, once its whole frame has been found to be right.
    private func header(at offset: Int) throws(RecordFault) -> RecordHeader {
        let header: RecordHeader
        let start = offset - origin
        do throws(CodecError) { header = try RecordHeader(bytes.rawSpan, at: start) } catch {
            // A zero tail may be shorter than a header.
            guard bytes[start...].allSatisfy({ $0 == 0 }) else {
                throw RecordFault(
                    offset: offset, reason: .truncated,
                    detail: "\(bytes.count - start) bytes of a record found, 24 or more expected")
            }
            throw endMark(at: offset)
        }
        guard header.payloadByteCount > 0 else { throw endMark(at: offset) }
        try checkLength(header, at: offset)
        let found = header.computeHash(bytes.rawSpan, at: start, seed: salt &+ UInt64(offset))
        guard found == header.hash else {
            throw RecordFault(
                offset: offset, reason: .checksum,
                detail: "record checksum \(found.hexText) found, \(header.hash.hexText) expected")
        }
        return header
    }

    private func checkLength(_ header: RecordHeader, at offset: Int) throws(RecordFault) {
        let count = header.payloadByteCount
        guard count <= RecordFrame.payloadByteCountMax else {
            throw RecordFault(
                offset: offset, reason: .tooLong,
                detail: "payload of \(count) bytes found, at most "
                    + "\(RecordFrame.payloadByteCountMax) expected")
        }
        let left = endOffset - offset
        let needed = RecordFrame.byteCount(payload: count)
        guard needed <= left else {
            throw RecordFault(
                offset: offset, reason: .truncated,
                detail: "\(left) bytes found, a record of \(needed) expected")
        }
    }

    private func endMark(at offset: Int) -> RecordFault {
        RecordFault(offset: offset, reason: .endMark, detail: "length 0 found, a record expected")
    }

    private func frame(_ header: RecordHeader) -> RecordFrame {
        let start = offset - origin + RecordFrame.headerSize
        return RecordFrame(
            type: header.type, lsn: header.lsn, distance: header.distance,
            payload: Array(bytes[start..<start + header.payloadByteCount]))
    }

    private func refuseUnknown(_ header: RecordHeader) throws(StoreError) {
        guard header.type.isKnown || header.type.maySkip else {
            throw StoreError(
                .unsupported,
                "record type \(header.type.rawValue) found, 1 to 5 and 128 or more supported",
                file: file, offset: offset)
        }
        guard header.flags == 0 else {
            throw StoreError(
                .unsupported, "record flags \(header.flags) found, 0 supported", file: file,
                offset: offset)
        }
    }
}

/// A search for the next valid frame, which may go over several parts of a file.
struct RecordSearch {
    /// The next place to look at; bytes from the beginning of the file.
    var offset: Int
    /// Numbers that a frame may have.
    let plausible: ClosedRange<LSN>
    /// Bytes from ``offset`` on that decide whether a frame begins there.
    fileprivate(set) var neededByteCount = RecordFrame.headerSize
    /// Bytes of places that looked like a frame.
    fileprivate(set) var hashedByteCount = 0
    private let start: Int

    /// - Parameter fault: where the last frame was expected.
    init(after fault: Int, lsn plausible: ClosedRange<LSN>) {
        start = (fault + RecordFrame.alignment) & ~(RecordFrame.alignment - 1)
        offset = start
        self.plausible = plausible
    }

    /// A file can be made of headers that each announce a long frame. Without a bound, each of them
    /// would be hashed to the end of the file.
    fileprivate func mayHash(_ byteCount: Int) -> Bool {
        let bound = 2 * RecordFrame.payloadByteCountMax + 8 * (offset - start)
        return hashedByteCount + byteCount <= bound
    }
}

/// The first 24 bytes of a frame as they are in the file.
private struct RecordHeader {
    var payloadByteCount: Int
    var type: RecordType
    var flags: UInt8
    var distance: UInt16
    var lsn: LSN
    var hash: UInt64

    init(_ bytes: RawSpan, at start: Int) throws(CodecError) {
        guard start <= bytes.byteCount else { throw .truncated }
        var reader = ByteReader(bytes.extracting(start..<bytes.byteCount))
        payloadByteCount = Int(try reader.u32())
        type = RecordType(rawValue: try reader.u8())
        flags = try reader.u8()
        distance = try reader.u16()
        lsn = try reader.u64()
        hash = try reader.u64()
    }

    /// What the checksum must be. The caller has found that the frame lies inside the bytes.
    func computeHash(_ bytes: RawSpan, at start: Int, seed: UInt64) -> UInt64 {
        let payload = start + RecordFrame.headerSize
        var computed = H64(seed: seed)
        computed.update(bytes.extracting(start..<start + 16))
        computed.update(bytes.extracting(payload..<payload + payloadByteCount))
        return computed.finish()
    }
}
