import Almanac

/// Reads a device at every interval, one request after the other; a round that takes longer is
/// followed by the next at once.
struct SitePoll {
    let site: SimulatedSite
    let manager: DataManager
    let device: DeviceID
    private let points: [PointAddress]
    private var due: Duration
    private var failures = 0
    private var nextTick: Timestamp
    private var report = SiteReport()
    private var history = StoredHistory()

    /// How long a silent device is left alone, by failures in a row.
    private static let rests: [Duration] = [10, 30, 60, 120, 240, 480, 600].map { .seconds($0) }

    /// Devices begin spread over the first interval.
    init(site: SimulatedSite, manager: DataManager, device: DeviceID, index: Int) {
        self.site = site
        self.manager = manager
        self.device = device
        points = site.points(of: device)
        due = site.plan.pollInterval * index / max(site.devices.count, 1)
        let interval = site.plan.historyInterval.milliseconds
        let now = site.world.time.now.milliseconds
        nextTick = Timestamp(milliseconds: ((now - 1).floorDivided(by: interval) + 1) * interval)
    }

    mutating func run() async throws -> SiteReport {
        while due < site.plan.length {
            try await site.world.time.sleep(until: due)
            let round = await readAll()
            failures = round == nil ? failures + 1 : 0
            if let round { try await take(round) }
            let rest =
                failures == 0
                ? site.plan.pollInterval
                : SitePoll.rests[min(failures, SitePoll.rests.count) - 1]
            due = max(due + rest, site.world.time.uptime)
        }
        report.history[device] = history
        return report
    }

    /// All readings of the device, or nil where it fell silent.
    private func readAll() async -> [PointReading]? {
        var round: [PointReading] = []
        round.reserveCapacity(points.count)
        for first in stride(from: 0, to: points.count, by: site.plan.pointsPerRequest) {
            let part = Array(points[first..<min(first + site.plan.pointsPerRequest, points.count)])
            guard let found = await answers(for: part) else { return nil }
            let readings = found.compactMap { try? $0.result.get() }
            try? manager.cache(readings.map { RealtimeValue($0) })
            round += readings
        }
        return round
    }

    private func answers(for part: [PointAddress]) async -> [PointAnswer]? {
        let source = site.source
        let device = device
        return try? await source.readings(of: part, on: device)
    }

    /// Stores the first round after each tick, stamped with the tick.
    private mutating func take(_ round: [PointReading]) async throws {
        report.readingCount += round.count
        let now = site.world.time.now
        guard nextTick <= now else { return }
        let interval = site.plan.historyInterval.milliseconds
        let tick = Timestamp(milliseconds: now.milliseconds.floorDivided(by: interval) * interval)
        nextTick = tick + site.plan.historyInterval
        let samples = round.map {
            PointSample(
                point: $0.point, value: $0.value, at: tick, quality: $0.quality)
        }
        let manager = manager
        let receipt = try await site.world.outside { () async throws(HistoryError) in
            try await manager.store(samples, onConflict: .keep)
        }
        guard receipt.stored == samples.count else { throw SiteFailure(device, receipt) }
        for sample in samples { history.add(sample.point, sample.timestamp, sample.value) }
    }
}

/// A store that did not take what it was given.
struct SiteFailure: Error, CustomStringConvertible {
    let description: String

    init(_ device: DeviceID, _ receipt: Receipt) {
        description = "device \(device.rawValue): not all of a tick was stored: \(receipt)"
    }
}
