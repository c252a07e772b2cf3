import Almanac
import AlmanacSimulation
import BenchReport
import Foundation

/// `bench site`: some hours of a large site on virtual time, polled every 30 s and stored every
/// 15 min, with a hundred people who ask; then what opening it takes in a fresh process.
///
/// Ends with an error where an answer or a stored sample was wrong, where fewer than 95 of 100
/// questions were answered from the cache, or where it took more than 250 MB.
struct SiteRun {
    private let plan: SimulatedSite.Plan
    /// Where the store is made and left; nil makes it somewhere else and removes it.
    private let folder: String?
    private let resultPath: String?
    private static let megabytesMax = 250.0

    init(_ arguments: ArraySlice<String>) throws {
        let words = try Arguments(
            arguments, of: "site", words: 0,
            options: ["--devices", "--points", "--hours", "--open", "--work", "--result"])
        var plan = SimulatedSite.Plan()
        plan.deviceCount = try words.number("--devices", default: 1000)
        plan.pointsPerDevice = try words.number("--points", default: 100)
        plan.length = .seconds(3600 * (try words.number("--hours", default: 1)))
        plan.replies = .init(delay: .zero ... .milliseconds(300))
        plan.openRequests = try words.number("--open", default: 256)
        self.plan = plan
        folder = words.text("--work")
        resultPath = words.text("--result")
    }

    func run() throws {
        let work = folder ?? TemporaryFolder.path
        try DiskUsage.makeEmpty(work)
        defer { if folder == nil { try? FileManager.default.removeItem(atPath: work) } }
        let world = VirtualRun()
        let site = try SimulatedSite(plan, on: world)
        announce("\(plan.deviceCount) devices of \(plan.pointsPerDevice) points")
        let manager = try world.run {
            try await world.outside { try await site.open(at: work) }
        }
        let catalog = PrivateMemory.megabytes()
        let peak = PrivateMemoryPeak()
        let start = ContinuousClock.now
        let report = try world.run { try await site.run(manager) }
        let elapsed = ContinuousClock.now - start
        let memory = peak.stop()
        announce(
            "\(catalog) MB with the catalog, \(memory) MB at the peak; "
                + "\(elapsed.formatted(.units(allowed: [.seconds]))); longest wait "
                + "\(report.longestWait)")
        let rates = site.devices.map { manager.cacheStats(of: $0).cacheHitRate }
        let stats = manager.cacheStats()
        let wrong = try site.devicesWithWrongHistory(manager, report)
        try world.run { await world.outside { await manager.close() } }
        guard wrong.isEmpty, report.wrongCount == 0, report.failedCount == 0 else {
            throw WrongAnswer("\(wrong.count) devices with wrong history, \(report)")
        }
        // The last round of a device may end after the last tick.
        guard (expectedCount..<expectedCount + tickCount).contains(report.storedCount) else {
            throw WrongAnswer("\(report.storedCount) samples stored, \(expectedCount) expected")
        }
        var table = ResultTable(labels: ["", "Unit"], columns: [.init("figure", title: "")])
        func add(_ label: String, _ unit: String, _ figure: Double) {
            table.append(label, unit, figures: ["figure": figure])
        }
        let queryCount = report.freshCount + report.staleCount
        add("queries with a fresh value", "%", 100 * Double(report.freshCount) / Double(queryCount))
        add("hit rate, of all", "%", 100 * stats.cacheHitRate)
        add("hit rate of the worst device", "%", 100 * (rates.min() ?? 0))
        add("private memory with the catalog", "MB", catalog)
        add("private memory at its peak", "MB", memory)
        add("opening in a fresh process", "ms", try median("ms", work))
        add("private memory after opening", "MB", try median("mb", work))
        guard stats.cacheHitRate >= 0.95 else { throw WrongAnswer("a hit rate below 95 %") }
        guard memory <= SiteRun.megabytesMax else {
            throw WrongAnswer("\(memory) MB taken, at most \(SiteRun.megabytesMax) allowed")
        }
        let counts =
            "\(report.readingCount.grouped) readings, \(report.storedCount.grouped) samples stored, "
            + "\(queryCount.grouped) queries"
        try Measured(data: "\(data); \(counts)", table: table).show(resultPath: resultPath)
    }

    private var data: String {
        let hours = Int(plan.length / .seconds(3600))
        return "\(plan.deviceCount.grouped) devices of \(plan.pointsPerDevice) points, "
            + "\(hours == 1 ? "an hour" : "\(hours) hours") of virtual time, "
            + "\(plan.openRequests) requests at a time"
    }

    private var tickCount: Int { plan.deviceCount * plan.pointsPerDevice }

    private var expectedCount: Int { tickCount * Int(plan.length / plan.historyInterval) }

    /// What a fresh process takes until it can answer, by five of them.
    private func median(_ unit: String, _ path: String) throws -> Double {
        try (0..<5).map { _ in try SiteOpenStep.figure(unit, path) }.sorted()[2]
    }
}
