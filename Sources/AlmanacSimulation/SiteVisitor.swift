import Almanac

/// Somebody who asks for a point by chance at every interval, and looks at what comes.
struct SiteVisitor {
    let site: SimulatedSite
    let manager: DataManager
    let number: Int

    func run() async -> SiteReport {
        let noise = ReplyNoise(seed: UInt64(number))
        var report = SiteReport()
        // Not before the first poll is through.
        var due = site.plan.pollInterval * 2 + .milliseconds(number * 97)
        var question: Int64 = 0
        while due < site.plan.length {
            try? await site.world.time.sleep(until: due)
            question += 1
            let device = site.devices[Int(noise.unit(2 * question) * Double(site.devices.count))]
            let points = site.points(of: device)
            let point = points[Int(noise.unit(2 * question + 1) * Double(points.count))]
            await ask(point, &report)
            due = max(due + site.plan.visitInterval, site.world.time.uptime)
        }
        return report
    }

    private func ask(_ point: PointAddress, _ report: inout SiteReport) async {
        let asked = site.world.time.uptime
        do {
            let current = try await manager.currentValue(of: point)
            if current.isFresh { report.freshCount += 1 } else { report.staleCount += 1 }
            if !isRight(current, for: point) { report.wrongCount += 1 }
        } catch {
            report.failedCount += 1
        }
        report.longestWait = max(report.longestWait, site.world.time.uptime - asked)
    }

    private func isRight(_ current: CurrentValue, for point: PointAddress) -> Bool {
        let value = current.value
        let isYoung = site.world.time.now - value.timestamp <= value.timeToLive
        guard value.point == point, current.isFresh == isYoung else { return false }
        guard case .value(let shown, _, _, _) = site.values.shown(point, value.timestamp) else {
            return false
        }
        return shown == value.value
    }
}
