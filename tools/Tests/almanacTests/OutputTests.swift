import Almanac
import ArgumentParser
import Testing
import TimeSeriesModel

@testable import almanac

/// Keeps what is written.
private final class MemorySink: ByteSink {
    var bytes: [UInt8] = []
    func write(_ bytes: borrowing [UInt8]) { self.bytes += bytes }
    func finish() {}
    var text: String { String(decoding: bytes, as: UTF8.self) }
}

@Suite("RowWriter") struct RowWriterTests {
    private static let rows: [[Cell]] = [
        [.text("a, \"b\""), .number(0.1), .time(Timestamp(milliseconds: 1000))],
        [.text(nil as String?), .number(.nan), .missing],
    ]

    private func written(_ form: OutputForm, _ rows: [[Cell]] = rows) throws -> String {
        let sink = MemorySink()
        let output = OutputBuffer(sink)
        let options = try FormOptions.parse(["--color", "never"])
        let writer = try RowWriter(
            [Column("name"), Column("value", .right), Column("time")], schema: "almanac.ls/1",
            fields: [.init("ok", .flag(true))], in: form, to: output, options: options, zone: .utc,
            limit: 10)
        for row in rows { try writer.append(row) }
        try writer.finish()
        try output.finish()
        return sink.text
    }

    @Test("writes one JSON object, with null for what is missing") func json() throws {
        #expect(
            try written(.json) == """
                {"schema":"almanac.ls/1","ok":true,"rows":[
                {"name":"a, \\"b\\"","value":0.1,"time":1000},
                {"name":null,"value":null,"time":null}
                ]}

                """)
        #expect(try written(.json, []) == "{\"schema\":\"almanac.ls/1\",\"ok\":true,\"rows\":[]}\n")
    }

    @Test("writes an object a line") func ndjson() throws {
        #expect(
            try written(.ndjson)
                == "{\"name\":\"a, \\\"b\\\"\",\"value\":0.1,\"time\":1000}\n"
                + "{\"name\":null,\"value\":null,\"time\":null}\n")
    }

    @Test("writes quoted cells and empty ones") func csv() throws {
        #expect(
            try written(.csv) == "name,value,time\n\"a, \"\"b\"\"\",0.1,1000\n,nan,\n")
    }

    @Test("aligns columns for people") func table() throws {
        #expect(
            try written(.table) == """
                name    value  time
                a, "b"    0.1  1970-01-01 00:00:01Z
                -         nan  -

                """)
    }

    @Test("stops at the limit") func limit() throws {
        let rows = Array(repeating: [Cell.text("x"), .integer(1), .missing], count: 20)
        #expect(try written(.ndjson, rows).split(separator: "\n").count == 10)
    }

    @Test("escapes what JSON does not allow in texts") func escapes() {
        var bytes: [UInt8] = []
        FieldText.appendJSON("a\n\u{1}\\é", to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == "\"a\\n\\u0001\\\\é\"")
    }
}

@Suite("GlobalArguments") struct GlobalArgumentsTests {
    @Test("moves options in front of the command behind it") func moved() {
        #expect(
            GlobalArguments.moved(["--store", "s", "-q", "--output=json", "info"])
                == ["info", "--store", "s", "-q", "--output=json"])
        #expect(
            GlobalArguments.moved(["--store", "s", "read", "--", "-x"])
                == ["read", "--store", "s", "--", "-x"])
        #expect(GlobalArguments.moved(["read", "--store", "s"]) == ["read", "--store", "s"])
        #expect(GlobalArguments.moved([]) == [])
    }

    @Test("lets no name in a message move the cursor") func harmlessMessages() throws {
        #expect(
            Notes.harmless("a\u{1B}[2Jb\u{7F}\u{9B}c\td\ne")
                == "a\u{FFFD}[2Jb\u{FFFD}\u{FFFD}c\u{FFFD}d\ne")
        #expect(Notes.harmless("\nzwei Zeilen: °C\n\n") == "\nzwei Zeilen: °C\n\n")
        #expect(CellProblem.quoted("\u{1B}\u{7F}\u{9B}é") == "\"\\u{1B}\\u{7F}\\u{009B}é\"")
        let program = try Program()
        let name = "x\u{1B}]0;y\u{9B}31m.csv"
        for arguments in [["import", "csv", name], ["read", name], ["ls", "points", name]] {
            let result = try program.run(arguments + ["--store", program.store], [:])
            #expect(result.status == 66)
            #expect(!result.errors.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{9B}" })
        }
        let file = try program.folder.file(
            "a.csv", "unix_ms,\"t\u{1B}[31m\"\n1735689600000,x\n")
        let refused = try program.run("import", "csv", file)
        #expect(refused.status == 65 && refused.errors.contains("column t\u{FFFD}[31m: found"))
    }
}
