import Testing

@testable import almanac

@Suite("CSVReader") struct CSVReaderTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func records(_ text: String) throws -> [CSVReader.Record] {
        var reader = try CSVReader(TextSource(folder.file("a.csv", text)))
        var records: [CSVReader.Record] = []
        while let record = try reader.nextRecord() { records.append(record) }
        return records
    }

    private func cells(_ text: String) throws -> [[String]] {
        try records(text).map { $0.cells.map { String(decoding: $0, as: UTF8.self) } }
    }

    @Test("takes LF, CRLF, a byte-order mark, empty lines and a last line without its end")
    func lines() throws {
        #expect(
            try cells("\u{FEFF}a,b\r\n1,2\n\n\r\n3,") == [["a", "b"], ["1", "2"], ["3", ""]])
    }

    @Test("takes quoted cells with commas, quotes and line ends in them") func quotes() throws {
        #expect(
            try cells("\"a, b\",\"say \"\"x\"\"\"\r\n\"two\nlines\",\"\"\n")
                == [["a, b", "say \"x\""], ["two\nlines", ""]])
    }

    @Test("counts the lines that records begin on") func lineNumbers() throws {
        #expect(try records("a\n\"x\ny\"\n\nb\n").map(\.line) == [1, 2, 5])
    }

    @Test("names wrong quotes and goes on with the next line") func wrongQuotes() throws {
        let found = try records("\"a\"b,c\n1,2\n\"open\n3,4")
        #expect(found.map { $0.problem == nil } == [false, true, false, true])
        #expect(found.map(\.line) == [1, 2, 3, 4])
    }

    @Test("finds records that lie across blocks") func blocks() throws {
        let row = "\"" + String(repeating: "x", count: 997) + ",\n\"\"\",1"
        let text = Array(repeating: row, count: 900).joined(separator: "\n")
        let found = try records(text)
        #expect(found.count == 900)
        #expect(found.allSatisfy { $0.cells.count == 2 && $0.cells[0].count == 1000 })
    }

    @Test("reads an empty text") func empty() throws { #expect(try cells("") == []) }
}
