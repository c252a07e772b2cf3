import ColumnCodec

/// Which of a year's segments it is. Raw values are the disk's; 0 is reserved.
enum SegmentRole: UInt8, Sendable {
    case flushed = 1
    case merged = 2
}

/// The last 128 bytes of a segment (`docs/format/segment.md`).
///
/// ```
/// off    size  field
///   0       8  magic "ALMSEGFT"
///   8   8 8 8  offsets of the entry, directory and root pages
///  32 4 4 4 4  counts of entry, directory and root pages, and of chunks
///  48       8  samples
///  56     8 8  first, last LSN
///  72     8 8  first, last time
///  88     8 8  file id, fileSalt
/// 104       1  role (1 flushed, 2 merged), then 15 zeros
/// 120       8  H64 of bytes 0...119, seed 0
/// ```
struct SegmentFooter: Equatable, Sendable {
    static let encodedSize = 128
    static let magic: UInt64 = 0x5446_4745_534D_4C41

    var entryPages: Int
    var directoryPages: Int
    var rootPages: Int
    var entryPageCount: Int
    var directoryPageCount: Int
    var rootPageCount: Int
    var chunkCount: Int
    var sampleCount: Int
    var firstLSN: UInt64
    var lastLSN: UInt64
    var firstTime: Int64
    var lastTime: Int64
    var fileID: UInt64
    var fileSalt: UInt64
    var role: SegmentRole

    func encode() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.appendLittleEndian(SegmentFooter.magic)
        for offset in [entryPages, directoryPages, rootPages] {
            bytes.appendLittleEndian(UInt64(offset))
        }
        for count in [entryPageCount, directoryPageCount, rootPageCount, chunkCount] {
            bytes.appendLittleEndian(UInt32(count))
        }
        for number in [
            UInt64(sampleCount), firstLSN, lastLSN, UInt64(bitPattern: firstTime),
            UInt64(bitPattern: lastTime), fileID, fileSalt,
        ] {
            bytes.appendLittleEndian(number)
        }
        bytes.append(role.rawValue)
        bytes.append(contentsOf: repeatElement(0, count: 15))
        bytes.appendLittleEndian(H64.hash(bytes.rawSpan, seed: 0))
        return bytes
    }

    init(decoding bytes: RawSpan) throws(CodecError) {
        guard bytes.byteCount == SegmentFooter.encodedSize else { throw .truncated }
        func number(_ offset: Int) throws(CodecError) -> UInt64 {
            try bytes.loadLittleEndian(UInt64.self, at: offset)
        }
        func count(_ offset: Int) throws(CodecError) -> Int {
            Int(try bytes.loadLittleEndian(UInt32.self, at: offset))
        }
        func place(_ offset: Int) throws(CodecError) -> Int {
            guard let place = Int(exactly: try number(offset)), place < IndexEntry.offsetLimit
            else { throw .malformed("footer names an offset beyond 1 TiB") }
            return place
        }
        guard try number(120) == H64.hash(bytes.extracting(0..<120), seed: 0) else {
            throw .malformed("footer checksum does not match")
        }
        guard try number(0) == SegmentFooter.magic else {
            throw .malformed("footer magic \(hex(try number(0))) instead of ALMSEGFT")
        }
        let roleByte = try bytes.loadLittleEndian(UInt8.self, at: 104)
        guard let role = SegmentRole(rawValue: roleByte) else {
            throw .unsupported("segment role \(roleByte); 1 and 2 are supported")
        }
        entryPages = try place(8)
        directoryPages = try place(16)
        rootPages = try place(24)
        entryPageCount = try count(32)
        directoryPageCount = try count(36)
        rootPageCount = try count(40)
        chunkCount = try count(44)
        sampleCount = try place(48)
        firstLSN = try number(56)
        lastLSN = try number(64)
        firstTime = Int64(bitPattern: try number(72))
        lastTime = Int64(bitPattern: try number(80))
        fileID = try number(88)
        fileSalt = try number(96)
        self.role = role
        try checkInvariants()
    }

    init(
        entryPages: Int, directoryPages: Int, rootPages: Int, entryPageCount: Int,
        directoryPageCount: Int, rootPageCount: Int, chunkCount: Int, sampleCount: Int,
        firstLSN: UInt64, lastLSN: UInt64, firstTime: Int64, lastTime: Int64, fileID: UInt64,
        fileSalt: UInt64, role: SegmentRole
    ) {
        self.entryPages = entryPages
        self.directoryPages = directoryPages
        self.rootPages = rootPages
        self.entryPageCount = entryPageCount
        self.directoryPageCount = directoryPageCount
        self.rootPageCount = rootPageCount
        self.chunkCount = chunkCount
        self.sampleCount = sampleCount
        self.firstLSN = firstLSN
        self.lastLSN = lastLSN
        self.firstTime = firstTime
        self.lastTime = lastTime
        self.fileID = fileID
        self.fileSalt = fileSalt
        self.role = role
    }

    /// Pages follow each other without holes, and there are as many entry pages as chunks need.
    func checkInvariants() throws(CodecError) {
        let pageByteCount = IndexPage.byteCount
        guard entryPages % pageByteCount == 0,
            entryPageCount
                == (chunkCount + IndexPage.entryCapacity - 1) / IndexPage.entryCapacity,
            directoryPages == entryPages + entryPageCount * pageByteCount,
            rootPages == directoryPages + directoryPageCount * pageByteCount,
            firstLSN <= lastLSN
        else { throw .malformed("footer's pages do not follow each other") }
    }

    /// Where the pages begin and how many bytes they take.
    var pages: Range<Int> {
        entryPages..<rootPages + rootPageCount * IndexPage.byteCount
    }

    var fileByteCount: Int { pages.upperBound + SegmentFooter.encodedSize }
}
