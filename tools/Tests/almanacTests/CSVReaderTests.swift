import Testing

@testable import almanac

@Suite("CSVReader") struct CSVReaderTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func records(
        _ text: String, recordByteCountMax: Int = 16 << 20
    ) throws -> [CSVReader.Record] {
        var reader = try CSVReader(
            TextSource(folder.file("a.csv", text)), recordByteCountMax: recordByteCountMax)
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

    @Test("takes a quote that is not closed within the bound for a stray one")
    func strayQuote() throws {
        let rows = (0..<100_000).map { "\($0),1" }
        let text = "a,b\n\"open\n" + rows.joined(separator: "\n")
        // Less than what is read at a time, more than that, and all of the text.
        for bound in [100, 300_000, 16 << 20] {
            let found = try records(text, recordByteCountMax: bound)
            #expect(found.count == 100_002)
            #expect(found.filter { $0.problem != nil }.map(\.line) == [2], "\(bound)")
            #expect(
                found.last?.cells.map { String(decoding: $0, as: UTF8.self) } == ["99999", "1"])
            #expect(found.last?.line == 100_002)
        }
        let long = String(repeating: "x", count: 700_000)
        #expect(throws: ToolFailure.self) { try records(long, recordByteCountMax: 300_000) }
        let quoted = "\"" + long.replacing("xx", with: "x\n") + "\",2\n3,4"
        #expect(try records(quoted).map(\.line) == [1, 350_002])
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
