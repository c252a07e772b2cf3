import TimeSeriesModel

/// Records of a text in the form of RFC 4180, with bounded memory. LF and CRLF end a line, a
/// byte-order mark in front is stepped over, empty lines are no records.
struct CSVReader {
    /// Nobody's row is longer, and memory must end somewhere: a quote that was not closed by then
    /// is taken to be a stray one, a line that did not end by then is refused.
    private let recordByteCountMax: Int

    /// What was read of the text and not yet taken.
    private(set) var bytes: [UInt8] = []
    /// Where the next record begins in ``bytes``.
    private(set) var place = 0
    /// Behind the last line end in ``bytes``; a record outside quotes ends there at the latest.
    private(set) var linesEnd = 0
    /// The line of the text, from 1, that the next record begins on.
    private(set) var line = 1
    private var isAtEnd = false
    private let source: TextSource

    var path: String { source.path }

    init(_ source: TextSource, recordByteCountMax: Int = 16 << 20) throws(ToolFailure) {
        self.source = source
        self.recordByteCountMax = recordByteCountMax
        while bytes.count < 3, try readMore() {}
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { place = 3 }
    }

    /// Sees to it that a whole line lies in ``bytes``; false where nothing is left.
    mutating func loadLines() throws(ToolFailure) -> Bool {
        while place >= linesEnd {
            guard try readMore() else { return place < bytes.count }
        }
        return true
    }

    /// Steps over what a reader of ``bytes`` has taken itself.
    mutating func skip(to place: Int, lineCount: Int) {
        self.place = place
        line += lineCount
    }

    /// Appends to ``bytes``, and drops what was taken; false at the end.
    private mutating func readMore() throws(ToolFailure) -> Bool {
        guard !isAtEnd else { return false }
        guard bytes.count - place <= recordByteCountMax else {
            throw ToolFailure(
                .wrongData,
                "\(path): line \(line): found a record of more than "
                    + "\(NumberText.bytes(recordByteCountMax)), expected shorter ones")
        }
        if place > 0 {
            bytes.removeSubrange(..<place)
            linesEnd = max(0, linesEnd - place)
            place = 0
        }
        let known = bytes.count
        if try !source.read(into: &bytes) {
            isAtEnd = true
            // The last line may lack its end; everything else is simpler if it does not.
            if let last = bytes.last, last != 0x0A { bytes.append(0x0A) }
        }
        if let last = bytes[known...].lastIndex(of: 0x0A) { linesEnd = last + 1 }
        return bytes.count > known
    }
}

// MARK: - Any record

extension CSVReader {
    /// One record: its cells without their quotes, and where it stood.
    struct Record {
        var cells: [[UInt8]] = []
        var line = 0
        /// What is wrong with its quotes. The cells are those before it, and the record is taken
        /// to end with its line.
        var problem: String?
    }

    /// The next record, however it is written; nil at the end of the text.
    mutating func nextRecord() throws(ToolFailure) -> Record? {
        while try loadLines() {
            var parser = RecordParser(place: place)
            while parser.parse(bytes) == .needsMore {
                guard try readTwiceAsMuch() else {
                    parser.endWithinQuotes()
                    break
                }
                parser = RecordParser(place: place)
            }
            let end = parser.record.problem == nil ? parser.place : lineEnd(from: place)
            parser.record.line = line
            skip(to: end, lineCount: bytes[place..<end].count { $0 == 0x0A })
            if !parser.isBlank { return parser.record }
        }
        return nil
    }

    /// Reads until what is held has doubled: a record is parsed anew from its beginning, which by
    /// every block would cost the square of its length. False at the end, and at the bound.
    private mutating func readTwiceAsMuch() throws(ToolFailure) -> Bool {
        let known = bytes.count - place
        while bytes.count - place < 2 * known {
            guard bytes.count - place <= recordByteCountMax, try readMore() else { break }
        }
        return bytes.count - place > known
    }

    private func lineEnd(from place: Int) -> Int {
        bytes[place...].firstIndex(of: 0x0A).map { $0 + 1 } ?? bytes.count
    }
}

/// Takes one record from bytes.
private struct RecordParser {
    enum Outcome {
        case done, needsMore
    }

    var record = CSVReader.Record()
    private(set) var place: Int

    init(place: Int) { self.place = place }

    /// An empty line.
    var isBlank: Bool {
        record.problem == nil && record.cells.count == 1 && record.cells[0].isEmpty && !hasQuotes
    }
    private var hasQuotes = false

    mutating func endWithinQuotes() {
        record.problem = "found an opening quote without its closing one"
    }

    mutating func parse(_ bytes: [UInt8]) -> Outcome {
        while place < bytes.count {
            let isQuoted = bytes[place] == UInt8(ascii: "\"")
            if isQuoted {
                hasQuotes = true
                guard takeQuoted(bytes) else { return .needsMore }
                if record.problem != nil { return .done }
            } else {
                takePlain(bytes)
            }
            guard place < bytes.count else { return .needsMore }
            let mark = bytes[place]
            place += 1
            if mark == 0x0A { return .done }
            // A comma: another cell follows, if only an empty one.
        }
        return .needsMore
    }

    private mutating func takePlain(_ bytes: [UInt8]) {
        let start = place
        while place < bytes.count, bytes[place] != UInt8(ascii: ","), bytes[place] != 0x0A {
            place += 1
        }
        var end = place
        if place < bytes.count, bytes[place] == 0x0A, end > start, bytes[end - 1] == 0x0D {
            end -= 1
        }
        record.cells.append(Array(bytes[start..<end]))
    }

    /// Leaves ``place`` on the mark behind the cell; false where the bytes end before it.
    private mutating func takeQuoted(_ bytes: [UInt8]) -> Bool {
        var cell: [UInt8] = []
        place += 1
        while place < bytes.count {
            let byte = bytes[place]
            place += 1
            if byte != UInt8(ascii: "\"") {
                cell.append(byte)
            } else if place < bytes.count, bytes[place] == UInt8(ascii: "\"") {
                cell.append(byte)
                place += 1
            } else {
                guard place + 1 < bytes.count || place < bytes.count && bytes[place] == 0x0A else {
                    return false
                }
                if bytes[place] == 0x0D, bytes[place + 1] == 0x0A { place += 1 }
                record.cells.append(cell)
                if bytes[place] != UInt8(ascii: ","), bytes[place] != 0x0A {
                    record.problem = "found text behind a closing quote"
                }
                return true
            }
        }
        return false
    }
}
