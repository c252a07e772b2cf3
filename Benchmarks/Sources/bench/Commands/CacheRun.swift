import Almanac
import BenchReport
import Foundation

/// `bench cache`: what the realtime cache takes for its questions, alone and with other threads at
/// it, and what sixteen caches that share the points by device would take.
struct CacheRun {
    private let deviceCount: Int
    private let repetitions: Int
    private let resultPath: String?
    private static let pointsPerDevice = 98

    init(_ arguments: ArraySlice<String>) throws {
        let words = try Arguments(
            arguments, of: "cache", words: 0, options: ["--devices", "--repetitions", "--result"])
        deviceCount = try words.number("--devices", default: 1000)
        repetitions = try words.number("--repetitions", default: 5)
        resultPath = words.text("--result")
    }

    func run() throws {
        let points = (1...deviceCount).flatMap { device in
            (1...CacheRun.pointsPerDevice).map {
                PointAddress(
                    device: DeviceID(UInt32(device)), type: .input, number: UInt32($0))
            }
        }
        var table = ResultTable(
            labels: [""], columns: [.init("ns", title: "ns per call and thread", decimals: 0)])
        for stripes in [1, 16] {
            let caches = try StripedCaches(stripes, points)
            try check(caches, points)
            let locks = stripes == 1 ? "one lock" : "\(stripes) locks, by device"
            for threads in [1, 2, 4, 8] {
                table.append(
                    "a cached value, \(locks), \(threads) \(threads == 1 ? "thread" : "threads")",
                    figures: ["ns": best { caches.ask(points, threads: threads) }])
            }
        }
        let caches = try StripedCaches(1, points)
        let steps: [(String, () -> Double)] = [
            ("the 98 cached values of a device", { caches.askDevices(deviceCount) }),
            ("98 values into the cache", { caches.tell(points, CacheRun.pointsPerDevice) }),
            ("statistics of all", { caches.time { _ = caches.first.stats() } }),
            (
                "removal of stale values, none of them stale",
                { caches.time { caches.first.evictStaleValues() } }
            ),
        ]
        for (name, body) in steps { table.append(name, figures: ["ns": best(body)]) }
        try Measured(
            data: "\(points.count.grouped) points, best of \(repetitions)", table: table
        ).show(resultPath: resultPath)
    }

    private func check(_ caches: StripedCaches, _ points: [PointAddress]) throws {
        for point in points {
            guard let held = caches[point].cachedValue(of: point), held.isFresh,
                held.value.value == Double(point.number)
            else { throw WrongAnswer("\(point) is not held as it was told") }
        }
    }

    private func best(_ body: () -> Double) -> Double {
        (0..<repetitions).map { _ in body() }.min() ?? .nan
    }
}

/// One or several caches that share points by device.
struct StripedCaches {
    private let caches: [RealtimeCache]
    private static let questionsPerThread = 200_000

    init(_ count: Int, _ points: [PointAddress]) throws {
        caches = try (0..<count).map { _ in try RealtimeCache() }
        let now = SystemTime().now
        for point in points {
            self[point].cache(
                RealtimeValue(
                    point: point, value: Double(point.number), timestamp: now, dataType: .analog,
                    timeToLive: .seconds(3600)))
        }
    }

    var first: RealtimeCache { caches[0] }

    subscript(point: PointAddress) -> RealtimeCache {
        caches[Int(point.device.rawValue) % caches.count]
    }

    func time(_ body: () -> Void) -> Double { Double(timed(body, then: { _ in })) }

    /// Every thread asks for points at random.
    func ask(_ points: [PointAddress], threads: Int) -> Double {
        let elapsed = time {
            DispatchQueue.concurrentPerform(iterations: threads) { thread in
                var random = SampleRandom(seed: UInt64(thread + 1))
                for _ in 0..<StripedCaches.questionsPerThread {
                    let point = points[random.below(points.count)]
                    precondition(self[point].cachedValue(of: point) != nil, "it was told")
                }
            }
        }
        return elapsed / Double(StripedCaches.questionsPerThread)
    }

    func askDevices(_ count: Int) -> Double {
        var random = SampleRandom(seed: 3)
        let rounds = 2_000
        return time {
            for _ in 0..<rounds {
                let device = DeviceID(UInt32(1 + random.below(count)))
                precondition(first.cachedValues(of: device).count == 98, "it was told")
            }
        } / Double(rounds)
    }

    func tell(_ points: [PointAddress], _ count: Int) -> Double {
        let now = SystemTime().now
        let batches = stride(from: 0, to: min(points.count, count * 500), by: count).map { start in
            points[start..<(start + count)].map {
                RealtimeValue(
                    point: $0, value: Double($0.number), timestamp: now, dataType: .analog,
                    timeToLive: .seconds(3600))
            }
        }
        return time { for batch in batches { first.cache(batch) } } / Double(batches.count)
    }
}
