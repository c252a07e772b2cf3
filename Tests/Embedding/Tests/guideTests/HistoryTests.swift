import Almanac
import AlmanacSimulation
import Foundation
import Testing

@Suite("A service's tests") struct HistoryTests {
    private let point = PointAddress(device: 7, type: .input, number: 1)

    /// Devices that take up to five seconds to answer, and a day of them in no time.
    @Test("a value grows stale, and is read anew once for all who ask") func staleness() throws {
        let world = VirtualRun(time: ManualTime(start: Timestamp("2026-03-01")!))
        let source = SimulatedSource(values: .panels(seed: 1), time: world.time)
        let folder = NSTemporaryDirectory() + "history-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let history = try DataManager.open(
            at: folder, time: world.time, source: source, executor: world.executor)
        try world.run {
            // Writes wait for a real disk: virtual time stands still meanwhile.
            try await world.outside {
                try await history.upsert(Device(deviceID: 7, deviceName: "panel"))
                try await history.upsert([
                    MonitoringPoint(address: point, dataType: .analog)
                ])
            }
            let first = try await history.currentValue(of: point)
            try await world.time.sleep(until: world.time.uptime + .seconds(61))
            #expect(history.cachedValue(of: point)?.isFresh(at: world.time.now) == false)
            let second = try await history.currentValue(of: point)
            #expect(second.value.timestamp > first.value.timestamp)
            await world.outside { await history.close() }
        }
    }
}
