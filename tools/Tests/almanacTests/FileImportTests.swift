import ColumnCodec
import SegmentStore
import Testing
import TimeSeriesModel

@testable import almanac

/// Keeps what an import hands on.
private final class RecordingTarget: ImportTarget {
    var names: [PointName] = []
    var entries: [PointsTable.Entry?] = []
    var samples: [SampleColumns] = []
    var greatestHandful = 0

    func point(_ name: PointName, _ entry: PointsTable.Entry?) -> Int {
        names.append(name)
        entries.append(entry)
        samples.append(SampleColumns())
        return names.count - 1
    }

    func append(_ columns: SampleColumns, to point: Int) {
        samples[point].append(contentsOf: columns)
        greatestHandful = max(greatestHandful, columns.count)
    }

    func commit() -> ImportCounts { ImportCounts() }
    func cancel() {}
}

@Suite("FileImport") struct FileImportTests {
    private let folder: TemporaryFolder
    private let target = RecordingTarget()

    init() throws { folder = try TemporaryFolder() }

    @discardableResult
    private func run(
        _ text: String, _ rules: ImportRules = ImportRules(), sampleCountMax: Int = 1 << 20
    ) throws -> FileImport {
        var file = FileImport(
            path: try folder.file("site.csv", text), rules: rules, target: target,
            sampleCountMax: sampleCountMax)
        try file.run()
        return file
    }

    private func refusal(_ text: String, _ rules: ImportRules = ImportRules()) -> String {
        do {
            try run(text, rules)
            return "nothing was refused"
        } catch let failure as ToolFailure {
            #expect(failure.status == .wrongData)
            return failure.message ?? ""
        } catch { return "\(error)" }
    }

    @Test("stores a sample for each cell that is not empty") func wide() throws {
        try run("unix_ms,a,\"b, c\"\r\n1735689600000,1.5,2\r\n1735689660000,,-0.0\r\n")
        #expect(target.names.map(\.text) == ["site/a", "site/b, c"])
        #expect(target.samples[0].times == [1_735_689_600_000])
        #expect(target.samples[1].values.map(\.bitPattern) == [2, -0.0].map(\Double.bitPattern))
    }

    @Test("takes rows that are unusual but right, in their order") func unusual() throws {
        try run("unix_ms,a,b\n1,1,2\n 2\t, 1e-3 ,\"4\"\n\n3,5,  \n")
        #expect(target.samples[0].values == [1, 1e-3, 5])
        #expect(target.samples[0].times == [1, 2, 3])
        #expect(target.samples[1].values == [2, 4])
    }

    @Test("hands on more samples than it holds at a time") func many() throws {
        let rows = (0..<40_000).map { place in
            "\(place * 60_000),\(place),\(place % 7).25,,\(-place).125"
        }
        try run("unix_ms,a,b,c,d\n" + rows.joined(separator: "\n"), sampleCountMax: 1000)
        #expect(target.samples.map(\.count) == [40_000, 40_000, 0, 40_000])
        #expect(target.samples[0].values == (0..<40_000).map(Double.init))
        #expect(target.samples[3].values.last == -39_999.125)
        #expect((1...1000).contains(target.greatestHandful))
        let lines = (0..<5000).map { "d/\($0 / 2000),\($0),\($0),good" }
        target.greatestHandful = 0
        try run(
            "point,unix_ms,value,quality\n" + lines.joined(separator: "\n"), sampleCountMax: 300)
        #expect(target.samples[4...].map(\.count) == [2000, 2000, 1000])
        #expect(target.samples[4...].flatMap(\.values) == (0..<5000).map(Double.init))
        // Lines that are alike are taken up to the bound behind those that are held already.
        #expect((1...600).contains(target.greatestHandful))
    }

    @Test(
        "names line and column of what it refuses, what it found and what it expected",
        arguments: [
            (
                "unix_ms,a\n1735689600000,abc\n",
                "line 2, column a: found \"abc\", expected a decimal"
            ),
            (
                "unix_ms,a\n1735689600000,nan\n",
                "line 2, column a: found \"nan\", expected a decimal"
            ),
            ("unix_ms,a\n1,1\n2025-01-01,1\n", "line 3, column unix_ms: found \"2025-01-01\""),
            ("unix_ms,a\n17 5,1\n", "line 2, column unix_ms: found \"17 5\", expected an integer"),
            (
                "point,unix_ms,value,quality\nd/a,17 5,1,good\n",
                "column unix_ms: found \"17 5\", expected an integer"
            ),
            ("unix_ms,a\n1,1,2\n", "line 2: found 3 cells, expected 2 cells"),
            ("unix_ms,a,b\n1,1\n", "line 2: found 2 cells, expected 3 cells"),
            ("time,a\n1,1\n", "line 1, column 1: found \"time\", expected \"unix_ms\""),
            ("unix_ms,a,a\n1,1,2\n", "line 1, column 3: found \"a\" again, as in column 2"),
            ("unix_ms,a,\n1,1,2\n", "line 1, column 3: found an empty name"),
            ("", "found an empty file"),
            ("\u{0}\u{1}", "line 1, column 1: found \"\\0\\u{01}\", expected \"unix_ms\""),
            ("unix_ms;a\n1;2\n", "columns are separated by commas"),
            ("unix_ms,a\n9999999999999999,1\n", "expected Unix milliseconds of the years"),
            ("unix_ms,a\n1,\"1\"x\n", "found text behind a closing quote"),
            ("point,unix_ms,value,quality\nsite/a,1,2,fine\n", "column quality: found \"fine\""),
            ("point,unix_ms,value,quality\nnoname,1,2,good\n", "column point: found \"noname\""),
        ])
    func refused(text: String, message: String) {
        let found = refusal(text)
        #expect(found.contains("site.csv"))
        #expect(found.contains(message), "\(found)")
    }

    @Test("skips bad cells and rows where that was asked for") func skipping() throws {
        let file = try run(
            "unix_ms,a,b\n1,x,2\n2,3,4\nbad,5,6\n3,7\n4,8,9\n", ImportRules(skipsBad: true))
        #expect(file.refusals.count == 1 + 2 + 1)
        #expect(target.samples[0].times == [2, 4])
        #expect(target.samples[1].times == [1, 2, 4])
    }

    @Test("reads the long form with its qualities") func long() throws {
        try run(
            "point,unix_ms,value,quality\nd/a,1,2,good\n\"d/b, c\",1,5,bad+fault\nd/a,2,3,uncertain+stale\n"
        )
        #expect(target.names.map(\.text) == ["d/a", "d/b, c"])
        #expect(target.samples[0].qualities == [0, Quality.stale.rawValue])
        #expect(target.samples[1].qualities == [Quality.fault.rawValue])
    }

    @Test("reads long rows that are in order, and those that are not, alike")
    func longOrders() throws {
        var rows: [(name: String, time: Int, value: String)] = []
        for point in ["d/a", "\"d/b, c\"", "d/e"] {
            for step in 0..<300 { rows.append((point, step, "\(step % 7).\(step % 3)")) }
        }
        for (turn, rows) in [rows, rows.sorted { $0.time < $1.time }].enumerated() {
            let text = rows.map { "\($0.name),\($0.time),\($0.value),good\r\n" }.joined()
            try run("point,unix_ms,value,quality\r\n" + text)
            #expect(target.samples[turn * 3..<turn * 3 + 3].allSatisfy { $0.count == 300 })
        }
        for point in 0..<3 {
            #expect(SampleColumns.hasSameBits(target.samples[point], target.samples[point + 3]))
        }
    }

    @Test("names points by prefix, by stem, or by full names") func names() throws {
        try run("unix_ms,a\n1,1\n", ImportRules(prefix: "P"))
        try run("unix_ms,d/e/f\n1,1\n", ImportRules(prefix: ""))
        #expect(target.names.map(\.text) == ["P/a", "d/e/f"])
        #expect(target.names[1].point == "e/f")
        #expect(refusal("unix_ms,a\n1,1\n", ImportRules(prefix: "")).contains("a full name"))
        #expect(FileImport.stem(of: "/x/site.csv.gz") == "site")
        #expect(FileImport.stem(of: "site.2024.csv") == "site.2024")
    }

    @Test("tells kinds and units from the points table") func points() throws {
        let table = try folder.file(
            "points.csv", "site,point,kind,unit\nsite,a,binary status,\nsite,b,temperature,degF\n")
        let rules = ImportRules(points: try PointsTable(path: table))
        try run("unix_ms,a,b,c\n1,1,2,3\n", rules)
        #expect(target.entries[0]?.dataType == .digital)
        #expect(target.entries[1] == .init(unit: "degF", dataType: .analog))
        #expect(target.entries[2] == nil)
    }

    @Test("tells a points table from the collector's") func foreignPoints() throws {
        let table = try folder.file("points.csv", "device_id,point_type,object\n1,2,3\n")
        #expect { try PointsTable(path: table) } throws: { error in
            (error as? ToolFailure)?.message?.contains("collector") == true
        }
    }
}
