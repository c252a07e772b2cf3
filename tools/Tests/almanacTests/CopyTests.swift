import Almanac
import Foundation
import SegmentStore
import Testing

@testable import almanac

@Suite("Backup and restore") struct CopyTests {
    private let program: Program
    private var copy: String { program.folder.path + "/copy" }
    private var back: String { program.folder.path + "/back" }

    init() throws { program = try Program() }

    private func imported() throws {
        let rows = (0..<3000).map { "\(1_735_689_600_000 + $0 * 60_000),\($0 * 7919 % 997),\($0)" }
        let text = "unix_ms,a,b\n" + rows.joined(separator: "\n") + "\n"
        let result = try program.run("import", "csv", try program.folder.file("s.csv", text))
        #expect(result.status == 0, "\(result.errors)")
    }

    private func export(_ store: String) throws -> String {
        let result = try program.runBare("export", "csv", "--long", "--store", store)
        #expect(result.status == 0, "\(result.errors)")
        return result.output
    }

    private func linkCount(_ folder: String) throws -> Int {
        let segments = try FileManager.default.contentsOfDirectory(atPath: folder + "/seg")
        let path = try #require(segments.first)
        let facts = try FileManager.default.attributesOfItem(atPath: folder + "/seg/" + path)
        return try #require(facts[.referenceCount] as? Int)
    }

    @Test("give equal answers; a backup shares no file, a snapshot does") func roundTrip() throws {
        try imported()
        let made = try program.run("backup", copy, "--verify", "--output", "json")
        #expect(made.status == 0, "\(made.errors)")
        #expect(made.output.hasPrefix("{\"schema\":\"almanac.backup/1\",\"dest\":\"\(copy)\""))
        #expect(
            made.output.contains("\"samples\":6000,") && made.output.contains("\"verified\":true"))
        #expect(try linkCount(copy) == 1)
        let restored = try program.runBare("restore", copy, "--store", back, "--output", "json")
        #expect(restored.status == 0, "\(restored.errors)")
        #expect(
            restored.output.hasPrefix("{\"schema\":\"almanac.restore/1\",\"store\":\"\(back)\""))
        #expect(try linkCount(back) == 1)
        #expect(try export(back) == export(program.store))
        let links = program.folder.path + "/links"
        #expect(try program.run("snapshot", links).status == 0)
        #expect(try linkCount(links) == 2)
        #expect(try export(links) == export(program.store))
    }

    @Test("restore up to a moment, itself too") func until() throws {
        try imported()
        #expect(try program.run("backup", copy).status == 0)
        let last = 1_735_689_600_000 + 999 * 60_000
        let restored = try program.runBare(
            "restore", copy, "--until", "\(last)", "--store", back, "--output", "json")
        #expect(restored.output.contains("\"samples\":2000,"), "\(restored.errors)")
        #expect(restored.output.contains("\"last_time\":\(last)}"))
        let refused = try program.runBare(
            "restore", copy, "--until", "tomorrow", "--store", back + "2")
        #expect(refused.status == 64)
        #expect(!FileManager.default.fileExists(atPath: back + "2"))
    }

    @Test("refuse damage, folders in use and what is not there") func refusals() throws {
        try imported()
        #expect(try program.run("backup", program.folder.path).status == 64)
        #expect(try program.runBare("backup", copy, "--store", back).status == 66)
        #expect(try program.runBare("restore", copy, "--store", back).status == 66)
        #expect(try program.run("backup", copy, "--limit", "3").status == 64)
        #expect(try program.run("backup", copy).status == 0)
        #expect(try program.runBare("restore", copy, "--store", program.store).status == 64)
        let segment = try #require(
            try FileManager.default.contentsOfDirectory(atPath: copy + "/seg").first)
        let path = URL(fileURLWithPath: copy + "/seg/" + segment)
        var bytes = try Data(contentsOf: path)
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: path)
        let refused = try program.runBare("restore", copy, "--store", back)
        #expect(refused.status == 1)
        #expect(refused.errors.contains("seg/\(segment)"), "\(refused.errors)")
        #expect(!FileManager.default.fileExists(atPath: back))
        // A copy of damage is no backup either.
        let again = try program.runBare("backup", back, "--store", copy)
        #expect(again.status == 1)
        #expect(again.errors.contains("seg/\(segment)"), "\(again.errors)")
    }

    @Test("make a backup beside a writer, which holds its lock") func besideWriter() throws {
        try imported()
        let store = try Store.open(at: program.store)
        defer { store.close() }
        let catalog = store.snapshot().catalog
        let point = try #require(catalog.addresses(named: "s/a").first)
        var samples = SampleBatch()
        samples.append(
            try #require(catalog[point]?.series), time: 1_767_225_600_000, value: 5)
        _ = try store.append(samples)
        // The last sample is in the log alone: the copy has it, and needs no log for it.
        #expect(try program.run("backup", copy, "--verify").status == 0)
        #expect(try export(copy).contains("s/a,1767225600000,5,good\n"))
        #expect(try export(copy) == export(program.store))
        #expect(try program.run("snapshot", back, "--verify").status == 0)
        #expect(try export(back) == export(copy))
    }

    /// `backup --verify` beside a service reported "verified", and the copy had no trend log and no
    /// profile: they were in the service's log alone.
    @Test(
        "have what a service keeps in its log alone: trend logs, profiles, journal",
        arguments: ["backup", "snapshot"])
    func besideService(command: String) async throws {
        let service = try DataManager.open(at: program.store)
        let point = PointAddress(device: 1201, type: .input, number: 5)
        try await service.upsert(Device(deviceID: 1201, deviceName: "AHU1"))
        try await service.upsert([
            MonitoringPoint(address: point, pointName: "Supply", unitCode: 62, dataType: .analog)
        ])
        let log = try await service.upsert(
            TrendLog(deviceID: 1201, trendLogName: "Air", interval: .seconds(900)))
        try await service.replaceItems(
            of: try #require(log.id),
            with: [
                TrendLogItem(trendLogID: try #require(log.id), point: point, pointOrder: 0)
            ])
        try await service.setProfile(PointProfile(low: 5, high: 40), of: point)
        let moment = Timestamp(rawValue: 1_767_225_600_000)
        try await service.store([PointSample(point: point, value: 21, at: moment)])
        try await service.record(Event(at: moment, .info, kind: "test", "filled"))
        #expect(try Snapshot.open(at: program.store).summary().segmentCount == 0)

        let made = try program.run(command, copy, "--verify")
        #expect(made.status == 0, "\(made.errors)")
        let restored = try program.runBare("restore", copy, "--store", back)
        #expect(restored.status == 0, "\(restored.errors)")
        let early = program.folder.path + "/early"
        let partly = try program.runBare(
            "restore", copy, "--until", "2025-06-01", "--store", early)
        #expect(partly.status == 0, "\(partly.errors)")
        let live = program.folder.path + "/live"
        let direct = try program.runBare("restore", program.store, "--store", live)
        #expect(direct.status == 0, "\(direct.errors)")
        for folder in [copy, back, early, live] {
            let logs = try program.runBare("ls", "logs", "--store", folder, "--output", "csv")
            #expect(logs.lines.last?.hasPrefix("1201,Air,900,1") == true, "\(logs.output)")
            let found = try DataManager.open(at: folder, mode: .readOnly)
            #expect(try found.trendLogs(of: 1201).map(\.id) == [log.id], "\(folder)")
            #expect(try found.profile(of: point).high == 40, "\(folder)")
            #expect(try found.events(in: .all).map(\.message) == ["filled"], "\(folder)")
            #expect(found.snapshot().sampleCount == (folder == early ? 0 : 1), "\(folder)")
        }
        await service.close()
    }
}
