import Almanac
import AlmanacCollector
import AlmanacSimulation
import BenchReport
import Foundation

/// `bench collect`: a collector reads a large site for a day of virtual time; its memory and open
/// files at the beginning and at the end.
///
/// Each tick is read at the tick itself, without delay, so that each stored sample has exactly one
/// right value. Ends with an error if a sample is wrong, missing or too many, if a tick was missed, or
/// if it took more than 150 MB above what the catalog takes.
struct CollectRun {
    private let deviceCount: Int
    private let pointsPerDevice: Int
    private let hours: Int
    private let resultPath: String?
    private static let megabytesMax = 150.0
    private static let interval = Duration.seconds(900)

    init(_ arguments: ArraySlice<String>) throws {
        let words = try Arguments(
            arguments, of: "collect", words: 0,
            options: ["--devices", "--points", "--hours", "--result"])
        deviceCount = try words.number("--devices", default: 1000)
        pointsPerDevice = try words.number("--points", default: 100)
        hours = try words.number("--hours", default: 24)
        resultPath = words.text("--result")
    }

    private struct Figures: Sendable {
        var catalog = 0.0
        var afterAnHour = 0.0
        var atEnd = 0.0
        var peak = 0.0
        var filesAfterAnHour = 0
        var filesAtEnd = 0
        var status = CollectorStatus()
    }

    func run() throws {
        let work = TemporaryFolder.path
        try DiskUsage.makeEmpty(work)
        defer { try? FileManager.default.removeItem(atPath: work) }
        let start = Timestamp("2025-03-03T00:00:31Z")!
        let site = try CollectedSite(
            deviceCount: deviceCount, pointsPerDevice: pointsPerDevice, start: start, path: work)
        announce("\(deviceCount) devices, \(site.plan.points.count) points")
        var configuration = CollectorConfiguration()
        configuration.alignment = .strict
        configuration.historyInterval = CollectRun.interval
        // One poll for the cache: what is measured is the history.
        configuration.realtimeInterval = .seconds(86_400)
        configuration.rediscoversDevices = false
        let began = ContinuousClock.now
        let figures = try site.collect(configuration) { [hours, time = site.run.time] in
            try await CollectRun.day(hours, time, $1)
        }
        let elapsed = ContinuousClock.now - began
        let counts = try check(site, in: work, from: start)
        let ticks = figures.status.schedules.filter { $0.interval != nil }
        guard ticks.allSatisfy({ $0.missedTicks == 0 && $0.ticksDone == $0.ticksDue }) else {
            throw WrongAnswer("ticks were missed: \(ticks.first { $0.missedTicks > 0 } as Any)")
        }
        try show(site, figures, counts, elapsed)
        guard figures.peak - figures.catalog <= CollectRun.megabytesMax else {
            throw WrongAnswer(
                "\(figures.peak - figures.catalog) MB above the catalog, at most "
                    + "\(CollectRun.megabytesMax) allowed")
        }
    }

    private static func day(
        _ hours: Int, _ time: ManualTime, _ collector: BACnetCollector
    ) async throws -> Figures {
        var figures = Figures()
        figures.catalog = PrivateMemory.megabytes()
        let peak = PrivateMemoryPeak()
        let begin = time.uptime
        try await collector.start()
        try await time.sleep(until: begin + .seconds(3600))
        figures.afterAnHour = PrivateMemory.megabytes()
        figures.filesAfterAnHour = OpenFiles.count
        try await time.sleep(until: begin + .seconds(3600 * hours))
        figures.atEnd = PrivateMemory.megabytes()
        figures.filesAtEnd = OpenFiles.count
        figures.status = collector.status()
        await collector.stop()
        figures.peak = peak.stop()
        return figures
    }

    /// Compares every stored sample with what its device showed at the tick.
    ///
    /// - Returns: how many there are.
    private func check(
        _ site: CollectedSite, in folder: String, from start: Timestamp
    ) throws -> Int {
        let history = try DataManager.open(at: folder, mode: .readOnly)
        let seconds = start.milliseconds / 1000 / 900 * 900
        let ticks = (1...4 * Int64(hours)).map {
            Timestamp(milliseconds: (seconds + $0 * 900) * 1000)
        }
        var count = 0
        for (index, point) in site.building.points.enumerated() {
            let expected = ticks.compactMap { tick in
                site.truth(index, at: tick).map { (tick, $0) }
            }
            let found = try history.samples(of: point.address, in: .all)
            guard found.map(\.time) == expected.map(\.0),
                zip(found, expected).allSatisfy({ $0.value.bitPattern == $1.1.bitPattern })
            else {
                throw WrongAnswer(
                    "\(point.address): \(found.count) samples found, \(expected.count) expected")
            }
            count += found.count
        }
        return count
    }

    private func show(
        _ site: CollectedSite, _ figures: Figures, _ sampleCount: Int, _ elapsed: Duration
    ) throws {
        var table = ResultTable(labels: ["", "Unit"], columns: [.init("figure", title: "")])
        func add(_ label: String, _ unit: String, _ figure: Double) {
            table.append(label, unit, figures: ["figure": figure])
        }
        add("private memory with catalog and simulator", "MB", figures.catalog)
        add("above it, after an hour", "MB", figures.afterAnHour - figures.catalog)
        add("above it, at the end", "MB", figures.atEnd - figures.catalog)
        add("above it, at the peak", "MB", figures.peak - figures.catalog)
        add("open files after an hour", "", Double(figures.filesAfterAnHour))
        add("open files at the end", "", Double(figures.filesAtEnd))
        add("time that it took", "s", Double(elapsed.components.seconds))
        let data =
            "\(deviceCount.grouped) devices, \(site.plan.points.count.grouped) points, "
            + "\(hours) hours of virtual time, a tick every 15 minutes; "
            + "\(sampleCount.grouped) samples stored, all compared"
        try Measured(data: data, table: table).show(resultPath: resultPath)
    }
}

/// The files that this process has open.
private enum OpenFiles {
    static var count: Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count) ?? 0
    }
}
