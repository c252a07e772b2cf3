import DurableFiles
import Foundation
import SegmentStore
import Testing

@testable import almanac

@Suite("The command line") struct CommandLineTests {
    private let program: Program

    init() throws { program = try Program() }

    @Test(
        "of a mistyped command names the command, not its options",
        arguments: [
            (["infoo", "--deep"], "\"infoo\": did you mean `almanac info`?"),
            (["rea", "a/b", "--every", "1d"], "\"rea\": did you mean `almanac read`?"),
            (["import", "cvs", "a.csv"], "\"cvs\": did you mean `almanac import csv`?"),
            (
                ["-q", "export", "--tz", "utc", "nsjson"],
                "\"nsjson\": did you mean `almanac export"
            ),
            (["--deep", "verfy"], "\"verfy\": did you mean `almanac verify`?"),
            (["--every", "1d", "raed", "a/b"], "\"raed\": did you mean `almanac read`?"),
            (["frobnicate"], "\"frobnicate\": expected one of info, ls, read,"),
        ])
    func mistyped(arguments: [String], message: String) throws {
        let result = try program.run(arguments + ["--store", "x"], [:])
        #expect(result.status == 64)
        #expect(result.errors.contains("almanac: unknown command \(message)"), "\(result.errors)")
    }

    @Test("says so where a time looks like Unix seconds") func seconds() throws {
        let file = try program.folder.file("a.csv", "unix_ms,a\n1735689600000,1\n")
        #expect(try program.run("import", "csv", file).status == 0)
        let read = try program.run("read", "a/a", "--from", "1735689600", "--tz", "utc")
        #expect(read.status == 0)
        #expect(
            read.errors.contains(
                "--from 1735689600 is taken as Unix milliseconds, 1970-01-21 02:08:09.600Z; if it is "
                    + "of seconds, append 000"), "\(read.errors)")
        let right = try program.run("read", "a/a", "--from", "1735689600000", "--to", "2026")
        #expect(right.errors == "")
    }

    @Test("tells its version") func version() throws {
        let result = try program.runBare("--version")
        #expect(result.status == 0)
        #expect(result.output == "almanac \(ToolVersion.number), store format 1\n")
        #expect(try program.runBare("help", "info").status == 0)
    }

    @Test("tells a folder or file of something else from a store that is missing")
    func notOurs() throws {
        let folder = program.folder.path
        let file = try program.folder.file("notes.txt", "hello\n")
        let foreign = try program.runBare("info", "--store", folder)
        #expect(foreign.status == 65)
        #expect(foreign.errors.contains("found a folder with \"notes.txt\", expected a store"))
        #expect(try program.runBare("info", "--store", file).status == 65)
        #expect(try program.runBare("verify", "--store", folder).status == 65)
        let empty = folder + "/empty"
        try FileManager.default.createDirectory(
            atPath: empty, withIntermediateDirectories: true)
        #expect(try program.runBare("info", "--store", empty).status == 66)
        #expect(try program.runBare("info", "--store", folder + "/none").status == 66)
    }

    @Test("says which folder is missing where a store cannot be made") func orphan() throws {
        let path = program.folder.path + "/no/such"
        let file = try program.folder.file("a.csv", "unix_ms,a\n1735689600000,1\n")
        for arguments in [["demo", path], ["import", "csv", file, "--store", path]] {
            let result = try program.run(arguments, [:])
            #expect(result.status == 66)
            #expect(
                result.errors.contains(
                    "cannot be made, because there is no folder \(program.folder.path)/no\n"))
        }
    }

    @Test("names points like the one that was mistyped") func points() throws {
        let file = try program.folder.file(
            "ahu-1.csv", "unix_ms,supply_air_temp,return_air_temp,fan\n1735689600000,1,2,3\n")
        #expect(try program.run("import", "csv", file).status == 0)
        for text in ["ahu-1/suply_air_temp", "ahu1/supply_air_temp", "AHU-1/Supply_Air_Temp"] {
            let result = try program.run("read", text)
            #expect(result.status == 66)
            #expect(result.errors.contains("did you mean ahu-1/supply_air_temp"), "\(text)")
        }
        #expect(
            try program.run("plot", "fna").errors.contains("(did you mean ahu-1/fan?)"))
        #expect(
            try program.run("read", "air_temp").errors
                .contains("(did you mean ahu-1/return_air_temp, ahu-1/supply_air_temp?)"))
        // Part of a name, and with a letter that is wrong.
        for text in ["ahu1/suply", "suply_air"] {
            #expect(
                try program.run("read", text).errors
                    .contains("(did you mean ahu-1/supply_air_temp?)"), "\(text)")
        }
        #expect(!(try program.run("read", "zzz/qqq").errors.contains("did you mean")))
    }

    @Test(
        "says below a table that it was cut short", .enabled(if: Program.hasTerminal))
    func cut() throws {
        let rows = (0..<1200).map { "\(1_735_689_600_000 + $0 * 60_000),\($0)" }
        let file = try program.folder.file(
            "a.csv", "unix_ms,x\n" + rows.joined(separator: "\n") + "\n")
        #expect(try program.run("import", "csv", file).status == 0)
        for command in ["read a/x", "read a/x --every 1m"] {
            let lines = try program.onTerminal(command, ["TERM": "xterm"])
                .split(whereSeparator: \.isNewline)
            #expect(lines.count == 1002)
            #expect(lines.last?.hasPrefix("the first 1,000 ") == true)
        }
    }

    @Test("says of how many rows a table shows the first", .enabled(if: Program.hasTerminal))
    func cutRows() throws {
        let names = (0...1000).map { "p\($0)" }.joined(separator: ",")
        let values = (0...1000).map { "\($0)" }.joined(separator: ",")
        let file = try program.folder.file(
            "w.csv", "unix_ms,\(names)\n1735689600000,\(values)\n")
        #expect(try program.run("import", "csv", file).status == 0)
        for command in ["ls points", "stat", "health"] {
            #expect(
                try program.onTerminal(command, ["TERM": "xterm"]).contains(
                    "the first 1,000 of 1,001 rows are shown; --limit, or --output csv, shows more"
                ), "\(command)")
        }
    }

    @Test("says of a writer what can be done about it") func locked() {
        func message(_ program: String) -> String {
            let holder = LockHolder(
                processID: 1234, processNamespace: "", bootID: "", startTime: 0, program: program,
                liveness: .alive)
            var error = StoreError(.locked, "held")
            error.holder = 1234
            error.underlying = StorageError(
                code: .locked, operation: "lock", path: "LOCK", errno: 11, message: "held",
                holder: holder)
            return ToolFailure(error, store: "s").message ?? ""
        }
        #expect(
            message("almanacd")
                == "s: written by process 1234 (almanacd): stop it, or POST the rows to /api/v1/samples"
        )
        #expect(message("almanac").hasSuffix("(almanac): wait until it ends"))
        #expect(message("other").hasSuffix("(other): stop it, or wait until it ends"))
    }
}

@Suite("Spelling") struct SpellingTests {
    @Test("counts letters put in, left out, changed and exchanged") func distance() {
        func distance(_ left: String, _ right: String) -> Int {
            Spelling.distance(Array(left.utf8), Array(right.utf8))
        }
        #expect(distance("", "abc") == 3 && distance("abc", "abc") == 0)
        #expect(distance("info", "inof") == 1)
        #expect(distance("verfy", "verify") == 1 && distance("verrify", "verify") == 1)
        #expect(distance("kitten", "sitting") == 3)
    }

    @Test("gives the nearest first, and none that is far") func nearest() {
        let names = ["plant/outdoor_temp", "plant/outdoor_light", "ahu/fan", "plant/dhw_temp"]
        #expect(
            Spelling.nearest(to: "plant/outdor_temp", among: names, countMax: 3)
                == ["plant/outdoor_temp"])
        #expect(
            Spelling.nearest(to: "OUTDOOR", among: names, countMax: 3)
                == ["plant/outdoor_light", "plant/outdoor_temp"])
        #expect(Spelling.nearest(to: "boiler", among: names, countMax: 3) == [])
        #expect(Spelling.nearest(to: "", among: names, countMax: 3) == [])
    }
}
