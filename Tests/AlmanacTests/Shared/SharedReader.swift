import Almanac
import Synchronization
import TestSupport

/// One of those who ask while others write: each answer is held against how far the writers were before
/// and after the question.
struct SharedReader {
    let manager: DataManager
    let progress: SharedProgress
    var random: SplitMix64
    /// Batches in the newest snapshot that this reader saw.
    private var seen = 0
    private var position: UInt64 = 0

    init(_ manager: DataManager, _ progress: SharedProgress, seed: UInt64) {
        self.manager = manager
        self.progress = progress
        random = SplitMix64(seed: seed)
    }

    private var anyPoint: PointAddress {
        mutating get { SharedSite.points.randomElement(using: &random)! }
    }

    /// Looks at a snapshot, and asks one thing more.
    mutating func ask(round: Int) throws {
        let (snapshot, bounds) = progress.bounded(by: (\.acknowledgedCount, \.begunCount)) {
            manager.snapshot()
        }
        let count = try wholeBatches(snapshot, bounds)
        switch round % 5 {
        case 0: try askSamples(snapshot, count)
        case 1: try askBuckets()
        case 2: try askQuality()
        case 3: try askOldYears()
        default: askCache()
        }
    }

    /// Each point has the same ticks in a snapshot, all of the acknowledged ones, and no fewer than
    /// in an earlier one.
    private mutating func wholeBatches(
        _ snapshot: HistorySnapshot, _ bounds: ClosedRange<Int>
    ) throws -> Int {
        let all = try SharedSite.points.map {
            try snapshot.statistics(of: $0, in: SharedSite.recent)
        }
        let count = all[0].count
        let sum = Double(count * (count - 1) / 2)
        progress.check(
            all.allSatisfy { $0.count == count && $0.sum == sum },
            "a torn batch: \(all.map(\.count))")
        progress.check(bounds.contains(count), "\(count) batches in a snapshot, not \(bounds)")
        progress.check(count >= seen, "\(count) batches after \(seen)")
        progress.check(snapshot.position >= position, "a position that went back")
        seen = count
        position = snapshot.position
        return count
    }

    private mutating func askSamples(_ snapshot: HistorySnapshot, _ count: Int) throws {
        let point = anyPoint
        let samples = try snapshot.samples(of: point, in: SharedSite.recent)
        progress.check(
            samples.elementsEqual(0..<count) { sample, tick in
                sample.time == SharedSite.time(of: tick) && sample.value == Double(tick)
            }, "\(samples.count) samples that are not the \(count) ticks")
        guard count > 0 else { return }
        let tick = Int.random(in: 0..<count, using: &random)
        let moment = Timestamp(milliseconds: SharedSite.time(of: tick).milliseconds + 1000)
        let value = try snapshot.value(of: point, at: moment)?.value
        progress.check(value == Double(tick), "\(String(describing: value)) at tick \(tick)")
        let newest = try snapshot.latestValue(of: point)?.value
        progress.check(newest == Double(count - 1), "\(String(describing: newest)) as newest")
    }

    private mutating func askBuckets() throws {
        let point = anyPoint
        let (buckets, bounds) = try progress.bounded(by: (\.acknowledgedCount, \.begunCount)) {
            try manager.buckets(
                of: point, in: SharedSite.recent, every: .day, aggregations: [.sum, .mean])
        }
        let count = buckets.reduce(0) { $0 + $1.count }
        let sum = buckets.reduce(0) { $0 + ($1.sum ?? 0) }
        progress.check(bounds.contains(count), "\(count) samples in buckets, not \(bounds)")
        progress.check(sum == Double(count * (count - 1) / 2), "\(sum) of \(count) in buckets")
    }

    private mutating func askQuality() throws {
        let point = anyPoint
        let (report, bounds) = try progress.bounded(by: (\.acknowledgedCount, \.begunCount)) {
            try manager.qualityReport(of: point, in: SharedSite.recent)
        }
        progress.check(
            bounds.contains(report.usableCount),
            "\(report.usableCount) usable samples, not \(bounds)")
        progress.check(report.badCount == 0, "bad samples that nobody stored")
    }

    /// A removal is seen of all points or of none.
    private mutating func askOldYears() throws {
        let (snapshot, bounds) = progress.bounded(by: (\.removalDoneCount, \.removalBegunCount)) {
            manager.snapshot()
        }
        let counts = try SharedSite.points.map {
            try snapshot.statistics(of: $0, in: SharedSite.old).count
        }
        let years = SharedSite.oldYears.count - counts[0] / SharedSite.samplesPerOldYear
        progress.check(
            counts.allSatisfy { $0 == counts[0] }
                && counts[0] % SharedSite.samplesPerOldYear == 0, "half a removal: \(counts)")
        progress.check(bounds.contains(years), "\(years) years removed, not \(bounds)")
    }

    /// What is held is a newest sample of its time, or what the device said.
    private mutating func askCache() {
        let point = anyPoint
        guard let held = manager.cachedValue(of: point) else {
            return progress.fail("nothing held of \(point)")
        }
        progress.check(
            held.point == point
                && (held.value == SharedSource.value(of: point)
                    || held.value <= Double(progress.begunCount)
                    || SharedSite.oldYears.contains(Int(held.value))),
            "\(held) is held")
    }
}
