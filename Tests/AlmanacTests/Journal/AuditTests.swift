import Almanac
import AlmanacSimulation
import TestSupport
import Testing

// Only removals left an entry, and none named a user or a new value.
@Suite("Audit trail") struct AuditTests {
    private let bench = ManagerBench()
    private let anna = Author(userID: "anna", source: "api")

    /// The entries since a count, after one call.
    private func entries(
        of manager: DataManager, _ body: () async throws -> Void
    ) async throws -> [AuditEntry] {
        let before = try manager.audit(in: .all).count
        try await body()
        return Array(try manager.audit(in: .all).dropFirst(before))
    }

    @Test("has an entry for each change of a device, and none for the same again")
    func devices() async throws {
        try await bench.filled { manager, _ in
            let device = Device(deviceID: 7, deviceName: "Boiler", ipAddress: "10.0.0.7")
            let made = try await entries(of: manager) {
                try await manager.upsert(device, by: anna)
                try await manager.upsert(device, by: anna)
            }
            let entry = try #require(made.first)
            #expect(made.count == 1)
            #expect(entry.operation == "upsertDevice" && entry.author == anna)
            #expect(entry.deviceID == 7 && entry.point == nil && entry.oldValue == nil)
            #expect(entry.timestamp == bench.time.now)
            #expect(
                entry.newValue
                    == #"{"device_id":7,"device_name":"Boiler","device_type":"T3-BB","#
                    + #""ip_address":"10.0.0.7","is_active":1}"#)
            let changed = try await entries(of: manager) {
                try await manager.upsert(
                    Device(deviceID: 7, deviceName: "Boiler 1", ipAddress: "10.0.0.7"))
                try await manager.setStatus(of: 7, active: false, by: anna)
                try await manager.setStatus(of: 7, active: false, by: anna)
                try await manager.setStatus(of: 7, active: false, lastSeen: bench.time.now)
            }
            #expect(changed.map(\.operation) == ["upsertDevice", "setStatus"])
            #expect(changed.map(\.author) == [.program, anna])
            #expect(changed[0].oldValue == entry.newValue)
            #expect(changed[1].oldValue == changed[0].newValue)
            #expect(changed[1].newValue?.contains(#""is_active":0"#) == true)
        }
    }

    @Test("has an entry for each point that an upsert or a profile changes")
    func points() async throws {
        try await bench.filled { manager, _ in
            let supply = MonitoringPoint(
                address: bench.supply, pointName: "Supply air", unitCode: 62, dataType: .analog)
            let fan = MonitoringPoint(address: bench.fan, pointName: "Fan", dataType: .digital)
            let changed = try await entries(of: manager) {
                try await manager.upsert([supply, fan], by: anna)
                try await manager.upsert([supply, fan], by: anna)
            }
            #expect(changed.map(\.point) == [bench.supply])
            #expect(changed[0].deviceID == 1201 && changed[0].author == anna)
            #expect(changed[0].oldValue?.contains(#""point_name":"Supply""#) == true)
            #expect(changed[0].newValue?.contains(#""unit_code":62"#) == true)
            let profiles = try await entries(of: manager) {
                for _ in 0..<2 {
                    try await manager.setProfile(PointProfile(low: 5), of: bench.supply, by: anna)
                }
                try await manager.setProfile(PointProfile(low: 6), of: bench.supply, by: anna)
            }
            #expect(profiles.map(\.operation) == ["setProfile", "setProfile"])
            #expect(profiles[1].oldValue == profiles[0].newValue)
            #expect(profiles[1].newValue == #"{"history_mode":"sampled","low":6}"#)
        }
    }

    @Test("has an entry for each change of a trend log and of its items")
    func logs() async throws {
        try await bench.filled { manager, _ in
            var id: TrendLogID?
            let made = try await entries(of: manager) {
                for _ in 0..<2 {
                    id = try await manager.upsert(
                        TrendLog(deviceID: 1201, trendLogName: "L1"), by: anna
                    ).id
                }
                try await manager.upsert(
                    TrendLog(deviceID: 1201, trendLogName: "L1", interval: .seconds(60)), by: anna)
                let log = try #require(id)
                let items = [TrendLogItem(trendLogID: log, point: bench.supply, pointOrder: 0)]
                for _ in 0..<2 { try await manager.replaceItems(of: log, with: items, by: anna) }
                try await manager.replaceItems(of: log, with: [], by: anna)
            }
            #expect(
                made.map(\.operation)
                    == ["upsertTrendLog", "upsertTrendLog", "replaceItems", "replaceItems"])
            #expect(Set(made.map(\.author)) == [anna] && Set(made.map(\.deviceID)) == [1201])
            #expect(made[0].oldValue == nil && made[1].oldValue == made[0].newValue)
            #expect(made[1].newValue?.contains(#""interval_seconds":60"#) == true)
            #expect(made[2].oldValue == "[]" && made[3].newValue == "[]")
            #expect(made[2].newValue?.contains(#""point":"1201:2:5""#) == true)
        }
    }

    @Test("has an entry for samples that an author writes, and none for those that are collected")
    func samples() async throws {
        try await bench.filled { manager, _ in
            let rows = [
                PointSample(bench.supply, 20, "2026-03-01T10:00Z"),
                PointSample(bench.supply, 21, "2026-03-01T10:15Z"),
                PointSample(bench.fan, 1, "2026-03-01T10:00Z"),
            ]
            #expect(try await entries(of: manager) { try await manager.store(rows) } == [])
            // The same again changes nothing.
            #expect(
                try await entries(of: manager) { try await manager.store(rows, by: anna) } == [])
            let written = try await entries(of: manager) {
                try await manager.store(
                    [
                        PointSample(bench.supply, 22, "2026-03-01T10:15Z"),
                        PointSample(bench.supply, 23, "2026-03-01T10:30Z"),
                        PointSample(bench.fan, 1, "2026-03-01T10:00Z"),
                    ], by: anna)
            }
            #expect(written.map(\.point) == [bench.supply])
            #expect(written[0].operation == "store" && written[0].author == anna)
            #expect(written[0].oldValue == "1 other values")
            #expect(
                written[0].newValue
                    == "2 samples from 2026-03-01T10:15:00.000Z to 2026-03-01T10:30:00.000Z")
        }
    }

    @Test("names who deleted samples, and what is there now")
    func removals() async throws {
        try await bench.filled { manager, _ in
            try await manager.store([
                PointSample(bench.supply, 20, "2026-02-01T10:00Z"),
                PointSample(bench.supply, 21, "2026-03-01T10:00Z"),
                // Ages count from now while samples still come.
                PointSample(bench.fan, 1, "2026-03-01T12:00Z"),
            ])
            let day = TimeRange("2026-03-01", "2026-03-02")
            let removed = try await entries(of: manager) {
                try await manager.delete(of: bench.supply, in: day, by: anna)
                try await manager.delete(of: bench.supply, in: day, by: anna)
                try await manager.removeSamples(olderThan: 10, by: anna)
                try await manager.removeExpiredData(by: anna)
            }
            #expect(removed.map(\.operation) == ["delete", "removeSamples"])
            #expect(Set(removed.map(\.author)) == [anna])
            #expect(removed[0].point == bench.supply && removed[0].deviceID == 1201)
            #expect(removed[0].oldValue?.hasPrefix("1 samples from 2026-03-01T10:00") == true)
            #expect(removed[0].newValue?.hasPrefix("no samples from 2026-03-01T10:00") == true)
            #expect(removed[1].newValue == "no samples before 2026-02-19T12:00:00.000Z")
        }
    }

    @Test("is durable with its change, and is not there for a change that was refused")
    func durability() async throws {
        try await bench.filled { manager, path in
            let refused = try await entries(of: manager) {
                await #expect(throws: HistoryError.self) {
                    try await manager.upsert(Device(deviceID: 9, deviceName: "a/b"), by: anna)
                }
                await #expect(throws: HistoryError.self) {
                    try await manager.upsert(
                        [
                            MonitoringPoint(
                                address: bench.supply, pointName: "New", dataType: .analog),
                            MonitoringPoint(
                                address: PointAddress(device: 99, type: .input, number: 1),
                                dataType: .analog),
                        ], by: anna)
                }
            }
            #expect(refused == [])
            try await manager.upsert(Device(deviceID: 9, deviceName: "ninth"), by: anna)
            let known = try manager.audit(in: .all)
            let reader = try DataManager.open(at: path, mode: .readOnly, time: bench.time)
            #expect(try reader.audit(in: .all) == known)
            await manager.close()
            let again = try bench.open(path)
            #expect(try again.audit(in: .all) == known)
            await again.close()
        }
    }

    @Test("cuts a value that no entry of the journal holds, and makes the change")
    func longValues() async throws {
        try await bench.filled { manager, _ in
            let text = String(repeating: "ä", count: 20_000)
            let point = MonitoringPoint(
                address: bench.supply, pointName: "Supply", description: text, dataType: .analog)
            let changed = try await entries(of: manager) {
                try await manager.upsert([point], by: anna)
            }
            #expect(try manager.point(bench.supply)?.description == text)
            #expect(changed.count == 1 && changed[0].newValue?.hasSuffix("…") == true)
        }
    }
}
