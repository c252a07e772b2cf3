import Foundation
import SegmentStore
import Testing
import TimeSeriesModel

@Suite("Imports that go wrong") struct ImportCareTests {
    private let program: Program

    init() throws { program = try Program() }

    private func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    @Test("a refused first import leaves no store behind, nor anything beside it")
    func refusedFirstImport() throws {
        let bad = try program.folder.file("bad.csv", "unix_ms,a\n1735689600000,x\n")
        let before = try FileManager.default.contentsOfDirectory(atPath: program.folder.path)
            .sorted()
        let result = try program.run("import", "csv", bad)
        #expect(result.status == 65)
        #expect(!exists(program.store))
        let after = try FileManager.default.contentsOfDirectory(atPath: program.folder.path)
            .sorted()
        #expect(after.filter { !$0.hasPrefix("std") } == before.filter { !$0.hasPrefix("std") })
        #expect(try program.run("info").status == 66)
        // In a folder that was there and empty, nothing is left that looks like a store.
        try FileManager.default.createDirectory(
            atPath: program.store, withIntermediateDirectories: false)
        #expect(try program.run("import", "csv", bad).status == 65)
        #expect(exists(program.store))
        #expect(try program.run("info").status == 66)
        let good = try program.folder.file("good.csv", "unix_ms,a\n1735689600000,1\n")
        #expect(try program.run("import", "csv", bad, good).status == 65)
        #expect(try program.run("read", "good/a").status == 0)
    }

    @Test("a refused import keeps a store that was there, also an empty one") func keepsStore()
        throws
    {
        let store = try Store.open(at: program.store)
        store.close()
        let bad = try program.folder.file("bad.csv", "unix_ms,a\n1735689600000,x\n")
        #expect(try program.run("import", "csv", bad).status == 65)
        #expect(try program.run("info").status == 0)
    }

    @Test("an import tells of samples that are older than what the store keeps")
    func belowFloor() throws {
        let text = "unix_ms,a,b\n1700000000000,1,2\n1735689600000,3,\n1735689600001,4,5\n"
        let file = try program.folder.file("s.csv", text)
        let store = try Store.open(at: program.store)
        _ = try store.removeSamples(before: Timestamp(milliseconds: 1_735_689_600_001))
        store.close()
        for extra in ["--dry-run", "--quiet"] {
            let result = try program.run("import", "csv", file, extra, "--output", "json")
            #expect(result.status == 1)
            #expect(
                result.output.contains(
                    "\"samples\":2,\"duplicates\":0,\"replaced\":0,\"rejected\":3,"),
                "\(result.output)")
            #expect(
                result.errors.contains(
                    "\(file): 3 samples left out: older than 2025-01-01 00:00:00.001Z"))
        }
        #expect(
            try program.run("read", "s/a", "--output", "csv").lines.dropFirst()
                == ["1735689600001,4,good"])
        let young = try program.folder.file("s.csv", "unix_ms,a\n1735689600001,4\n")
        #expect(try program.run("import", "csv", young).status == 0)
    }

    @Test("an import of seconds says so, and stores what was said") func seconds() throws {
        let wide = try program.folder.file("w.csv", "unix_ms,a\n1735689600,1\n1735690500,2\n")
        let long = try program.folder.file(
            "l.csv", "point,unix_ms,value,quality\nl/a,1735689600,1,good\nl/a,1735690500,2,good\n")
        for file in [wide, long] {
            let result = try program.run("import", "csv", file, "--output", "json")
            #expect(result.status == 0)
            #expect(
                result.errors.contains(
                    "warning: \(file): the times look like seconds; milliseconds are expected"))
            #expect(result.output.contains("\"samples\":2,"))
        }
        #expect(
            try program.run("read", "w/a", "--output", "csv").lines.last == "1735690500,2,good")
        for times in ["1735689600000", "1735689600,1\n1735689600000", "-2000000000000", "5"] {
            let file = try program.folder.file("m.csv", "unix_ms,a\n\(times),1\n")
            #expect(try program.run("import", "csv", file).errors.isEmpty, "\(times)")
        }
    }
}
