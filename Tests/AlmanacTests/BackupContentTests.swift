import Almanac
import AlmanacSimulation
import TestSupport
import Testing

/// A service writes documents to the log, and flushes after days. A backup by a reader beside it had
/// the samples and neither trend logs nor profiles; numbers of trend logs were then given twice.
@Suite("The content of a manager's backup") struct BackupContentTests {
    private let time = ManualTime(start: Timestamp("2026-03-01")!)
    private let supply = PointAddress(device: 1201, type: .input, number: 5)

    private func fill(_ manager: DataManager) async throws -> TrendLog {
        try await manager.upsert(Device(deviceID: 1201, deviceName: "AHU1"))
        try await manager.upsert(
            Device(deviceID: 7, deviceName: "Gateway", ipAddress: "10.0.0.4", port: 47808))
        try await manager.upsert([
            MonitoringPoint(address: supply, pointName: "Supply", unitCode: 62, dataType: .analog)
        ])
        let log = try await manager.upsert(
            TrendLog(deviceID: 1201, trendLogName: "Air", interval: .seconds(900)))
        try await manager.replaceItems(
            of: try #require(log.id),
            with: [
                TrendLogItem(trendLogID: try #require(log.id), point: supply, pointOrder: 0)
            ])
        try await manager.setProfile(PointProfile(rangeCode: 1, low: 5, high: 40), of: supply)
        try await manager.store([PointSample(point: supply, value: 21, at: time.now)])
        try await manager.record(Event(at: time.now, .info, kind: "test", "filled"))
        return log
    }

    enum Way: CaseIterable, Sendable { case writer, reader, readerWithLinks }

    @Test(
        "is devices, trend logs, profiles, samples and journal, whether writer or reader makes it",
        arguments: Way.allCases)
    func complete(way: Way) async throws {
        try await awaitingTemporaryFolder { folder in
            let writer = try DataManager.open(at: folder + "/s", time: time)
            let log = try await fill(writer)
            let reader = try DataManager.open(at: folder + "/s", mode: .readOnly, time: time)
            switch way {
            case .writer: try await writer.backup(to: folder + "/b")
            case .reader: try await reader.backup(to: folder + "/b")
            case .readerWithLinks:
                try await reader.backup(to: folder + "/b", linksSegments: true)
            }
            #expect(try DataManager.verifyBackup(at: folder + "/b").isWhole)
            try DataManager.restore(from: folder + "/b", to: folder + "/r")
            try DataManager.restore(
                from: folder + "/b", to: folder + "/u", until: Timestamp("2026-01-01")!)
            for name in ["b", "r", "u"] {
                let copy = try DataManager.open(at: folder + "/" + name, time: time)
                #expect(try copy.device(7)?.ipAddress == "10.0.0.4", "\(name)")
                // When it was collected last follows from the samples.
                let logs = try copy.trendLogs(of: 1201)
                #expect(logs.map(\.id) == [log.id] && logs.map(\.interval) == [log.interval])
                #expect(
                    try copy.items(of: try #require(log.id)).map(\.point) == [supply], "\(name)")
                #expect(try copy.profile(of: supply).high == 40, "\(name)")
                let count = try copy.samples(of: supply, in: .all).count
                #expect(count == (name == "u" ? 0 : 1), "\(name)")
                let events = try copy.events(in: .all)
                #expect(events.map(\.message) == ["filled"], "\(name)")
                let next = try await copy.upsert(
                    TrendLog(deviceID: 1201, trendLogName: "Water", interval: .seconds(60)))
                #expect(next.id != log.id, "\(name): a number is given once")
                await copy.close()
            }
            await writer.close()
        }
    }
}
