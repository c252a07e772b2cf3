import Almanac
import AlmanacSimulation
import DurableFiles
import Glibc
import TestSupport
import Testing

@testable import Almanac

@Suite("Upkeep of a manager") struct UpkeepTests {
    private let bench = ManagerBench(at: "2026-03-01T12:00Z")

    /// The store flushes by itself after a write, whose caller has its receipt already. If such a flush
    /// failed, nothing showed it.
    @Test("shows in its health why the store's own flush failed, until one succeeds")
    func maintenance() async throws {
        let storage = SimulatedStorage()
        var surroundings = bench.surroundings
        surroundings.storage = storage
        let manager = try DataManager.open(
            at: "simulated", configuration: .with { $0.diskReserveByteCount = 0 },
            in: surroundings)
        try await bench.define(in: manager)
        #expect(manager.health().maintenanceFailure == nil)
        storage.onOperation { operation, _ in
            // The log goes on.
            let isNewFile =
                operation.kind == .create && operation.path.hasPrefix("tmp/")
                && !operation.path.hasSuffix(".log")
            return isNewFile ? .fail(errno: ENOSPC) : nil
        }
        let text = String(repeating: "x", count: 60_000)
        for _ in 0..<400 where manager.health().maintenanceFailure == nil {
            try await manager.record(Event(at: bench.time.now, .info, kind: "test", text))
        }
        let failure = try #require(manager.health().maintenanceFailure)
        #expect(failure.contains("tmp/"))
        storage.onOperation(nil)
        for _ in 0..<400 where manager.health().maintenanceFailure != nil {
            try await manager.record(Event(at: bench.time.now, .info, kind: "test", text))
        }
        #expect(manager.health().maintenanceFailure == nil)
        await manager.close()
    }

    /// A log without a number was looked for among all logs, in the turn of the writer: a thousand new
    /// logs cost half a million looks.
    @Test("finds a trend log by its name without a look at all logs")
    func names() async throws {
        try await bench.filled { manager, path in
            func upsert(_ name: String, _ device: DeviceID = 1201, id: TrendLogID? = nil)
                async throws -> TrendLogID
            {
                let log = TrendLog(
                    id: id, deviceID: device, trendLogName: name, interval: .seconds(60))
                return try #require(try await manager.upsert(log).id)
            }
            var ids: [TrendLogID] = []
            for number in 0..<20 {
                ids.append(try await upsert("Log \(number)"))
                try await manager.replaceItems(
                    of: ids[number],
                    with: [
                        TrendLogItem(
                            trendLogID: ids[number], point: bench.supply, pointOrder: 0)
                    ])
            }
            #expect(Set(ids).count == 20)
            #expect(manager.context.documents.logNames.scanCount == 1)
            // The same name again is the same log; of another device it is another.
            #expect(try await upsert("Log 7") == ids[7])
            #expect(!ids.contains(try await upsert("Log 7", 1202)))
            // A log that got another name is found by that one alone.
            #expect(try await upsert("Other", id: ids[3]) == ids[3])
            #expect(try await upsert("Other") == ids[3])
            let third = try await upsert("Log 3")
            #expect(!ids.contains(third))
            // An edit that fails leaves what was known.
            await #expect(throws: HistoryError.self) { try await upsert("Log 1", 9) }
            #expect(try await upsert("Log 3") == third)
            #expect(manager.context.documents.logNames.scanCount == 1)
            await manager.close()
            let again = try bench.open(path)
            #expect(
                try await again.upsert(
                    TrendLog(deviceID: 1201, trendLogName: "Other", interval: .seconds(60))
                ).id == ids[3])
            await again.close()
        }
    }

    /// The index of all logs was made anew after each change: a plan of a thousand devices, which asks
    /// for a device's logs between its changes, read a million logs.
    @Test("reads only the logs that changed since it was asked before")
    func index() async throws {
        try await bench.filled { manager, _ in
            let index = manager.context.logIndex
            var known: [TrendLogID] = []
            for number in 0..<20 {
                let log = TrendLog(
                    deviceID: 1201, trendLogName: "Log \(number)", interval: .seconds(60))
                known.append(try #require(try await manager.upsert(log).id))
                #expect(try manager.trendLogs(of: 1201).map(\.id) == known)
            }
            #expect(index.logReadCount == 20)
            // More changes than the catalog remembers: all logs are read again, once.
            let held = manager.snapshot()
            for number in 0..<1100 {
                let order = UInt8(number % 14)
                let item = TrendLogItem(
                    trendLogID: known[3], point: bench.supply, pointOrder: order)
                try await manager.replaceItems(of: known[3], with: [item])
            }
            #expect(try manager.activePointUsage(of: 1201).map(\.logCount) == [0, 1])
            #expect(try manager.trendLogs(of: 1201).map(\.id) == known)
            #expect(index.logReadCount == 40)
            #expect(try held.activePointUsage(of: 1201).map(\.logCount) == [0, 0])
        }
    }

    @Test("ends a backup whose task was cancelled, and refuses one in the store's folder")
    func backup() async throws {
        try await bench.filled { manager, path in
            try await manager.store([PointSample(bench.supply, 1, "2026-02-01T00:00Z")])
            let copy = path + "-copy"
            let task = Task { () -> HistoryError.Code? in
                withUnsafeCurrentTask { $0?.cancel() }
                do throws(HistoryError) { try await manager.backup(to: copy) } catch {
                    return error.code
                }
                return nil
            }
            #expect(await task.value == .cancelled)
            #expect(try output(of: "find '\(copy)' -type f 2>/dev/null; true").isEmpty)
            try await manager.backup(to: copy)
            #expect(try DataManager.verifyBackup(at: copy).findings.isEmpty)
            let error = await #expect(throws: HistoryError.self) {
                try await manager.backup(to: path + "/backup")
            }
            #expect(error?.code == .invalidParameter && error?.parameter == "path")
        }
    }
}
