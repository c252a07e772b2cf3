import Foundation
import SegmentStore
import Testing
import TimeSeriesModel

/// Nothing that a store has is left out without a word.
@Suite("Completeness") struct CompletenessTests {
    private let program: Program

    init() throws { program = try Program() }

    @Test("lists count samples that only the log has") func unflushed() throws {
        let file = try program.folder.file("d.csv", "unix_ms,a,b\n1735689600000,1,2\n")
        #expect(try program.run("import", "csv", file).status == 0)
        let store = try Store.open(at: program.store)
        defer { store.close() }
        let address = try #require(store.snapshot().catalog.addresses(named: "d/a").first)
        let series = try #require(store.snapshot().catalog.series(of: address))
        var batch = SampleBatch()
        // One takes the place of a sample that a segment has, two are new.
        for time in [1_735_689_600_000, 1_735_689_660_000, 1_735_689_720_000] as [Int64] {
            batch.append(series, time: time, value: 7)
        }
        _ = try store.append(batch)
        let points = try program.run("ls", "points", "--output", "csv").lines
        #expect(points[1].hasPrefix("4194304:1000:1,d/a,,analog,3,"))
        #expect(points[1].hasSuffix(",1735689600000,1735689720000,,"))
        #expect(points[2].contains(",d/b,,analog,1,"))
        let device = try program.run("ls", "devices", "--output", "csv").lines[1]
        #expect(device.hasPrefix("4194304,d,2,4,"))
        let recent = try program.run(
            "ls", "points", "--from", "2025-01-01 00:01", "--output", "csv")
        #expect(recent.lines.count == 2)
        // A point that never was in a segment.
        let new = try store.define([
            PointDefinition(
                address: PointAddress(device: 9, type: .input, number: 1), deviceName: "new",
                version: PointVersion(
                    name: "p", unit: "", dataType: .analog, validFrom: Timestamp(milliseconds: 0)))
        ])
        var more = SampleBatch()
        more.append(new[0], time: 1_735_689_600_000, value: 1)
        _ = try store.append(more)
        #expect(
            try program.run("ls", "points", "new/*", "--output", "csv").lines.last
                == "9:2:1,new/p,,analog,1,0,1735689600000,1735689600000,,")
    }

    @Test("lists name damaged samples that they could not count") func damagedCounts() throws {
        let rows = (0..<4000).map { "\(1_735_689_600_000 + $0 * 60_000),\($0 * 7919 % 997)\n" }
        let file = try program.folder.file("d.csv", "unix_ms,a\n" + rows.joined())
        #expect(try program.run("import", "csv", file).status == 0)
        let store = try Store.open(at: program.store)
        let series = try #require(store.snapshot().catalog.allSeries.first?.id)
        var batch = SampleBatch()
        // In the middle of what the segment has: the samples have to be read to be counted.
        batch.append(series, time: 1_735_689_600_001, value: 7)
        _ = try store.append(batch)
        defer { store.close() }
        #expect(try program.run("ls", "points", "--output", "csv").lines[1].contains(",4001,"))
        let folder = program.store + "/seg"
        let name = try #require(FileManager.default.contentsOfDirectory(atPath: folder).first)
        var bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
        bytes[110] ^= 1
        try bytes.write(to: URL(fileURLWithPath: folder + "/" + name))
        for kind in ["points", "devices"] {
            let list = try program.run("ls", kind, "--output", "csv")
            #expect(list.status == 1 && list.lines.count == 2, "\(kind)")
            #expect(list.errors.contains("damaged samples of d/a were left out"), "\(list.errors)")
        }
    }

    @Test("no export makes one point of two that share a name") func sharedName() throws {
        let store = try Store.open(at: program.store)
        let series = try store.define(
            [1, 2].map { number in
                PointDefinition(
                    address: PointAddress(device: 9, type: .input, number: number),
                    deviceName: "d",
                    version: PointVersion(
                        name: "p", unit: "", dataType: .analog,
                        validFrom: Timestamp(milliseconds: 0)))
            })
        var batch = SampleBatch()
        for (place, series) in series.enumerated() {
            batch.append(series, time: 1_735_689_600_000, value: Double(place))
        }
        _ = try store.append(batch)
        store.close()
        for form in [["csv"], ["csv", "--long"], ["ndjson"], ["csv", "--every", "1d"]] {
            let both = try program.run(["export"] + form + ["--store", program.store], [:])
            #expect(both.status == 65 && both.output.isEmpty, "\(form)")
            #expect(both.errors.contains("two points are named d/p"), "\(both.errors)")
        }
        let one = try program.run("export", "csv", "--long", "9:2:2")
        #expect(one.lines == ["point,unix_ms,value,quality", "d/p,1735689600000,1,good"])
    }

    @Test("a long export says what no form holds, even when it is to be quiet") func nonFinite()
        throws
    {
        let file = try program.folder.file("d.csv", "unix_ms,a\n1735689600000,1\n")
        #expect(try program.run("import", "csv", file).status == 0)
        let store = try Store.open(at: program.store)
        let series = try #require(store.snapshot().catalog.allSeries.first?.id)
        var batch = SampleBatch()
        for (place, value) in [Double.nan, .infinity, -0.0].enumerated() {
            batch.append(series, time: 1_735_689_660_000 + Int64(place) * 60_000, value: value)
        }
        _ = try store.append(batch)
        store.close()
        for command in [["csv", "--long"], ["ndjson"]] {
            let export = try program.run(
                ["export"] + command + ["-q", "--store", program.store], [:])
            #expect(export.status == 0)
            #expect(export.errors.contains("left out: 2 samples whose value is no finite number"))
            #expect(!export.output.lowercased().contains("nan") && !export.output.contains("inf"))
        }
        let long = try program.run("export", "csv", "--long")
        let again = try program.run(
            "import", "csv", try program.folder.file("long.csv", long.output), "--output", "json")
        #expect(again.output.contains("\"samples\":2,\"duplicates\":2,"))
    }
}
