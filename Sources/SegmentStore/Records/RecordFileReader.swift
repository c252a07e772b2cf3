import DurableFiles

/// Walks the records of an open file, with a part of the file in memory at a time.
///
/// The length of a file proves nothing about its content: a sparse file of any length takes no more
/// memory than a file of the usual size, and its holes are passed over.
struct RecordFileReader {
    /// Bytes that are in memory at a time, unless a record is longer. A log file of the usual size is
    /// read at once, as it was at one moment.
    static let windowByteCount = 4 << 20

    /// The longest record.
    static let frameByteCountMax = RecordFrame.byteCount(payload: RecordFrame.payloadByteCountMax)

    /// Where the records end; less than was asked for if the file ends before.
    private(set) var end: Int
    private let file: any StorageFile
    private let salt: UInt64
    private var scanner: RecordScanner

    /// - Parameters:
    ///   - file: stays open as long as the reader is used.
    ///   - start: where the first record begins.
    ///   - end: the committed size, or the size of the file.
    ///   - salt: the file's.
    init(_ file: any StorageFile, from start: Int, to end: Int, salt: UInt64) {
        self.file = file
        self.salt = salt
        self.end = max(start, end)
        scanner = RecordScanner([], origin: start, from: start, salt: salt, file: file.path)
    }

    /// The next record, or why there is none; nil at the end.
    ///
    /// Stays before a fault: the same call returns it again.
    mutating func next() throws(StoreError) -> RecordStep? {
        try load(ahead: LogTail.lookByteCount)
        if let needed = scanner.announcedByteCount { try load(ahead: needed) }
        return try scanner.next()
    }

    /// Goes on at another offset.
    mutating func seek(to offset: Int) {
        let offset = min(offset, end)
        if offset >= scanner.origin, offset <= scanner.endOffset {
            scanner.seek(to: offset)
        } else {
            scanner = RecordScanner(
                [], origin: offset, from: offset, salt: salt, file: file.path)
        }
    }

    /// Passes over the bytes at the current offset and looks, at 8-byte steps, for the next valid
    /// record, at which ``next()`` goes on.
    ///
    /// - Parameter plausible: numbers that a record may have.
    /// - Returns: the offset of the record; nil if there is none, and the reader is at its end.
    @discardableResult
    mutating func skipToNextFrame(
        lsn plausible: ClosedRange<LSN> = 0...LSN.max
    ) throws(StoreError) -> Int? {
        var search = RecordSearch(after: scanner.offset, lsn: plausible)
        while search.offset < end {
            if scanner.run(&search, isAtEnd: scanner.endOffset >= end) { return search.offset }
            guard scanner.endOffset < end else { break }
            guard let data = file.nextData(from: search.offset), data < end else { break }
            search.offset = max(search.offset, data & ~(RecordFrame.alignment - 1))
            try load(
                at: search.offset, max(search.neededByteCount, RecordFileReader.windowByteCount))
        }
        seek(to: end)
        return nil
    }

    /// The bytes in memory from the current offset on.
    var ahead: ArraySlice<UInt8> { scanner.ahead }

    /// Whether ``ahead`` ends where the file ends.
    var aheadIsAll: Bool { scanner.endOffset >= end }

    /// Has so many bytes from the current offset on in memory, or as many as there are.
    private mutating func load(ahead byteCount: Int) throws(StoreError) {
        guard scanner.endOffset < end, scanner.ahead.count < byteCount else { return }
        try load(at: scanner.offset, max(byteCount, RecordFileReader.windowByteCount))
    }

    private mutating func load(at offset: Int, _ byteCount: Int) throws(StoreError) {
        let wanted = min(byteCount, end - offset)
        let bytes: [UInt8]
        do throws(StorageError) {
            bytes = try file.read(at: offset, byteCount: wanted)
        } catch { throw StoreError(error) }
        // The file became shorter meanwhile.
        if bytes.count < wanted { end = offset + bytes.count }
        scanner = RecordScanner(bytes, origin: offset, from: offset, salt: salt, file: file.path)
    }
}

extension RecordFileReader {
    /// Whether a file holds anything but zeros from an offset on.
    static func hasContent(
        _ file: any StorageFile, from start: Int
    ) throws(StoreError) -> Bool {
        var offset = start
        var window: [UInt8] = []
        do throws(StorageError) {
            while let data = file.nextData(from: offset) {
                offset = max(offset, data)
                let count = try file.read(at: offset, byteCount: windowByteCount, into: &window)
                if count == 0 { return false }
                if window.contains(where: { $0 != 0 }) { return true }
                offset += count
            }
        } catch { throw StoreError(error) }
        return false
    }
}
