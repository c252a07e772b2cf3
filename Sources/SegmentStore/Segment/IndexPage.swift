import ColumnCodec

/// A 4,096-byte page of a segment's index: a head of 64 bytes and what it holds.
///
/// ```
/// off  size  field
///   0     8  H64 of bytes 8...4,095, seed fileSalt + offset in the file
///   8     4  page number: 0 for the first entry page, then on over directory and root pages
///  12     4  first series of the page
///  16     4  count of items
///  20     4  end (directory pages: the ordinal behind the last entry of the last series)
///  24    40  zeros
///  64  4032  50 entries of 80 bytes, or 1,008 numbers of 4 bytes
/// ```
struct IndexPage {
    static let byteCount = 4096
    static let headByteCount = 64
    static let entryCapacity = 50
    static let numberCapacity = 1008
    /// Where the root has no directory page for a range of series.
    static let none = UInt32.max

    var number: Int
    var firstSeries: UInt32
    var count: Int
    var end: UInt32 = 0

    /// The page's bytes, sealed for its place in the file.
    func encode(items: RawSpan, at offset: Int, salt: UInt64) -> [UInt8] {
        precondition(
            items.byteCount <= IndexPage.byteCount - IndexPage.headByteCount,
            "a page's items fit it")
        var bytes: [UInt8] = []
        bytes.reserveCapacity(IndexPage.byteCount)
        bytes.appendLittleEndian(UInt64(0))
        bytes.appendLittleEndian(UInt32(number))
        bytes.appendLittleEndian(firstSeries)
        bytes.appendLittleEndian(UInt32(count))
        bytes.appendLittleEndian(end)
        bytes.append(contentsOf: repeatElement(0, count: 40))
        bytes.append(items)
        bytes.append(contentsOf: repeatElement(0, count: IndexPage.byteCount - bytes.count))
        let hash = H64.hash(
            bytes.rawSpan.extracting(8..<IndexPage.byteCount), seed: salt &+ UInt64(offset))
        for byte in 0..<8 { bytes[byte] = UInt8(truncatingIfNeeded: hash >> (8 * UInt64(byte))) }
        return bytes
    }

    /// Reads the head of an intact page.
    init(decoding page: RawSpan) throws(CodecError) {
        number = Int(try page.loadLittleEndian(UInt32.self, at: 8))
        firstSeries = try page.loadLittleEndian(UInt32.self, at: 12)
        count = Int(try page.loadLittleEndian(UInt32.self, at: 16))
        end = try page.loadLittleEndian(UInt32.self, at: 20)
    }

    init(number: Int, firstSeries: UInt32, count: Int, end: UInt32 = 0) {
        self.number = number
        self.firstSeries = firstSeries
        self.count = count
        self.end = end
    }

    /// Whether 4,096 bytes, found at `offset`, are what was sealed there.
    static func isIntact(_ page: RawSpan, at offset: Int, salt: UInt64) -> Bool {
        guard page.byteCount == byteCount,
            let expected = try? page.loadLittleEndian(UInt64.self, at: 0)
        else { return false }
        return H64.hash(page.extracting(8..<byteCount), seed: salt &+ UInt64(offset)) == expected
    }
}
