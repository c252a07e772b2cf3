import Almanac
import Foundation
import Testing

@testable import almanac

/// One sample of 2099 turned every point of a store red and the forecast to nothing, and nothing
/// removed it; a machine whose clock was at 1970 called a store good without looking at a sample.
@Suite("A wrong clock, in the tool") struct ClockTests {
    private let program: Program

    init() throws { program = try Program() }

    /// A sample each 15 minutes for ten days of two points.
    private func importPlant(from start: Int, strays: [Int] = []) throws {
        var text = "unix_ms,supply,return\n"
        for tick in 0..<960 {
            text += "\(start + tick * 900_000),\(20 + tick % 8).5,\(18 + tick % 5).25\n"
        }
        let file = try program.folder.file("plant.csv", text)
        #expect(try program.run("import", "csv", file).status == 0)
        guard !strays.isEmpty else { return }
        let rows = strays.map { "\($0),20.1\n" }.joined()
        let stray = try program.folder.file("stray.csv", "unix_ms,supply\n" + rows)
        let result = try program.run(
            "import", "csv", stray, "--prefix", "plant", "--output", "json")
        #expect(result.status == 0 && result.output.contains("\"future\":\(strays.count)"))
        #expect(result.errors.contains("in the future, up to 2099-12-31"), "\(result.errors)")
    }

    private static let year2025 = 1_735_689_600_000
    private static let end2099 = 4_102_444_799_000

    @Test("health, gaps, stat and info look up to the newest plausible sample, and name the others")
    func stray() throws {
        try importPlant(from: ClockTests.year2025)
        let before = try program.run("stat", "--output", "json").output
        let (head, forecast) = try #require(ClockTests.split(before, at: "\"samples_per_year\":"))
        #expect(!head.isEmpty)
        let stray = try program.folder.file(
            "stray.csv", "unix_ms,supply\n\(ClockTests.end2099),20.1\n")
        #expect(
            try program.run("import", "csv", stray, "--prefix", "plant").errors
                .contains("1 sample is in the future, up to 2099-12-31"))
        let health = try program.run("health", "--output", "csv")
        #expect(health.lines[1].contains(",960,960,100,0,0,"), "\(health.lines)")
        #expect(health.lines[1].hasSuffix(",1,warning") && health.lines[2].hasSuffix(",0,good"))
        #expect(health.status == 0 && health.errors.contains("plant/supply (2099-12-31"))
        let table = try program.run("health", "--fail-on", "future")
        #expect(table.status == 1 && table.output.contains("1 in the future"))
        #expect(try program.run("health", "plant/return", "--fail-on", "future").status == 0)
        let gaps = try program.run("gaps", "--output", "csv")
        #expect(gaps.lines.count == 1 && gaps.errors.contains("`almanac prune future`"))
        let after = try program.run("stat", "--output", "json")
        let (_, rate) = try #require(ClockTests.split(after.output, at: "\"samples_per_year\":"))
        #expect(rate.prefix(6) == forecast.prefix(6) && after.errors.contains("in the future"))
        let info = try program.run("info", "--output", "json")
        let last = ClockTests.year2025 + 959 * 900_000
        #expect(info.output.contains("\"last_time\":\(last)"), "\(info.output)")
        #expect(info.output.contains("\"future_samples\":1") && info.errors.contains("2099-12-31"))
    }

    private static func split(_ text: String, at mark: String) -> (String, String)? {
        text.range(of: mark).map {
            (String(text[..<$0.lowerBound]), String(text[$0.upperBound...]))
        }
    }

    @Test("prune future lists samples, removes them with --apply, and records that")
    func prune() throws {
        try importPlant(
            from: ClockTests.year2025,
            strays: [ClockTests.end2099 - 1000, ClockTests.end2099])
        let dry = try program.run("prune", "future", "--output", "json")
        #expect(
            dry.output == """
                {"schema":"almanac.prune-future/1","applied":false,"samples":2,"rows":[
                {"point":"plant/supply","address":"4194304:1000:1","samples":2,\
                "first_time":\(ClockTests.end2099 - 1000),"last_time":\(ClockTests.end2099)}
                ]}

                """)
        #expect(dry.status == 0 && dry.errors.contains("--apply"))
        #expect(try program.run("info", "--output", "json").output.contains("\"samples\":1922"))
        let other = try program.run("prune", "future", "plant/return", "--apply", "--output", "csv")
        #expect(other.status == 0 && other.lines.count == 1)
        let done = try program.run("prune", "future", "plant/*", "--apply")
        #expect(done.status == 0 && done.errors.contains("2 samples in the future removed"))
        #expect(try program.run("info", "--output", "json").output.contains("\"samples\":1920"))
        #expect(try program.run("health", "--fail-on", "future").status == 0)
        #expect(try program.run("verify", "--deep").status == 0)
        let manager = try DataManager.open(at: program.store, mode: .readOnly)
        let audit = try manager.audit(in: .all)
        #expect(audit.map(\.operation) == ["removeFutureSamples"])
        #expect(audit.first?.oldValue?.hasPrefix("2 samples from ") == true)
        #expect(audit.first?.userID == ProcessInfo.processInfo.userName)
        #expect(audit.first?.source == "tool")
        #expect(try program.run("prune", "future", "nothing/*").status == 66)
    }

    @Test("a clock before the data is a finding, and the review reaches up to the data's end")
    func behind() throws {
        // Samples of 2150: this machine's clock is behind all of them.
        try importPlant(from: 5_680_281_600_000)
        for command in [["health", "--fail-on", "coverage<90"], ["health"], ["gaps"]] {
            let result = try program.run(command + ["--store", program.store], [:])
            #expect(result.status == 1, "\(command)")
            #expect(result.errors.contains("clock is behind the data"), "\(result.errors)")
        }
        let rows = try program.run("health", "--output", "csv").lines
        #expect(rows[1].contains(",960,960,100,0,0,") && rows[1].hasSuffix(",0,good"), "\(rows)")
        // What is asked of the past alone does not depend on the clock.
        #expect(try program.run("health", "--to", "2020").status == 0)
        #expect(try program.run("info").errors.contains("clock is behind the data"))
        let refused = try program.run("prune", "future", "--apply")
        #expect(refused.status == 1 && refused.errors.contains("set the clock first"))
        #expect(try program.run("info", "--output", "json").output.contains("\"samples\":1920"))
    }

    @Test("prune old and floor change nothing without --apply, and are recorded with it")
    func floor() throws {
        try importPlant(from: ClockTests.year2025)
        let bound = ClockTests.year2025 + 959 * 900_000 - 5 * 86_400_000
        let dry = try program.run("prune", "old", "--days", "5", "--output", "json")
        #expect(
            dry.output.hasPrefix(
                "{\"schema\":\"almanac.prune-old/1\",\"applied\":false,\"before\":\(bound),"
                    + "\"samples\":958,"), "\(dry.output)\(dry.errors)")
        #expect(
            try program.run("floor", "--output", "json").output
                == "{\"schema\":\"almanac.floor/1\",\"floor\":null,\"new_floor\":null,"
                + "\"applied\":false}\n")
        let done = try program.run("prune", "old", "--days", "5", "--apply", "--output", "json")
        #expect(done.output.contains("\"samples\":958,"), "\(done.errors)")
        let file = try program.folder.file("old.csv", "unix_ms,supply\n\(bound - 1),1\n")
        let refused = try program.run("import", "csv", file, "--prefix", "plant")
        #expect(refused.status == 1 && refused.errors.contains("`almanac floor`"))
        #expect(try program.run("floor", "--lower", "2024-06-01").errors.contains("--apply"))
        #expect(try program.run("import", "csv", file, "--prefix", "plant").status == 1)
        #expect(try program.run("floor", "--lower", "2030-01-01", "--apply").status == 64)
        #expect(try program.run("floor", "--apply").status == 64)
        #expect(try program.run("floor", "--lower", "2024-06-01", "--apply").status == 0)
        #expect(try program.run("import", "csv", file, "--prefix", "plant").status == 0)
        #expect(try program.run("floor", "--remove", "--apply").status == 0)
        #expect(
            try program.run("floor", "--output", "csv").lines == [
                "floor,new_floor,applied", ",,false",
            ])
        let manager = try DataManager.open(at: program.store, mode: .readOnly)
        let audit = try manager.audit(in: .all)
        #expect(
            audit.map(\.operation)
                == ["removeSamples", "lowerRetentionFloor", "lowerRetentionFloor"])
        let user = ProcessInfo.processInfo.userName
        #expect(audit.allSatisfy { $0.source == "tool" && $0.userID == user })
        #expect(try program.runBare("floor", "--store", program.folder.path + "/no").status == 66)
        #expect(
            try program.runBare(
                "prune", "old", "--days", "9", "--apply", "--store",
                program.folder.path + "/no"
            ).status == 66)
    }
}
