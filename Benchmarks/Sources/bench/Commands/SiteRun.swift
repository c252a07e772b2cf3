import Almanac
import AlmanacSimulation
import Foundation

/// `bench site`: some hours of a large site on virtual time, polled every 30 s and stored every
/// 15 min, with a hundred people who ask; then what opening it takes in a fresh process.
///
/// Ends with an error where an answer or a stored sample was wrong, where fewer than 95 of 100
/// questions were answered from the cache, or where it took more than 250 MB.
struct SiteRun {
    private let plan: SimulatedSite.Plan
    private let openRequests: Int
    /// Where the store is made and left; nil makes it somewhere else and removes it.
    private let folder: String?
    private static let megabytesMax = 250.0

    init(_ arguments: ArraySlice<String>) throws {
        let words = try Arguments(
            arguments, of: "site", words: 0,
            options: ["--devices", "--points", "--hours", "--open", "--work"])
        var plan = SimulatedSite.Plan()
        plan.deviceCount = try words.number("--devices", default: 1000)
        plan.pointsPerDevice = try words.number("--points", default: 100)
        plan.length = .seconds(3600 * (try words.number("--hours", default: 1)))
        plan.replies = .init(delay: .zero ... .milliseconds(300))
        self.plan = plan
        folder = words.text("--work")
        openRequests = try words.number("--open", default: 256)
    }

    func run() throws {
        let work = folder ?? TemporaryFolder.path
        try DiskUsage.makeEmpty(work)
        defer { if folder == nil { try? FileManager.default.removeItem(atPath: work) } }
        let world = VirtualRun()
        let site = SimulatedSite(plan, on: world)
        announce("\(plan.deviceCount) devices of \(plan.pointsPerDevice) points")
        let manager = try world.run {
            try await world.outside { try await site.open(at: work, openRequests: openRequests) }
        }
        let catalog = PrivateMemory.megabytes()
        row("memory with the catalog, MB", catalog)
        let peak = PrivateMemoryPeak()
        let start = ContinuousClock.now
        let report = try world.run { try await site.run(manager) }
        let elapsed = ContinuousClock.now - start
        let memory = peak.stop()
        row("memory at its peak, MB", memory)
        let hours = plan.length / .seconds(3600)
        announce("\(Int(hours)) virtual hours in \(elapsed.formatted(.units(allowed: [.seconds])))")
        announce("\(report.readingCount) readings, \(report.storedCount) samples stored")
        announce(
            "answers: \(report.freshCount) fresh, \(report.staleCount) stale, "
                + "\(report.failedCount) failed, \(report.wrongCount) wrong; longest wait "
                + "\(report.longestWait)")
        let rates = site.devices.map { manager.cacheStats(of: $0).cacheHitRate }
        let stats = manager.cacheStats()
        row("hit rate, %", 100 * stats.cacheHitRate)
        row("hit rate of the worst device, %", 100 * (rates.min() ?? 0))
        let wrong = try site.devicesWithWrongHistory(manager, report)
        try world.run { await world.outside { await manager.close() } }
        guard wrong.isEmpty, report.wrongCount == 0, report.failedCount == 0 else {
            throw WrongAnswer("\(wrong.count) devices with wrong history, \(report)")
        }
        // The last round of a device may end behind the last tick.
        guard (expectedCount..<expectedCount + tickCount).contains(report.storedCount) else {
            throw WrongAnswer("\(report.storedCount) samples stored, \(expectedCount) expected")
        }
        try reopen(work)
        guard stats.cacheHitRate >= 0.95 else { throw WrongAnswer("a hit rate below 95 %") }
        guard memory <= SiteRun.megabytesMax else {
            throw WrongAnswer("\(memory) MB taken, at most \(SiteRun.megabytesMax) allowed")
        }
    }

    private var tickCount: Int { plan.deviceCount * plan.pointsPerDevice }

    private var expectedCount: Int { tickCount * Int(plan.length / plan.historyInterval) }

    /// What a fresh process takes until it can answer.
    private func reopen(_ path: String) throws {
        for (name, unit) in [("opening, ms", "ms"), ("memory after opening, MB", "mb")] {
            let figures = try (0..<5).map { _ in try SiteOpenStep.figure(unit, path) }
            row(name, figures.sorted()[2])
        }
    }

    private func row(_ name: String, _ value: Double) {
        announce(
            name.padding(toLength: 40, withPad: " ", startingAt: 0)
                + String(format: "%12.1f", value))
    }
}
