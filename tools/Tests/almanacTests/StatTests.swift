import Foundation
import SegmentStore
import Testing
import TimeSeriesModel

@testable import almanac

@Suite("stat") struct StatTests {
    private let program: Program

    init() throws { program = try Program() }

    /// Two years, two devices, numbers and states, and points of every size.
    private func makeStore() throws {
        for site in ["north", "south"] {
            let rows = (0..<9000).map { row in
                "\(1_733_000_000_000 + row * 900_000),\(20 + row % 37).\(row % 10),\(row / 100 % 2)"
            }
            let file = try program.folder.file(
                "\(site).csv", "unix_ms,temp,fan\n" + rows.joined(separator: "\n") + "\n")
            #expect(try program.run("import", "csv", file).status == 0)
        }
    }

    private func stat(_ grouping: String, status: Int32 = 0) throws -> [String: Any] {
        let result = try program.run("stat", "--by", grouping, "--output", "json")
        #expect(result.status == status, "\(result.errors)")
        let object = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
        return try #require(object as? [String: Any])
    }

    private func rows(_ stat: [String: Any]) throws -> [[String: Any]] {
        try #require(stat["rows"] as? [[String: Any]])
    }

    private func sum(_ rows: [[String: Any]], _ key: String) -> Int {
        rows.reduce(0) { $0 + ($1[key] as? Int ?? 0) }
    }

    private func byteCountOfFiles() throws -> Int {
        let walk = try #require(FileManager.default.enumerator(atPath: program.store))
        return walk.reduce(0) { sum, _ in
            guard walk.fileAttributes?[.type] as? FileAttributeType == .typeRegular else {
                return sum
            }
            return sum + (walk.fileAttributes?[.size] as? Int ?? 0)
        }
    }

    @Test("accounts for every byte of every file", arguments: UsageGrouping.allCases)
    func everyByte(grouping: UsageGrouping) throws {
        try makeStore()
        let stat = try stat(grouping.rawValue)
        #expect(stat["schema"] as? String == "almanac.stat/1")
        #expect(stat["by"] as? String == grouping.rawValue)
        let total = try #require(stat["total"] as? [String: Any])
        #expect(total["bytes"] as? Int == (try byteCountOfFiles()))
        #expect(total["samples"] as? Int == 36_000)
        let rows = try rows(stat)
        #expect(sum(rows, "samples") == 36_000)
        let parts = ["time_bytes", "value_bytes", "quality_bytes", "overhead_bytes"]
        for row in rows + [total] {
            #expect(parts.reduce(0) { $0 + sum([row], $1) } == row["bytes"] as? Int)
            #expect(parts.allSatisfy { row[$0] as? Int ?? -1 >= 0 })
        }
        for part in parts.dropLast() { #expect(sum(rows, part) == total[part] as? Int) }
        // What is in no row is overhead of the whole store.
        #expect(sum(rows, "bytes") <= total["bytes"] as? Int ?? 0)
        #expect(sum(rows, "overhead_bytes") <= total["overhead_bytes"] as? Int ?? 0)
        if grouping == .kind { #expect(sum(rows, "bytes") == total["bytes"] as? Int) }
        let info = try program.run("info", "--output", "json").output
        #expect(info.contains("\"bytes\":\(total["bytes"] as? Int ?? -1),"))
    }

    @Test("names encodings, whose bytes add up to those of the columns") func encodings() throws {
        try makeStore()
        for row in try rows(stat("encoding")) {
            let encodings = try #require(row["encodings"] as? [String: Int])
            let columns = ["time_bytes", "value_bytes", "quality_bytes"]
            #expect(encodings.values.reduce(0, +) == columns.reduce(0) { $0 + sum([row], $1) })
            #expect(encodings["time.regular"] == 0)
        }
    }

    @Test("has rows of points, years, encodings and kinds of files") func keys() throws {
        try makeStore()
        func keys(_ grouping: String) throws -> Set<String> {
            Set(try rows(stat(grouping)).compactMap { $0["key"] as? String })
        }
        #expect(try keys("point") == ["north/temp", "north/fan", "south/temp", "south/fan"])
        #expect(try keys("year") == ["2024", "2025"])
        #expect(try keys("kind") == ["segment", "catalog", "journal", "manifest", "lock"])
        #expect(try keys("encoding").contains("runs"))
    }

    @Test("counts what only the log has, beside the writer") func log() throws {
        try makeStore()
        let store = try Store.open(at: program.store)
        defer { store.close() }
        var batch = SampleBatch()
        // One is new, one takes the place of a sample in a segment.
        let series = try #require(store.snapshot().catalog.allSeries.first?.id)
        batch.append(series, time: 1_742_000_000_000, value: 1)
        batch.append(series, time: 1_733_000_000_000, value: 2)
        _ = try store.append(batch)
        for grouping in UsageGrouping.allCases {
            let stat = try stat(grouping.rawValue)
            let total = try #require(stat["total"] as? [String: Any])
            #expect(total["samples"] as? Int == 36_001)
            #expect(total["wal_bytes"] as? Int ?? 0 > 0)
            #expect(total["overhead_bytes"] as? Int ?? 0 > total["wal_bytes"] as? Int ?? 0)
            if grouping == .point || grouping == .year {
                #expect(sum(try rows(stat), "samples") == 36_001)
            }
        }
    }

    @Test("of a damaged store gives the rest, names the damage, and ends with 1")
    func damage() throws {
        try makeStore()
        let folder = program.store + "/seg"
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            var bytes = try Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))
            bytes[110] ^= 1
            try bytes.write(to: URL(fileURLWithPath: folder + "/" + name))
        }
        let whole = try stat("point", status: 1)
        let total = try #require(whole["total"] as? [String: Any])
        #expect(total["bytes"] as? Int == (try byteCountOfFiles()))
        #expect(try rows(whole).count == 4)
        #expect(
            try rows(stat("encoding", status: 1)).contains { $0["key"] as? String == "unreadable" })
        #expect(try program.run("stat").errors.contains("damaged samples of"))
    }

    @Test("tells people and programs the same, and refuses a range") func forms() throws {
        try makeStore()
        let table = try program.run("stat", "--by", "year")
        #expect(table.lines.last?.hasPrefix("forecast: ") == true)
        #expect(table.lines.contains { $0.hasPrefix("total   36,000") })
        #expect(try program.run("stat", "--output", "csv").lines.count == 5)
        #expect(try program.run("stat", "--output", "ndjson", "--limit", "2").lines.count == 2)
        #expect(try program.run("stat", "--from", "2025").status == 64)
        #expect(try program.run("stat", "--by", "colour").status == 64)
    }

    @Test("forecasts a year from a part of one, and the last one where there are more")
    func forecast() throws {
        func day(_ number: Int64) -> Timestamp { Timestamp(milliseconds: number * 86_400_000) }
        func part(_ first: Int64, _ last: Int64, _ samples: Int) -> SeriesYearBreakdown {
            SeriesYearBreakdown(
                series: SeriesID(rawValue: 1), year: 1970, sampleCount: samples, unflushedCount: 0,
                chunks: [
                    ChunkBreakdown(
                        byteCount: samples * 2, sampleCount: samples, firstTime: day(first),
                        lastTime: day(last), encodedByteCounts: [:])
                ])
        }
        var short = GrowthMeasure(from: day(0), to: day(73))
        short.add(part(0, 73, 1000))
        #expect(short.forecast == GrowthForecast(bytesPerYear: 10_000, samplesPerYear: 5000))
        // Of the first chunk a half lies in the last 365 days.
        var long = GrowthMeasure(from: day(0), to: day(400))
        long.add(part(0, 70, 1000))
        long.add(part(71, 400, 1000))
        #expect(long.forecast == GrowthForecast(bytesPerYear: 3000, samplesPerYear: 1500))
        #expect(GrowthMeasure(from: day(0), to: day(0)).forecast == nil)
    }
}
