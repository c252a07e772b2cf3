import Almanac
import AlmanacSimulation
import ColumnCodec
import DurableFiles
import Foundation
import Logging
import TestSupport
import Testing

@Suite("Errors, settings and marks of a manager") struct ManagerRowTests {
    private let bench = ManagerBench()

    private func error(_ body: () throws -> DataManager) -> HistoryError? {
        do {
            _ = try body()
            return nil
        } catch { return error as? HistoryError }
    }

    // A missing store, a folder of something else and a later version were all `damaged`.
    @Test("a store that is missing, foreign or of a later version has a code of its own")
    func codes() async throws {
        try await awaitingTemporaryFolder { folder in
            let missing = error { try DataManager.open(at: folder + "/none", mode: .readOnly) }
            #expect(missing?.code == .noStore && missing?.parameter == "path")
            try FileManager.default.createDirectory(
                atPath: folder + "/f", withIntermediateDirectories: false)
            try Data([1, 2, 3]).write(to: URL(filePath: folder + "/f/notes.txt"))
            let foreign = error { try DataManager.open(at: folder + "/f") }
            #expect(foreign?.code == .foreignFolder)
            let manager = try bench.open(folder + "/s")
            await manager.close()
            for name in ["MANIFEST", "MANIFEST.2"] {
                let path = folder + "/s/" + name
                let lines = try readAll(path).split(separator: "\n").dropLast()
                // A manifest of format 99, sealed as one of ours is.
                let text =
                    lines.joined(separator: "\n").replacing(
                        /"format": [0-9]+/, with: #""format": 99"#) + "\n"
                let seal = String(H64.hash(Array(text.utf8), seed: 0), radix: 16)
                let digits = String(repeating: "0", count: 16 - seal.count) + seal
                try Data((text + "h64=\(digits)\n").utf8).write(to: URL(filePath: path))
            }
            let later = error { try DataManager.open(at: folder + "/s", mode: .readOnly) }
            #expect(later?.code == .unsupportedVersion, "\(String(describing: later))")
        }
    }

    @Test("an error has one of six outward kinds")
    func kinds() {
        let expected: [(HistoryError.Code, HistoryError.Kind)] = [
            (.readOnly, .database), (.locked, .database), (.damaged, .database),
            (.diskFull, .database), (.io, .database), (.limitExceeded, .database),
            (.noStore, .database), (.foreignFolder, .database), (.unsupportedVersion, .database),
            (.busy, .database), (.closed, .database), (.cancelled, .database),
            (.deviceError, .t3000), (.deviceTimeout, .timeout), (.invalidParameter, .validation),
            (.unknownDevice, .validation), (.unknownPoint, .validation),
            (.unknownTrendLog, .validation),
        ]
        for (code, kind) in expected { #expect(HistoryError(code, "x").kind == kind, "\(code)") }
        var wrong = Configuration()
        wrong.cacheCapacity = 0
        let key = error {
            try wrong.check()
            return try DataManager.open(at: "", configuration: wrong)
        }
        #expect(key?.kind == .configuration)
        let cache = error {
            _ = try RealtimeCache(capacity: 0)
            return try DataManager.open(at: "")
        }
        #expect(cache?.kind == .cache)
        #expect(Set(HistoryError.Kind.allCases).count == 6)
    }

    // A last flush that failed was swallowed.
    @Test("closing returns why the last flush failed, and loses nothing")
    func close() async throws {
        let storage = SimulatedStorage()
        var surroundings = bench.surroundings
        surroundings.storage = storage
        let configuration = Configuration.with { $0.diskReserveByteCount = 0 }
        let manager = try DataManager.open(
            at: "simulated", configuration: configuration, in: surroundings)
        try await bench.define(in: manager)
        try await manager.store([PointSample(bench.supply, 1, "2026-03-01T11:00Z")])
        storage.onOperation { operation, _ in
            operation.kind == .create && operation.path.contains("tmp")
                ? .fail(errno: ENOSPC) : nil
        }
        let failure = await manager.close()
        #expect(failure?.code == .diskFull)
        #expect(
            bench.log.lines.contains { $0.level == .error && "\($0.message)".contains("flush") })
        #expect(await manager.close() == nil)
        storage.onOperation(nil)
        let again = try DataManager.open(
            at: "simulated", configuration: configuration, in: surroundings)
        #expect(try again.samples(of: bench.supply, in: .all).count == 1)
        #expect(await again.close() == nil)
    }

    @Test("a new trend log without an interval gets the configured one, a known one keeps its own")
    func standardInterval() async throws {
        try await bench.filled(.with { $0.defaultTrendInterval = .seconds(300) }) {
            manager, _ async throws in
            let log = TrendLog(deviceID: 1201, trendLogName: "L")
            #expect(try await manager.upsert(log).interval == .seconds(300))
            var stated = log
            stated.interval = .seconds(60)
            #expect(try await manager.upsert(stated).interval == .seconds(60))
            #expect(try await manager.upsert(log).interval == .seconds(60))
        }
    }

    @Test("a summary of a trend log has the interval of all its items together")
    func totalInterval() async throws {
        try await bench.filled { manager, _ in
            let id = try #require(
                try await manager.upsert(
                    TrendLog(deviceID: 1201, trendLogName: "L", interval: .seconds(30))
                ).id)
            try await manager.replaceItems(
                of: id,
                with: [bench.supply, bench.fan].enumerated().map {
                    TrendLogItem(trendLogID: id, point: $1, pointOrder: UInt8($0))
                })
            let summary = try #require(try manager.trendLogSummaries(of: 1201).first)
            #expect(summary.totalInterval == .seconds(60) && summary.samplesPerDay == 5760)
        }
    }

    // When a device was last seen was lost with the process.
    @Test("a device was last seen at its newest sample, also after a restart")
    func lastSeen() async throws {
        try await bench.filled { manager, path in
            #expect(try manager.device(1201)?.lastSeen == nil)
            try await manager.store([
                PointSample(bench.supply, 1, "2026-03-01T11:00Z"),
                PointSample(bench.fan, 1, "2026-03-01T11:30Z"),
                // Ahead of the clock, but not so far that it is refused.
                PointSample(bench.supply, 1, "2026-03-01T12:30Z"),
                PointSample(bench.other, 1, "2026-03-01T13:30Z"),
            ])
            let noted = Timestamp("2026-03-01T11:40Z")!
            try await manager.setStatus(of: 1201, active: true, lastSeen: noted)
            #expect(try manager.device(1201)?.lastSeen == noted)
            await manager.close()
            let again = try bench.open(path)
            let seen = Timestamp("2026-03-01T11:30Z")!
            #expect(try again.device(1201)?.lastSeen == seen)
            #expect(try again.devices().map(\.lastSeen) == [seen, nil])
            #expect(try again.snapshot().device(1201)?.lastSeen == seen)
            bench.time.advance(by: .seconds(3600))
            #expect(try again.device(1201)?.lastSeen == Timestamp("2026-03-01T12:30Z"))
            await again.close()
        }
    }

    @Test(
        "a profile that no point can have is refused",
        arguments: [
            PointProfile(timeZone: "Mars/Olympus"), PointProfile(low: .nan),
            PointProfile(low: 2, high: 1), PointProfile(modulus: 0),
            PointProfile(modulus: .infinity), PointProfile(decimals: -1),
            PointProfile(decimals: .max), PointProfile(binding: PointBinding(object: "")),
            PointProfile(binding: PointBinding(object: "AI:1", interval: .zero)),
        ])
    func profiles(profile: PointProfile) async throws {
        try await bench.filled { manager, _ in
            let error = await #expect(throws: HistoryError.self) {
                try await manager.setProfile(profile, of: bench.supply)
            }
            #expect(error?.code == .invalidParameter && error?.parameter == "profile")
            let right = PointProfile(
                decimals: 1, timeZone: "Europe/Zurich",
                binding: PointBinding(object: "AI:1", mode: .changeOfValue, interval: .seconds(60)))
            try await manager.setProfile(right, of: bench.supply)
            #expect(try manager.profile(of: bench.supply) == right)
        }
    }

    // A stamp in the future was a line in the log and nothing in the journal.
    @Test("a cached value from the future has an event, one a minute")
    func futureStamps() async throws {
        try await bench.filled { manager, _ in
            var value = RealtimeValue(
                point: bench.supply, value: 1, timestamp: bench.time.now + .seconds(2),
                dataType: .analog)
            for _ in 0..<3 { try manager.cache(value) }
            try await manager.flush()
            let events = try manager.events(in: .all, kind: "stamp_in_future")
            #expect(events.map(\.subject) == [bench.supply.description])
            #expect(events.first?.fields["timestamp"] == String(value.timestamp.milliseconds))
            bench.time.advance(by: .seconds(60))
            value.timestamp = bench.time.now + .seconds(3600)
            try manager.cache(value)
            try await manager.flush()
            let all = try manager.events(in: .all, kind: "stamp_in_future")
            #expect(all.map { $0.fields["others"] } == ["0", "2"])
        }
    }
}
