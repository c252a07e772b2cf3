import Almanac
import Foundation
import SegmentStore
import Testing

@Suite("The program") struct ProgramTests {
    private let program: Program

    init() throws { program = try Program() }

    private func imported(
        _ text: String = "unix_ms,a,b\n1735689600000,1.5,2\n1735690500000,,-0.0\n",
        name: String = "site.csv"
    ) throws {
        let file = try program.folder.file(name, text)
        let result = try program.run("import", "csv", file)
        #expect(result.status == 0, "\(result.errors)")
    }

    @Test("imports, and gives back what was imported") func roundTrip() throws {
        try imported()
        let read = try program.run("read", "site/b", "--output", "csv")
        #expect(
            read.output == "unix_ms,value,quality\n1735689600000,2,good\n1735690500000,-0,good\n")
        let export = try program.run("export", "csv")
        #expect(export.output == "unix_ms,a,b\n1735689600000,1.5,2\n1735690500000,,-0\n")
        let again = try program.run(
            "import", "csv", try program.folder.file("site.csv", export.output), "--output", "json")
        #expect(again.output.contains("\"points\":2,\"samples\":3,\"duplicates\":3,\"replaced\":0"))
    }

    @Test("spells JSON as the contract does") func json() throws {
        try imported()
        let read = try program.run("read", "site/a", "--output", "json", "--limit", "5")
        #expect(
            read.output == """
                {"schema":"almanac.read/1","point":"site/a","unit":"","from":1735689600000,\
                "to":1735689600001,"truncated":false,"descriptions":[{"valid_from":-2208988800000,\
                "name":"a","unit":"","data_type":"analog","decimals":null,"states":null}],\
                "samples":[
                {"unix_ms":1735689600000,"value":1.5,"quality":"good"}
                ]}

                """)
        let info = try program.run("info", "--output", "json")
        #expect(info.output.hasPrefix("{\"schema\":\"almanac.info/1\",\"store\":"))
        #expect(
            info.output.contains(
                ",\"format\":1,\"years\":[2025],\"segments\":1,\"series\":2,\"samples\":3,"))
        let verify = try program.run("verify", "--output", "json")
        #expect(
            verify.output
                == "{\"schema\":\"almanac.verify/1\",\"ok\":true,\"checked_chunks\":2,\"damaged\":[]}\n"
        )
        let cut = try program.run("read", "site/b", "--output", "json", "--limit", "1")
        #expect(cut.output.contains("\"truncated\":true"))
    }

    @Test("keeps the qualities of the long form") func long() throws {
        let text = """
            point,unix_ms,value,quality
            d/a,1735689600000,1,good
            d/a,1735689660000,2,bad+fault
            e/b,1735689600000,3,uncertain+stale

            """
        try imported(text, name: "long.csv")
        #expect(try program.run("export", "csv", "--long").output == text)
        let wide = try program.run("export", "csv")
        #expect(wide.output == "unix_ms,d/a,e/b\n1735689600000,1,3\n")
        #expect(wide.errors.contains("left out: 1 sample without a usable value"))
        #expect(wide.errors.contains("--prefix ''"))
        let lines = try program.run("export", "ndjson", "e/*").output
        #expect(
            lines
                == "{\"point\":\"e/b\",\"unix_ms\":1735689600000,\"value\":3,\"quality\":\"uncertain+stale\"}\n"
        )
    }

    @Test("writes gzip that it reads again, and what spreadsheets want") func forms() throws {
        try imported("unix_ms,=a,b\n1735689600000,1.5,2\n")
        let excel = try program.run("export", "csv", "--excel")
        #expect(excel.output == "\u{FEFF}unix_ms;'=a;b\n1735689600000;1.5;2\n")
        let gzip = try program.run("export", "csv", "--gzip")
        #expect(gzip.status == 0)
        let packed = program.folder.path + "/site.csv.gz"
        try FileManager.default.copyItem(atPath: program.folder.path + "/stdout", toPath: packed)
        let again = try program.run("import", "csv", packed, "--output", "json")
        #expect(again.output.contains("\"duplicates\":2"), "\(again.errors)")
        let bytes = try Data(contentsOf: URL(fileURLWithPath: packed))
        // Zeros behind the last member fill a block or more; a second member may stand before them.
        for padded in [bytes + Data(count: 1), bytes + bytes + Data(count: 1 << 19)] {
            try padded.write(to: URL(fileURLWithPath: packed))
            let result = try program.run(
                "import", "csv", packed, "--skip-bad", "--output", "json")
            #expect(result.output.contains("\"files\":1,"), "\(result.errors)")
        }
        try (bytes + Data(count: 1 << 19) + bytes).write(to: URL(fileURLWithPath: packed))
        let buried = try program.run("import", "csv", packed)
        #expect(buried.status == 65 && buried.errors.contains("the gzip data are damaged"))
        try bytes.dropLast(9).write(to: URL(fileURLWithPath: packed))
        let cut = try program.run("import", "csv", packed)
        #expect(cut.status == 65)
        #expect(cut.errors.contains("gzip data end too early"))
    }

    @Test("fills buckets only where that was asked for") func buckets() throws {
        let quarter = 900_000
        let rows = [0, 2, 4, 40].map { "\(1_735_689_600_000 + $0 * quarter),\($0)" }
        try imported("unix_ms,a\n" + rows.joined(separator: "\n"))
        func export(_ fill: String) throws -> [String] {
            try program.run("export", "csv", "--every", "15m", "--fill", fill).lines.dropFirst()
                .map { String($0.split(separator: ",")[1]) }
        }
        #expect(try export("none") == ["0", "2", "4", "40"])
        #expect(try export("linear") == ["0", "1", "2", "3", "4", "40"])
        #expect(try export("hold") == ["0", "0", "2", "2", "4", "4", "40"])
    }

    @Test("counts days of 23, 24 and 25 hours") func days() throws {
        // Hourly samples of 2025-03-28 to 31 and 2025-10-24 to 27, Zurich.
        let starts = [1_743_116_400_000, 1_761_256_800_000]
        let rows = starts.flatMap { start in (0..<96).map { "\(start + $0 * 3_600_000),\($0)" } }
        try imported("unix_ms,a\n" + rows.joined(separator: "\n"))
        let read = try program.run(
            "read", "site/a", "--every", "1d", "--agg", "count,first", "--tz", "Europe/Zurich",
            "--output", "csv")
        #expect(
            read.lines.dropFirst().map { $0.split(separator: ",")[1] }
                == ["24", "24", "23", "24", "1", "24", "24", "25", "23"])
        let site = try program.run(
            "read", "site/a", "--every", "1d", "--limit", "1",
            environment: ["ALMANAC_SITE_TIME_ZONE": "Europe/Zurich"])
        #expect(
            site.output.contains("Europe/Zurich")
                && site.output.contains("2025-03-28 00:00:00+01:00"))
    }

    @Test("refuses a file whole, takes the others, and names the file") func refusedFile() throws {
        let good = try program.folder.file("good.csv", "unix_ms,a\n1735689600000,1\n")
        let bad = try program.folder.file("bad.csv", "unix_ms,a\n1735689600000,1\n5,x\n")
        let result = try program.run("import", "csv", bad, good, "--output", "json")
        #expect(result.status == 65)
        #expect(result.errors.contains("bad.csv: line 3, column a: found \"x\""))
        #expect(result.output.contains("\"files\":1,\"points\":1,\"samples\":1,"))
        #expect(try program.run("read", "bad/a").status == 66)
    }

    @Test("counts in a dry run what an import would do, and makes no store") func dryRun() throws {
        let file = try program.folder.file("a.csv", "unix_ms,x\n1735689600000,1\n1735689660000,2\n")
        let first = try program.run("import", "csv", file, "--dry-run", "--output", "json")
        #expect(first.output.contains("\"samples\":2,\"duplicates\":0,\"replaced\":0"))
        #expect(!FileManager.default.fileExists(atPath: program.store))
        #expect(try program.run("import", "csv", file).status == 0)
        let other = try program.folder.file(
            "a.csv", "unix_ms,x\n1735689600000,1\n1735689660000,3\n")
        for extra in ["--dry-run", "--quiet"] {
            let result = try program.run("import", "csv", other, extra, "--output", "json")
            #expect(result.output.contains("\"samples\":2,\"duplicates\":1,\"replaced\":1"))
        }
        let old = try program.folder.file("a.csv", "unix_ms,x\n1735689600000,1\n1735689660000,2\n")
        let kept = try program.run(
            "import", "csv", old, "--on-conflict", "keep", "--output", "json")
        #expect(kept.output.contains("\"samples\":2,\"duplicates\":1,\"replaced\":0"))
        #expect(
            try program.run("read", "a/x", "--output", "csv").lines.last == "1735689660000,3,good")
    }

    @Test("keeps units that an earlier import told") func units() throws {
        let file = try program.folder.file("s.csv", "unix_ms,t\n1735689600000,1\n")
        let points = try program.folder.file(
            "points.csv", "site,point,kind,unit\ns,t,temperature,degF\n")
        #expect(try program.run("import", "csv", file, "--points", points).status == 0)
        #expect(try program.run("import", "csv", file).status == 0)
        let list = try program.run("ls", "points", "--output", "csv")
        #expect(list.lines[1].hasPrefix("4194304:1000:1,s/t,degF,analog,1,"))
    }

    @Test("lists what there is, filtered and ordered") func lists() throws {
        try imported("unix_ms,a,b\n1735689600000,1,2\n1735690500000,,3\n")
        try imported("unix_ms,a\n1704067200000,1\n", name: "old.csv")
        #expect(try program.run("ls", "points", "--output", "csv").lines.count == 4)
        #expect(try program.run("ls", "points", "site/*", "--output", "csv").lines.count == 3)
        let aged = try program.run("ls", "devices", "--sort", "age", "--output", "csv")
        #expect(aged.lines.dropFirst().map { $0.split(separator: ",")[1] } == ["old", "site"])
        let recent = try program.run("ls", "segments", "--from", "2025", "--output", "csv")
        #expect(recent.lines.count == 2)
        #expect(try program.run("ls", "chunks", "--output", "ndjson").lines.count == 3)
        #expect(try program.run("ls", "logs", "--output", "json").output.contains("\"rows\":[]"))
    }

    @Test("lists the trend logs of a store that a service has filled") func logs() async throws {
        let manager = try DataManager.open(at: program.store)
        let point = PointAddress(device: 1201, type: .input, number: 5)
        try await manager.upsert(Device(deviceID: 1201, deviceName: "AHU1"))
        try await manager.upsert([
            MonitoringPoint(address: point, pointName: "Supply", dataType: .analog)
        ])
        for (name, interval) in [("Quarters", 900), ("Minutes", 60)] {
            let log = try await manager.upsert(
                TrendLog(deviceID: 1201, trendLogName: name, interval: .seconds(interval)))
            if name == "Quarters" {
                try await manager.replaceItems(
                    of: log.id!,
                    with: [TrendLogItem(trendLogID: log.id!, point: point, pointOrder: 0)])
            }
        }
        try await manager.store([
            PointSample(point: point, value: 1, at: Timestamp("2025-01-01")!)
        ])
        await manager.close()
        let list = try program.run("ls", "logs", "--sort", "name", "--output", "csv")
        #expect(
            list.lines == [
                "device_id,name,interval_seconds,points", "1201,Minutes,60,0",
                "1201,Quarters,900,1",
            ])
        let fitting = try program.run("ls", "logs", "Min*", "--output", "csv")
        #expect(fitting.lines.dropFirst() == ["1201,Minutes,60,0"])
        let recent = try program.run("ls", "logs", "--from", "2025", "--output", "csv")
        #expect(recent.lines.dropFirst() == ["1201,Quarters,900,1"])
    }

    @Test("finds a flipped bit, reads the rest, and ends with 1") func damage() throws {
        try imported("unix_ms,a,b\n" + (0..<5000).map { "\($0),\($0).5,\($0 % 3)\n" }.joined())
        let folder = program.store + "/seg"
        let segment =
            folder + "/" + (try FileManager.default.contentsOfDirectory(atPath: folder))[0]
        var bytes = try Data(contentsOf: URL(fileURLWithPath: segment))
        bytes[110] ^= 1
        try bytes.write(to: URL(fileURLWithPath: segment))
        let verify = try program.run("verify", "--output", "json")
        #expect(verify.status == 1)
        #expect(
            verify.output.contains("\"ok\":false")
                && verify.output.contains("\"reason\":\"checksum\""))
        let read = try program.run("read", "site/a", "--output", "csv")
        #expect(read.status == 1 && read.output == "unix_ms,value,quality\n")
        #expect(read.errors.contains("damaged samples of site/a were left out"))
        #expect(try program.run("read", "site/b", "--output", "csv").lines.count == 5001)
        #expect(try program.run("export", "csv").status == 1)
    }

    @Test("names who holds the lock, and ends with 75") func locked() throws {
        try imported()
        let holder = try Store.open(at: program.store)
        defer { holder.close() }
        let file = program.folder.path + "/site.csv"
        let result = try program.run("import", "csv", file)
        #expect(result.status == 75)
        #expect(
            result.errors.contains(
                "written by process \(ProcessInfo.processInfo.processIdentifier) ("))
        #expect(try program.run("info").status == 0)
    }

    @Test("ends with the status of each mistake") func statuses() throws {
        #expect(try program.runBare("frobnicate").status == 64)
        #expect(try program.run("read").status == 64)
        #expect(try program.run("info", "--output", "xml").status == 64)
        #expect(try program.run("info", "--from", "2025").status == 64)
        #expect(try program.run("read", "a/b", "--from", "2026", "--to", "2025").status == 64)
        #expect(try program.run("read", "a/b", "--agg", "median", "--every", "1d").status == 64)
        let missing = try program.run("info")
        #expect(missing.status == 66)
        #expect(missing.errors.contains("`almanac demo ./demo` makes one"))
        #expect(try program.run("import", "csv", "nowhere.csv").status == 66)
        #expect(!FileManager.default.fileExists(atPath: program.store))
        try imported()
        #expect(try program.run("read", "site/nothing").status == 66)
        #expect(try program.run("export", "csv", "nothing*").status == 66)
        #expect(try program.run("read", "site/a", "--tz", "Mars/X").status == 64)
        let zone = try program.run("info", environment: ["ALMANAC_SITE_TIME_ZONE": "Mars/X"])
        #expect(zone.status == 78)
        #expect(try program.run("import", "csv", "/proc/self/mem").status == 74)
        try Data("hello\n".utf8).write(to: URL(fileURLWithPath: program.store + "/MANIFEST"))
        try Data("hello\n".utf8).write(to: URL(fileURLWithPath: program.store + "/MANIFEST.2"))
        let foreign = try program.run("info")
        #expect(foreign.status == 65)
    }

    @Test("puts nothing but data on standard output, and no colour in files") func streams() throws
    {
        try imported()
        let info = try program.run("info", environment: ["TERM": "xterm"])
        #expect(info.errors.isEmpty && !info.output.contains("\u{1B}"))
        let colored = try program.run("ls", "points", "--color", "always")
        #expect(colored.output.contains("\u{1B}[1m"))
        let named = try program.runBare(
            "info", environment: ["ALMANAC_DATA_DIRECTORY": program.store])
        #expect(named.status == 0)
        #expect(try program.runBare("--store", program.store, "info").status == 0)
    }

    @Test("makes a demo that is whole, lists its faults, and refuses a folder in use")
    func demo() throws {
        let folder = program.folder.path + "/demo"
        let made = try program.runBare("demo", folder, "--points", "12", "--output", "json")
        #expect(made.status == 0, "\(made.errors)")
        #expect(made.output.contains("\"kind\":\"gap\""))
        #expect(made.errors.contains("almanac info --store"))
        #expect(try program.runBare("verify", "--deep", "--store", folder).status == 0)
        #expect(try program.runBare("demo", folder).status == 64)
    }

    @Test(
        "tells its options with one example",
        arguments: [
            ["info"], ["ls"], ["read"], ["plot"], ["gaps"], ["health"], ["stat"], ["verify"],
            ["import", "csv"], ["export", "csv"], ["export", "ndjson"], ["backup"], ["snapshot"],
            ["restore"], ["demo"], ["discover"], ["probe"], ["simulate"],
        ])
    func help(command: [String]) throws {
        let result =
            command.count == 1
            ? try program.runBare(command[0], "--help")
            : try program.runBare(command[0], command[1], "--help")
        #expect(result.status == 0)
        #expect(result.output.components(separatedBy: "Example:").count == 2)
    }
}
