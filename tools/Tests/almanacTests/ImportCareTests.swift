import ArgumentParser
import ColumnCodec
import Foundation
import SegmentStore
import Testing
import TimeSeriesModel

@testable import almanac

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
        // A floor is never above the newest sample, so there has to be one.
        let newest = try program.folder.file("newest.csv", "unix_ms,a\n1735689600001,1\n")
        #expect(try program.run("import", "csv", newest).status == 0)
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

    @Test("a folder or an unreadable file among others does not keep them out")
    func unreadable() throws {
        let first = try program.folder.file("first.csv", "unix_ms,a\n1735689600000,1\n")
        let last = try program.folder.file("last.csv", "unix_ms,a\n1735689600000,2\n")
        for (place, other) in [program.folder.path, "/proc/self/mem"].enumerated() {
            let store = "\(program.store)\(place)"
            let result = try program.runBare(
                "import", "csv", first, other, "nowhere.csv", last, "--store", store)
            #expect(result.status == 74, "\(result.errors)")
            #expect(result.errors.contains("\(other): "))
            #expect(result.errors.contains("nowhere.csv: No such file"))
            for point in ["first/a", "last/a"] {
                #expect(try program.runBare("read", point, "--store", store).status == 0)
            }
        }
    }

    private enum Step: CaseIterable {
        case begin, append, commit
    }

    /// An import into a store whose disk is full.
    private final class FailingTarget: ImportTarget {
        private let step: Step

        init(_ step: Step) { self.step = step }

        func reach(_ reached: Step) throws(ToolFailure) {
            if reached == step { throw ToolFailure(.inputOutput, "the disk is full") }
        }

        func point(_ name: PointName, _ entry: PointsTable.Entry?) -> Int { 0 }
        func append(_ samples: SampleColumns, to point: Int) throws(ToolFailure) {
            try reach(.append)
        }
        func commit() throws(ToolFailure) -> ImportCounts {
            try reach(.commit)
            return ImportCounts()
        }
        func cancel() {}
    }

    @Test("a store that fails ends the import", arguments: Step.allCases)
    private func failingStore(step: Step) throws {
        let good = try program.folder.file("good.csv", "unix_ms,a\n1735689600000,1\n")
        let bad = try program.folder.file("bad.csv", "unix_ms,a\n1735689600000,x\n")
        var work = ImportWork(
            rules: ImportRules(), options: try FormOptions.parse([]),
            reserve: try ReserveOption.parse([]))
        var targetCount = 0
        work.importEach([bad, good, good, good]) { (_) throws(ToolFailure) in
            targetCount += 1
            let target = FailingTarget(step)
            // The first file is refused before the disk is full.
            if targetCount > 1 { try target.reach(.begin) }
            return target
        }
        #expect(targetCount == 2 && work.untriedCount == 2)
        #expect(work.firstFailure?.status == .wrongData && work.totals.fileCount == 0)
    }

    @Test("an import that succeeds leaves a store, also where no sample came")
    func headerOnly() throws {
        for (place, header) in ["unix_ms,a", "point,unix_ms,value,quality"].enumerated() {
            let file = try program.folder.file("h.csv", header + "\n")
            let store = "\(program.store)\(place)"
            let result = try program.runBare("import", "csv", file, "--store", store)
            #expect(result.status == 0, "\(result.errors)")
            #expect(try program.runBare("info", "--store", store).status == 0, "\(header)")
        }
    }

    @Test("what a table tells of a known point holds from its earliest sample on")
    func changedUnit() throws {
        func versions() throws -> [String] {
            let catalog = try Snapshot.open(at: program.store).catalog
            let address = try #require(catalog.addresses(named: "s/a").first)
            return catalog[address]!.versions.map { "\($0.unit) \($0.validFrom.milliseconds)" }
        }
        func table(_ unit: String) throws -> String {
            try program.folder.file(
                "points.csv", "site,point,kind,unit\ns,a,temperature,\(unit)\n")
        }
        let start = BulkImport.supportedRange.from.milliseconds
        let first = try program.folder.file("s.csv", "unix_ms,a\n1600000000000,1\n")
        #expect(try program.run("import", "csv", first, "--points", table("degC")).status == 0)
        // Newest first, and a column without samples.
        let wide = try program.folder.file(
            "s.csv", "unix_ms,a,b\n1735689700000,3,\n1735689600000,2,\n1735689650000,4,\n")
        #expect(try program.run("import", "csv", wide, "--points", table("degF")).status == 0)
        #expect(try versions() == ["degC \(start)", "degF 1735689600000"])
        let long = try program.folder.file(
            "l.csv",
            "point,unix_ms,value,quality\ns/a,1740000000001,1,good\ns/a,1740000000000,2,good\n")
        #expect(try program.run("import", "csv", long, "--points", table("K")).status == 0)
        let all = ["degC \(start)", "degF 1735689600000", "K 1740000000000"]
        #expect(try versions() == all)
        // Nothing was told of what the point is: older samples keep their unit.
        #expect(try program.run("import", "csv", first).status == 0)
        #expect(try versions() == all)
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
