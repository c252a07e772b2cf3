import Almanac
import AlmanacSimulation
import Foundation
import TestSupport
import Testing

@Suite("Housekeeping of a manager") struct HousekeeperTests {
    private let bench = ManagerBench(at: "2026-03-01T12:00Z")

    private func value(_ point: PointAddress) -> RealtimeValue {
        RealtimeValue(point: point, value: 1, timestamp: bench.time.now, dataType: .analog)
    }

    /// Does what is due at a moment, as an owner that has slept until then.
    @discardableResult private func pass(
        to text: String, _ keeper: inout Housekeeper
    ) async -> [Housekeeping.Job] {
        bench.time.advance(to: Timestamp(text)!)
        return await keeper.doWhatIsDue()
    }

    @Test("backs up, announces, removes a day later, and cleans up, at 02:00 of the site")
    func days() async throws {
        try await awaitingTemporaryFolder { folder in
            let manager = try bench.open(folder + "/s") {
                $0.siteTimeZone = "Europe/Zurich"
                $0.backupDirectory = folder + "/b/daily"
                $0.dataRetentionDays = 30
            }
            try await bench.define(in: manager)
            try await manager.store([
                PointSample(bench.supply, 1, "2026-01-01"),
                PointSample(bench.supply, 2, "2026-02-28"),
            ])
            var keeper = try Housekeeper(manager)
            #expect(await keeper.doWhatIsDue() == [.watchDisk])
            await pass(to: "2026-03-02T00:59:59Z", &keeper)
            #expect(!FileManager.default.fileExists(atPath: folder + "/b"))
            let removal = Timestamp("2026-03-03T01:00Z")!
            #expect(
                await pass(to: "2026-03-02T01:00Z", &keeper)
                    == [.backUp, .announceRetention(removalAt: removal), .removeOrphans])
            #expect(manager.snapshot().sampleCount == 2)
            let told = try manager.events(in: .all, kind: "retention")
            #expect(told.map(\.level) == [.warning])
            #expect(told[0].message.contains("1 samples will be removed at \(removal)"))
            #expect(
                await pass(to: "2026-03-03T01:00Z", &keeper)
                    == [.watchDisk, .sweepCache, .backUp, .removeExpired, .removeOrphans])
            #expect(manager.snapshot().sampleCount == 1)
            let removals = try manager.audit(in: .all).filter { $0.operation.hasPrefix("remove") }
            #expect(removals.map(\.operation) == ["removeExpiredData"])
            #expect(removals.map(\.source) == ["housekeeping"])
            let backups = try visibleNames(in: folder + "/b/daily")
            #expect(backups.sorted() == ["almanac-20260302T010000Z", "almanac-20260303T010000Z"])
            for name in backups {
                #expect(try DataManager.verifyBackup(at: folder + "/b/daily/" + name).isWhole)
            }
            await manager.close()
        }
    }

    @Test("keeps the newest backups, and takes away unfinished ones and nothing that is not ours")
    func rotation() async throws {
        try await awaitingTemporaryFolder { folder in
            let manager = try bench.open(folder + "/s") {
                $0.backupDirectory = folder + "/b"
                $0.backupKeep = 3
                $0.dataRetentionDays = nil
            }
            try await bench.define(in: manager)
            let files = FileManager.default
            for name in ["mine", "almanac-20200101T000000Z", "almanac-notes"] {
                try files.createDirectory(
                    atPath: folder + "/b/" + name, withIntermediateDirectories: true)
            }
            var keeper = try Housekeeper(manager)
            await keeper.doWhatIsDue()
            for day in 2...7 { await pass(to: "2026-03-0\(day)T02:00Z", &keeper) }
            let left = try visibleNames(in: folder + "/b").sorted()
            #expect(
                left == [
                    "almanac-20260305T020000Z", "almanac-20260306T020000Z",
                    "almanac-20260307T020000Z", "almanac-notes", "mine",
                ])
            await manager.close()
        }
    }

    /// Two services that share a folder removed each other's backups as their own old ones.
    @Test("refuses a folder with the backups of another store, and takes nothing away there")
    func shared() async throws {
        try await awaitingTemporaryFolder { folder in
            func open(_ name: String) throws -> DataManager {
                try bench.open(folder + name) {
                    $0.backupDirectory = folder + "/b"
                    $0.backupKeep = 1
                    $0.dataRetentionDays = nil
                }
            }
            let (mine, other) = (try open("/mine"), try open("/other"))
            for manager in [mine, other] { try await bench.define(in: manager) }
            var keepers = [try Housekeeper(mine), try Housekeeper(other)]
            for place in keepers.indices { await keepers[place].doWhatIsDue() }
            await pass(to: "2026-03-02T02:00Z", &keepers[0])
            await keepers[1].doWhatIsDue()
            #expect(try visibleNames(in: folder + "/b") == ["almanac-20260302T020000Z"])
            let told = try other.events(in: .all, kind: "housekeeping").map(\.message)
            #expect(told.contains { $0.contains("has the backups of store") }, "\(told)")
            await mine.close()
            await other.close()
        }
    }

    private func visibleNames(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder).filter { !$0.hasPrefix(".") }
    }

    @Test("keeps what it just made, and lets those of a clock that was ahead go first")
    func clockAhead() async throws {
        try await awaitingTemporaryFolder { folder in
            let manager = try bench.open(folder + "/s") {
                $0.backupDirectory = folder + "/b"
                $0.backupKeep = 3
                $0.dataRetentionDays = nil
            }
            try await bench.define(in: manager)
            let files = FileManager.default
            var keeper = try Housekeeper(manager)
            await keeper.doWhatIsDue()
            await pass(to: "2026-03-02T02:00Z", &keeper)
            for year in 2034...2036 {
                try files.copyItem(
                    atPath: folder + "/b/almanac-20260302T020000Z",
                    toPath: folder + "/b/almanac-\(year)0101T020000Z")
            }
            // One that was broken off: it must make room before the next is made.
            try files.createDirectory(
                atPath: folder + "/b/almanac-20260301T020000Z", withIntermediateDirectories: true)
            for day in 3...4 { await pass(to: "2026-03-0\(day)T02:00Z", &keeper) }
            let left = try visibleNames(in: folder + "/b").sorted()
            #expect(
                left == [
                    "almanac-20260302T020000Z", "almanac-20260303T020000Z",
                    "almanac-20260304T020000Z",
                ])
            await manager.close()
        }
    }

    @Test("removes nothing where the backup failed, tells why, and goes on")
    func failedBackup() async throws {
        try await awaitingTemporaryFolder { folder in
            let blocked = folder + "/file"
            #expect(FileManager.default.createFile(atPath: blocked, contents: nil))
            let manager = try bench.open(folder + "/s") {
                $0.backupDirectory = blocked + "/b"
                $0.dataRetentionDays = 30
            }
            try await bench.define(in: manager)
            try await manager.store([PointSample(bench.supply, 1, "2026-01-01")])
            var keeper = try Housekeeper(manager)
            await keeper.doWhatIsDue()
            await pass(to: "2026-03-02T02:00Z", &keeper)
            let jobs = await pass(to: "2026-03-03T02:00Z", &keeper)
            #expect(!jobs.contains(.removeExpired) && jobs.contains(.removeOrphans))
            #expect(manager.snapshot().sampleCount == 1)
            let told = try manager.events(in: .all, kind: "housekeeping")
            #expect(told.count == 2 && told[0].message.contains("backUp failed"))
            await manager.close()
        }
    }

    @Test("makes up once at start for a maintenance that was missed, and never runs one twice")
    func missed() async throws {
        try await awaitingTemporaryFolder { folder in
            func jobs() async throws -> [Housekeeping.Job] {
                let manager = try bench.open(folder + "/s") { $0.dataRetentionDays = nil }
                var keeper = try Housekeeper(manager)
                let jobs = await keeper.doWhatIsDue()
                await manager.close()
                return jobs
            }
            let new = try await jobs()
            #expect(new == [.watchDisk])
            bench.time.advance(to: Timestamp("2026-03-05T09:00Z")!)
            let late = try await jobs()
            #expect(late == [.watchDisk, .removeOrphans])
            let again = try await jobs()
            #expect(again == [.watchDisk])
        }
    }

    @Test("keeps an announcement over a restart, and removes at its time")
    func announcedOverRestart() async throws {
        try await awaitingTemporaryFolder { folder in
            func run(at text: String) async throws -> Int {
                bench.time.advance(to: Timestamp(text)!)
                let manager = try bench.open(folder + "/s") { $0.dataRetentionDays = 30 }
                if try manager.devices().isEmpty {
                    try await bench.define(in: manager)
                    try await manager.store([PointSample(bench.supply, 1, "2026-01-01")])
                }
                // Ages count from now while samples still come.
                try await manager.store([
                    PointSample(point: bench.other, value: 1, at: bench.time.now)
                ])
                var keeper = try Housekeeper(manager)
                await keeper.doWhatIsDue()
                await manager.close()
                return try manager.samples(of: bench.supply, in: .all).count
            }
            var counts: [Int] = []
            for text in [
                "2026-03-01T12:00Z", "2026-03-02T02:00Z", "2026-03-02T20:00Z", "2026-03-03T02:00Z",
            ] {
                counts.append(try await run(at: text))
            }
            #expect(counts == [1, 1, 1, 0])
        }
    }

    @Test("sweeps what nobody would be given, and keeps what a silent device may need")
    func sweep() async throws {
        try await bench.filled { manager, _ in
            var keeper = try Housekeeper(manager)
            await keeper.doWhatIsDue()
            try manager.cache(value(bench.supply))
            bench.time.advance(by: .seconds(3600))
            try manager.cache(value(bench.fan))
            await keeper.doWhatIsDue()
            #expect(manager.cacheStats().totalPoints == 2)
            bench.time.advance(by: .seconds(86_400 - 3600 + 61))
            await keeper.doWhatIsDue()
            #expect(manager.cachedValue(of: bench.supply) == nil)
            #expect(manager.cachedValue(of: bench.fan) != nil)
        }
        try await bench.filled(.with { $0.cacheServeStale = .never }) { manager, _ in
            var keeper = try Housekeeper(manager)
            try manager.cache(value(bench.supply))
            bench.time.advance(by: .seconds(300))
            await keeper.doWhatIsDue()
            #expect(manager.cacheStats().totalPoints == 0)
        }
    }

    @Test("tells of a clock that was set, in the journal and in reports")
    func clockJump() async throws {
        try await bench.filled { manager, _ in
            var keeper = try Housekeeper(manager)
            for step in [Duration.zero, .seconds(7200), .zero, .seconds(-7200)] {
                bench.time.setWall(by: step)
                bench.time.advance(by: .seconds(60))
                await keeper.doWhatIsDue()
            }
            let jumps = try manager.events(in: .all, kind: "clock_jump")
            #expect(jumps.count == 2)
            let day = TimeRange("2026-03-01", "2026-03-02")
            #expect(try manager.qualityReport(of: bench.supply, in: day).counters.clockJumps == 2)
        }
    }

    @Test("runs in a task of its own, one at a time, until it is cancelled or the store closed")
    func loop() async throws {
        try await bench.filled { manager, _ in
            let keeping = Task { try await manager.runHousekeeping() }
            // Each sleep is one round; the clock moves only here.
            for _ in 0..<3 {
                while bench.time.sleeperCount == 0 { await Task.yield() }
                bench.time.wakeNext()
            }
            while bench.time.sleeperCount == 0 { await Task.yield() }
            let error = await #expect(throws: HistoryError.self) {
                try await manager.runHousekeeping()
            }
            #expect(error?.code == .busy)
            #expect((bench.metrics["almanac_store_series"]?.sum ?? 0) == 3)
            keeping.cancel()
            try await keeping.value
            let again = Task { try await manager.runHousekeeping() }
            while bench.time.sleeperCount == 0 { await Task.yield() }
            await manager.close()
            bench.time.wakeNext()
            try await again.value
        }
    }
}
