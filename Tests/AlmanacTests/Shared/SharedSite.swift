import Almanac
import AlmanacSimulation
import DurableFiles
import Synchronization
import TestSupport

/// Twenty points that are all stored at each tick with the tick's number as value, so that every answer
/// tells how many batches it has seen; besides a sample an hour in the first days of five old years.
struct SharedSite: Sendable {
    static let devices: [DeviceID] = [1, 2]
    static let points = devices.flatMap { device in
        (1...10).map { PointAddress(device: device, type: .input, number: $0) }
    }
    static let oldYears = 2020...2024
    static let samplesPerOldYear = 200
    private static let start = Timestamp("2026-01-01")!
    private static let tick: Int64 = 900_000

    /// Where the ticks lie.
    static let recent = TimeRange("2026-01-01", "2026-02-20")
    static let old = TimeRange("2020-01-01", "2025-01-01")

    static func time(of tick: Int) -> Timestamp {
        Timestamp(milliseconds: start.milliseconds + Int64(tick) * SharedSite.tick)
    }

    static func batch(_ tick: Int) -> [PointSample] {
        points.map { PointSample(point: $0, value: Double(tick), at: time(of: tick)) }
    }

    /// Makes the points known and fills the old years.
    static func prepare(_ manager: DataManager) async throws {
        for device in devices {
            try await manager.upsert(Device(deviceID: device, deviceName: "D\(device)"))
        }
        try await manager.upsert(
            points.map { MonitoringPoint(address: $0, dataType: .analog) })
        // Ages count from now only if samples have gone on for more than a week after a pause.
        try await manager.store(
            points.flatMap { point in
                (10...31).map { PointSample(point, 0, "2025-12-\($0)") }
            })
        for year in oldYears {
            // The first hours are left free: a removal up to the new year does not cut into them.
            let first = Timestamp("\(year)-01-02")!.milliseconds
            try await manager.store(
                points.flatMap { point in
                    (0..<samplesPerOldYear).map { hour in
                        PointSample(
                            point: point, value: Double(year),
                            at: Timestamp(milliseconds: first + Int64(hour) * 3_600_000))
                    }
                })
        }
    }
}

/// How far the writers are: what an answer may and must contain.
final class SharedProgress: Sendable {
    /// Ticks whose batch was given to `store`.
    let begun = Atomic(0)
    /// Ticks whose batch was acknowledged.
    let acknowledged = Atomic(0)
    /// Old years whose removal was asked for, and those whose removal has returned.
    let removalsBegun = Atomic(0)
    let removalsDone = Atomic(0)
    /// Every tick is stored.
    let isStored = Atomic(false)
    /// Nobody writes any more.
    let isDone = Atomic(false)
    let answerCount = Atomic(0)
    private let failures = Guarded<[String]>([])

    var firstFailures: [String] { failures.withLock { Array($0.prefix(5)) } }

    func fail(_ message: String) { failures.withLock { $0.append(message) } }

    func check(_ holds: Bool, _ message: @autoclosure () -> String) {
        if !holds { fail(message()) }
        answerCount.add(1, ordering: .relaxed)
    }

    /// Runs a question between two looks at how far the writer is.
    func bounded<Answer>(
        by bounds: (least: KeyPath<SharedProgress, Int>, most: KeyPath<SharedProgress, Int>),
        _ body: () throws -> Answer
    ) rethrows -> (Answer, ClosedRange<Int>) {
        let least = self[keyPath: bounds.least]
        let answer = try body()
        return (answer, least...self[keyPath: bounds.most])
    }

    var begunCount: Int { begun.load(ordering: .acquiring) }
    var acknowledgedCount: Int { acknowledged.load(ordering: .acquiring) }
    var removalBegunCount: Int { removalsBegun.load(ordering: .acquiring) }
    var removalDoneCount: Int { removalsDone.load(ordering: .acquiring) }
}

/// A device that always answers, and never with what is stored.
struct SharedSource: PointSource {
    let time: ManualTime

    static func value(of point: PointAddress) -> Double { 1_000_000 + Double(point.number) }

    func readings(
        of points: [PointAddress], on device: DeviceID
    ) async throws(PointSourceError) -> [PointAnswer] {
        await Task.yield()
        return points.map {
            PointAnswer(
                PointReading(
                    point: $0, value: SharedSource.value(of: $0), arrival: time.now,
                    dataType: .analog))
        }
    }
}
