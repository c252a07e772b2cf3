import TimeSeriesModel

/// The changes of a zone's clocks as the system's time zone files list them (TZif, RFC 9636).
///
/// Read here rather than by Foundation, whose loading alone would double the time that a small
/// program takes to start.
struct ZoneFile: Hashable, Sendable {
    /// Ascending, in seconds since 1970.
    let changeTimes: [Int64]
    /// Seconds east of UTC from the change of the same place on.
    let changeOffsets: [Int]
    /// Before the first change.
    let firstOffset: Int
    /// After the last change, where the file has one.
    let rule: ZoneRule?

    /// nil where the bytes are not of the form, or only of its first version, which ends in 2038.
    init?(_ bytes: [UInt8]) {
        var reader = BigEndianReader(bytes)
        // Version 1 comes first, with times of 32 bits, and is stepped over.
        guard let narrow = ZoneFileHeader(&reader), narrow.version >= 0x32,
            reader.skip(narrow.byteCount(timeByteCount: 4)),
            let header = ZoneFileHeader(&reader),
            let times = reader.integers(header.changeCount, 8),
            let kinds = reader.integers(header.changeCount, 1)
        else { return nil }
        var offsets: [Int] = []
        for _ in 0..<header.kindCount {
            guard let offset = reader.integer(4), reader.skip(2) else { return nil }
            offsets.append(Int(offset))
        }
        guard !offsets.isEmpty, kinds.allSatisfy({ offsets.indices.contains(Int($0 & 0xFF)) }),
            reader.skip(header.byteCountAfterKinds),
            zip(times, times.dropFirst()).allSatisfy({ $0 < $1 })
        else { return nil }
        changeTimes = times
        changeOffsets = kinds.map { offsets[Int($0 & 0xFF)] }
        firstOffset = offsets[0]
        rule = reader.line().flatMap { ZoneRule($0) }
    }

    /// Seconds east of UTC at a moment in seconds since 1970.
    func offset(at seconds: Int64) -> Int {
        guard let last = changeTimes.last else { return rule?.offset(at: seconds) ?? firstOffset }
        if seconds >= last {
            return rule?.offset(at: seconds) ?? changeOffsets[changeOffsets.count - 1]
        }
        var low = 0
        var high = changeTimes.count
        while low < high {
            let middle = (low + high) / 2
            if changeTimes[middle] <= seconds { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? firstOffset : changeOffsets[low - 1]
    }
}

/// The 44 bytes before each of the two blocks.
private struct ZoneFileHeader {
    let version: Int64
    let changeCount: Int
    let kindCount: Int
    private let indicatorCount: Int
    private let leapCount: Int
    private let textByteCount: Int

    init?(_ reader: inout BigEndianReader) {
        // "TZif"
        guard reader.integer(4) == 0x545A_6966, let version = reader.integer(1), reader.skip(15),
            let counts = reader.integers(6, 4), counts.allSatisfy({ (0..<1 << 20).contains($0) })
        else { return nil }
        self.version = version
        indicatorCount = Int(counts[0] + counts[1])
        leapCount = Int(counts[2])
        changeCount = Int(counts[3])
        kindCount = Int(counts[4])
        textByteCount = Int(counts[5])
    }

    func byteCount(timeByteCount: Int) -> Int {
        changeCount * (timeByteCount + 1) + kindCount * 6 + textByteCount
            + leapCount * (timeByteCount + 4) + indicatorCount
    }

    /// In the block with times of 64 bits.
    var byteCountAfterKinds: Int { textByteCount + leapCount * 12 + indicatorCount }
}

/// Takes signed big-endian integers from the front of bytes.
private struct BigEndianReader {
    private let bytes: [UInt8]
    private var place = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func skip(_ count: Int) -> Bool {
        guard bytes.count - place >= count else { return false }
        place += count
        return true
    }

    mutating func integer(_ byteCount: Int) -> Int64? {
        guard bytes.count - place >= byteCount else { return nil }
        var value: UInt64 = 0
        for byte in bytes[place..<place + byteCount] { value = value << 8 | UInt64(byte) }
        place += byteCount
        let unused = UInt64(64 - byteCount * 8)
        return Int64(bitPattern: value << unused) >> Int64(unused)
    }

    mutating func integers(_ count: Int, _ byteCount: Int) -> [Int64]? {
        var values: [Int64] = []
        for _ in 0..<count {
            guard let value = integer(byteCount) else { return nil }
            values.append(value)
        }
        return values
    }

    /// The text between two line ends.
    mutating func line() -> String? {
        guard place < bytes.count, bytes[place] == 0x0A,
            let end = bytes[(place + 1)...].firstIndex(of: 0x0A)
        else { return nil }
        return String(decoding: bytes[(place + 1)..<end], as: UTF8.self)
    }
}
