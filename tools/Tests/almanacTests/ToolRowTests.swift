import Almanac
import Foundation
import SegmentStore
import Testing
import ToolTestSupport

@testable import almanac

/// Refusals and warnings that named the wrong thing, or were missing.
@Suite("Refusals and warnings") struct ToolRowTests {
    private let program: Program

    init() throws { program = try Program() }

    private func imported() throws {
        let file = try program.folder.file("s.csv", "unix_ms,a\n1735689600000,1\n1735689660000,2\n")
        #expect(try program.run("import", "csv", file).status == 0)
    }

    /// The negative number was taken for an option that does not exist.
    @Test("--limit -1 is refused as a limit", arguments: ["read", "ls", "gaps", "health"])
    func negativeLimit(command: String) throws {
        try imported()
        var arguments = [command]
        if command == "read" { arguments.append("s/a") }
        if command == "ls" { arguments.append("points") }
        let result = try program.run(
            arguments + ["--limit", "-1", "--store", program.store], [:])
        #expect(result.status == 64)
        #expect(result.errors.contains("--limit -1: a number from 0"), "\(result.errors)")
    }

    /// The hint was to make a demo store.
    @Test("restore from a folder that is not there names the backup") func noBackup() throws {
        let result = try program.run("restore", program.folder.path + "/nothere")
        #expect(result.status == 66)
        #expect(result.errors.contains("no backup at") && !result.errors.contains("demo"))
    }

    /// A copy in the store's own folder was made, and was gone with the store.
    @Test("a copy into the store's own folder is refused", arguments: ["backup", "snapshot"])
    func ownFolder(command: String) throws {
        try imported()
        let link = program.folder.path + "/link"
        try FileManager.default.createSymbolicLink(
            atPath: link, withDestinationPath: program.store)
        for dest in [
            program.store + "/copy", program.store + "/seg/../a/b", link + "/copy",
            program.folder.path + "/x/../store/copy",
        ] {
            let result = try program.run(command, dest)
            #expect(result.status != 0, "\(dest)")
            #expect(!FileManager.default.fileExists(atPath: dest), "\(dest)")
        }
        let refused = try program.run(command, program.store + "/copy")
        #expect(refused.status == 64 && refused.errors.contains("inside the store"))
        // A folder beside it whose name begins the same is another one.
        #expect(try program.run(command, program.store + "-copy").status == 0)
        #expect(try program.run("verify").status == 0)
    }

    /// Samples from before a change of unit were printed with the present one.
    @Test("read prints the unit that was valid at the end of the range") func unitOfItsTime() throws
    {
        for (day, unit) in [(0, "degF"), (10, "degC")] {
            let time = 1_735_689_600_000 + day * 86_400_000
            let file = try program.folder.file("s.csv", "unix_ms,a\n\(time),1\n")
            let table = try program.folder.file(
                "points.csv", "site,point,kind,unit\ns,a,temperature,\(unit)\n")
            #expect(try program.run("import", "csv", file, "--points", table).status == 0)
        }
        for (end, unit) in [("2025-01-05", "degF"), ("2025-02-01", "degC"), ("now", "degC")] {
            let result = try program.run("read", "s/a", "--to", end, "--output", "json")
            #expect(result.output.contains("\"unit\":\"\(unit)\""), "\(end): \(result.output)")
        }
        #expect(try program.run("read", "s/a", "--output", "json").output.contains("degC"))
    }

    /// The number after the last one was 0 or ended the program.
    @Test("an import without a free point number is refused") func lastNumber() throws {
        let store = try Store.open(at: program.store)
        _ = try store.define([
            PointDefinition(
                address: PointAddress(device: 4_194_304, type: .imported, number: .max),
                deviceName: "s",
                version: PointVersion(
                    name: "last", unit: "", dataType: .analog,
                    validFrom: Timestamp(milliseconds: 0)))
        ])
        store.close()
        let file = try program.folder.file("s.csv", "unix_ms,a\n1735689600000,1\n")
        for arguments in [["--dry-run"], []] {
            let result = try program.run(
                ["import", "csv", file, "--store", program.store] + arguments, [:])
            #expect(result.status == 65 && result.errors.contains("no number is left"))
        }
    }

    /// The number printed was that of the program.
    @Test("info prints the store's format and its floor") func info() throws {
        try imported()
        let info = try program.run("info", "--output", "json").output
        #expect(info.contains("\"format\":\(try Snapshot.open(at: program.store).format),"))
        #expect(info.contains("\"floor\":null"))
        #expect(try program.run("prune", "old", "--days", "1", "--apply").status == 0)
        #expect(
            try program.run("info", "--output", "json").output
                .contains("\"floor\":\(1_735_689_660_000 - 86_400_000)"))
    }

    @Test("an import names samples that an announced retention will remove")
    func retention() async throws {
        var configuration = Configuration()
        configuration.dataRetentionDays = 30
        let manager = try DataManager.open(at: program.store, configuration: configuration)
        let point = PointAddress(device: 7, type: .input, number: 1)
        try await manager.upsert(Device(deviceID: 7, deviceName: "unit"))
        try await manager.upsert([
            MonitoringPoint(address: point, pointName: "p", dataType: .analog)
        ])
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        try await manager.store([
            PointSample(point: point, value: 1, at: Timestamp(milliseconds: now))
        ])
        await manager.close()
        let rows = [Int64(40), 35, 20].map { "\(now - $0 * 86_400_000),1\n" }.joined()
        let file = try program.folder.file("s.csv", "unix_ms,a\n" + rows)
        let silent = try program.run("import", "csv", file, "--dry-run")
        #expect(silent.status == 0 && !silent.errors.contains("retention"))
        // As housekeeping writes it when it announces a removal.
        let store = try Store.open(at: program.store)
        let state =
            #"{"last":\#(now),"announced":{"removal":\#(now + 86_400_000),"days":30}}"#
        try store.updateCatalog { (catalog, change) throws(StoreError) in
            try catalog.setDocument(
                Array(state.utf8), for: "housekeeping", validFrom: Timestamp(milliseconds: now),
                into: &change)
        }
        store.close()
        let told = try program.run("import", "csv", file)
        #expect(told.status == 0)
        #expect(told.errors.contains("2 samples are older than"), "\(told.errors)")
    }

    /// All samples of a file, and those stored of its points, were in memory.
    @Test(
        "a dry run counts what the import counts, and leaves nothing",
        arguments: ["replace", "keep"])
    func dryRun(rule: String) throws {
        var random = SplitMix64(seed: 12)
        func file(_ name: String, _ count: Int) throws -> String {
            // Times and values that often meet, within a file and with what is stored.
            let rows = (0..<count).map { _ in
                "\(1_735_689_600_000 + Int64.random(in: 0..<4000, using: &random) * 60_000),"
                    + "\(Int.random(in: 0..<3, using: &random)),"
                    + "\(Int.random(in: 0..<3, using: &random))\n"
            }
            return try program.folder.file(name, "unix_ms,a,b\n" + rows.joined())
        }
        let temporary = program.folder.path + "/temporary"
        try FileManager.default.createDirectory(
            atPath: temporary, withIntermediateDirectories: false)
        #expect(try program.run("import", "csv", try file("s.csv", 3000)).status == 0)
        let next = try file("s.csv", 5000)
        func counts(_ extra: [String]) throws -> Substring {
            let result = try program.run(
                [
                    "import", "csv", next, "--on-conflict", rule, "--output", "json", "--store",
                    program.store,
                ] + extra, ["TMPDIR": temporary])
            #expect(result.status == 0, "\(result.errors)")
            return result.output[...]
        }
        func untilSeconds(_ text: Substring) -> String {
            text.range(of: "\"seconds\"").map { String(text[..<$0.lowerBound]) } ?? ""
        }
        let dry = untilSeconds(try counts(["--dry-run"]))
        #expect(try FileManager.default.contentsOfDirectory(atPath: temporary).isEmpty)
        #expect(dry.contains("\"samples\":10000,"))
        #expect(try untilSeconds(counts([])) == dry)
        let nowhere = try program.run(
            ["import", "csv", next, "--dry-run", "--store", program.store],
            ["TMPDIR": program.folder.path + "/nowhere"])
        #expect(nowhere.status == 74 && nowhere.errors.contains("temporary folder"))
    }
}
