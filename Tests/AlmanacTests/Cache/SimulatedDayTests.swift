import Almanac
import AlmanacSimulation
import TestSupport
import Testing

/// A day of a site on virtual time: a poll that feeds the cache and the history, people who look, a
/// device that dies.
@Suite("A simulated day") struct SimulatedDayTests {
    #if DEBUG
        private static let length = Duration.seconds(2 * 3600)
        private static let silence: Range<Duration> = .seconds(3600) ..< .seconds(3900)
    #else
        private static let length = Duration.seconds(24 * 3600)
        private static let silence: Range<Duration> = .seconds(36_000) ..< .seconds(39_600)
    #endif
    private static let deadDevice: DeviceID = 1007

    @Test("answers 95 of 100 questions from the cache, and keeps the history") func day() throws {
        var plan = SimulatedSite.Plan()
        plan.length = SimulatedDayTests.length
        plan.silences = [SimulatedDayTests.deadDevice: SimulatedDayTests.silence]
        let world = VirtualRun()
        let site = try SimulatedSite(plan, on: world)
        try withTemporaryFolder { folder in
            let manager = try world.run {
                try await world.outside { try await site.open(at: folder) }
            }
            let report = try world.run { try await site.run(manager) }
            print(self.report(manager, site, report))
            check(manager, site, report)
            #expect(try site.devicesWithWrongHistory(manager, report) == [])
            try world.run { await world.outside { await manager.close() } }
        }
    }

    private func check(_ manager: DataManager, _ site: SimulatedSite, _ report: SiteReport) {
        let stats = manager.cacheStats()
        #expect(stats.cacheHitRate >= 0.95)
        #expect(report.wrongCount == 0)
        #expect(stats.evictionCount == 0 && stats.totalPoints == 20 * 98)
        for device in site.devices where device != SimulatedDayTests.deadDevice {
            #expect(
                manager.cacheStats(of: device).cacheHitRate >= 0.95, "device \(device.rawValue)")
        }
        let ticks = Int(SimulatedDayTests.length / .seconds(900))
        #expect(report.storedCount > (20 * ticks - 6) * 98)
        #expect(site.gate.openCount == 0 && site.gate.waitingCount == 0)
    }

    private func report(
        _ manager: DataManager, _ site: SimulatedSite, _ report: SiteReport
    ) -> String {
        var lines = ["device   hit rate      hits  misses  reads saved"]
        func add(_ name: String, _ stats: CacheStats) {
            let rate = "\((stats.cacheHitRate * 10_000).rounded() / 100) %"
            let columns =
                [rate, "\(stats.cacheHitCount)", "\(stats.cacheMissCount)"]
                + ["\(stats.deviceReadsSaved)"]
            let widths = [10, 10, 8, 13]
            let text = zip(columns, widths).map { column, width in
                String(repeating: " ", count: max(0, width - column.count)) + column
            }
            lines.append(name + String(repeating: " ", count: 7 - name.count) + text.joined())
        }
        for device in site.devices {
            let mark = device == SimulatedDayTests.deadDevice ? " †" : ""
            add("\(device.rawValue)\(mark)", manager.cacheStats(of: device))
        }
        add("all", manager.cacheStats())
        lines.append(
            "answers: \(report.freshCount) fresh, \(report.staleCount) stale, "
                + "\(report.failedCount) failed; longest wait \(report.longestWait); "
                + "\(report.readingCount) readings, \(report.storedCount) samples stored; † was "
                + "silent for \(SimulatedDayTests.silence.upperBound - SimulatedDayTests.silence.lowerBound)"
        )
        return lines.joined(separator: "\n")
    }
}
