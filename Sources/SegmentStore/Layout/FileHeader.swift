import ColumnCodec

/// The first 64 bytes of a segment or record file (`docs/format/file-header.md`).
///
/// ```
/// off   size  field
///   0      8  magic 89 41 4C 4D 0D 0A 1A 0A
///   8      2  kind (1 log, 2 segment, 3 catalog, 4 journal)
///  10    2 2  major, minor version
///  14      2  header length: where the content of files other than logs begins
///  16      8  file id
///  24      8  fileSalt, random per file
///  32      8  store id, random per store
///  40      4  year, 0 where none
///  44      4  flags: unknown ones of the low half may be ignored, of the high half not
///  48      8  first LSN (log: 0)
///  56      8  H64 of bytes 0...55, seed 0
/// ```
/// These 64 bytes keep their meaning in every version, so that a version can be told at all.
public struct FileHeader: Hashable, Sendable {
    public static let encodedSize = 64
    /// The bit above ASCII, the line ends and the end-of-file sign show what a transfer has bent.
    public static let magic: UInt64 = 0x0A1A_0A0D_4D4C_4189
    public static let supportedMajor: UInt16 = 1
    public static let supportedMinor: UInt16 = 0
    /// The flags that this version understands: none yet.
    static let knownFlags: UInt32 = 0
    static let headerLengthMax = 4096

    public var kind: FileKind
    public var major: UInt16
    public var minor: UInt16
    public var headerLength: UInt16
    public var fileID: FileID
    public var fileSalt: UInt64
    public var storeID: UInt64
    /// Nil for the kinds that span all years.
    public var year: Int?
    public var flags: UInt32
    public var firstLSN: LSN

    public init(
        kind: FileKind, fileID: FileID, fileSalt: UInt64, storeID: UInt64, year: Int? = nil,
        firstLSN: LSN
    ) {
        self.kind = kind
        major = FileHeader.supportedMajor
        minor = FileHeader.supportedMinor
        headerLength = UInt16(FileHeader.encodedSize)
        self.fileID = fileID
        self.fileSalt = fileSalt
        self.storeID = storeID
        self.year = year
        flags = 0
        self.firstLSN = firstLSN
    }

    /// Of a later minor version: readable, but only a later program may write to it.
    public var isReadOnly: Bool { minor > FileHeader.supportedMinor }

    /// Where records or chunks begin.
    public var contentOffset: Int {
        kind == .log ? kind.contentOffset : Int(headerLength)
    }

    public func encode() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(FileHeader.encodedSize)
        bytes.appendLittleEndian(FileHeader.magic)
        for field in [kind.rawValue, major, minor, headerLength] {
            bytes.appendLittleEndian(field)
        }
        for field in [fileID, fileSalt, storeID] { bytes.appendLittleEndian(field) }
        bytes.appendLittleEndian(UInt32(year ?? 0))
        bytes.appendLittleEndian(flags)
        bytes.appendLittleEndian(firstLSN)
        bytes.appendLittleEndian(H64.hash(bytes, seed: 0))
        return bytes
    }
}
