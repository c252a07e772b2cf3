import Almanac
import AlmanacCollector
import AlmanacSimulation
import BACnetSimulation
import BenchReport
import Foundation

/// `bench ticks`: what a dead, a slow and an aborting device cost the others. Counted on a network in
/// memory and virtual time: the same figures everywhere.
///
/// Ends with an error if a sound device missed a tick, or stored its last one later than 45 s after it: 30 s of
/// spread, and 15 s of requests.
struct TicksRun {
    private enum Kind: Int, CaseIterable {
        case sound, dead, slow, aborting

        init(place: Int) { self = Kind(rawValue: place) ?? .sound }

        var title: String {
            switch self {
            case .sound: "17 sound devices"
            case .dead: "a dead device"
            case .slow: "a device that takes 20 s for a reply"
            case .aborting: "a device that aborts every request"
            }
        }
    }

    private let resultPath: String?
    private static let deviceCount = 20
    private static let pointsPerDevice = 98
    private static let interval = Duration.seconds(60)

    init(_ arguments: ArraySlice<String>) throws {
        let words = try Arguments(arguments, of: "ticks", words: 0, options: ["--result"])
        resultPath = words.text("--result")
    }

    func run() throws {
        let work = TemporaryFolder.path
        try DiskUsage.makeEmpty(work)
        defer { try? FileManager.default.removeItem(atPath: work) }
        let start = Timestamp("2025-03-03T00:00:31Z")!
        let site = try CollectedSite(
            deviceCount: TicksRun.deviceCount, pointsPerDevice: TicksRun.pointsPerDevice,
            start: start, path: work
        ) { profile, _ in profile.replyDelay = .milliseconds(300) }
        for (place, instance) in site.devices.instances.enumerated() {
            var faults = DeviceFaults()
            switch Kind(place: place) {
            case .sound: continue
            case .dead: faults.isOffline = true
            case .slow: faults.delay = .seconds(20)
            case .aborting: faults.abortRate = 1
            }
            site.devices.setFaults(faults, of: instance)
        }
        var configuration = CollectorConfiguration()
        configuration.historyInterval = TicksRun.interval
        // Slow is not dead: a reply of 20 s is waited for.
        configuration.requestTimeout = .seconds(25)
        configuration.retries = 0
        configuration.rediscoversDevices = false
        let status = try site.collect(configuration) { [time = site.run.time] _, collector in
            try await collector.start()
            try await time.sleep(until: time.uptime + .seconds(3600))
            let status = collector.status()
            await collector.stop()
            return status
        }
        try show(site, status)
    }

    private func show(_ site: CollectedSite, _ status: CollectorStatus) throws {
        let places = Dictionary(
            uniqueKeysWithValues: site.plan.devices.enumerated().map { ($1.id, $0) })
        var table = ResultTable(
            labels: ["Of an hour, a tick each minute"],
            columns: ["due", "done", "missed"].map { .init($0, decimals: 0) }
                + [.init("lag", title: "longest lag at the end, s", decimals: 1)])
        for kind in Kind.allCases {
            func isOfKind(_ device: DeviceID) -> Bool {
                places[device].map { Kind(place: $0) == kind } ?? false
            }
            let schedules = status.schedules.filter { $0.interval != nil && isOfKind($0.device) }
            let lags = status.devices.filter { isOfKind($0.id) }.compactMap(\.lag)
            let due = schedules.reduce(0) { $0 + $1.ticksDue }
            let done = schedules.reduce(0) { $0 + $1.ticksDone }
            let missed = schedules.reduce(0) { $0 + $1.missedTicks }
            let lag = lags.max().map { $0 / .seconds(1) }
            table.append(
                kind.title,
                figures: [
                    "due": Double(due), "done": Double(done), "missed": Double(missed), "lag": lag,
                ])
            guard kind == .sound else { continue }
            guard missed == 0, done == due, due == 17 * 60, (lag ?? .infinity) <= 45 else {
                throw WrongAnswer("sound devices: \(done) of \(due) ticks, lag \(lag ?? -1) s")
            }
        }
        let data =
            "\(TicksRun.deviceCount) devices, \(site.plan.points.count.grouped) points, replies "
            + "after 300 ms, a poll every 30 s, an hour of virtual time"
        try Measured(data: data, table: table).show(resultPath: resultPath)
    }
}
