import Almanac
import AlmanacSimulation
import Synchronization
import TestSupport

/// A manager on clocks that are turned by hand, with a disk, a log and a metrics backend of the test's.
final class ManagerBench: Sendable {
    let time: ManualTime
    let clock: PassingClock
    let log = CapturingLog()
    let metrics = CapturingMetrics()
    private let disk = Mutex(DiskSpace(totalByteCount: 1 << 40, availableByteCount: 1 << 39))

    let supply = PointAddress(device: 1201, type: .input, number: 5)
    let fan = PointAddress(device: 1201, type: .output, number: 1)
    let other = PointAddress(device: 1202, type: .input, number: 1)

    init(at text: String = "2026-03-01T12:00Z") {
        time = ManualTime(start: Timestamp(text)!)
        clock = PassingClock(time)
    }

    var surroundings: Surroundings {
        var surroundings = Surroundings(time: clock)
        surroundings.logger = log.logger
        surroundings.metrics = metrics
        surroundings.disk = { [self] (_) throws(HistoryError) in disk.withLock { $0 } }
        return surroundings
    }

    func setDisk(used fraction: Double) {
        let total = 1 << 40
        disk.withLock {
            $0 = DiskSpace(
                totalByteCount: total,
                availableByteCount: Int((1 - fraction) * Double(total)))
        }
    }

    func setDisk(available byteCount: Int) {
        disk.withLock {
            $0 = DiskSpace(totalByteCount: 1 << 40, availableByteCount: byteCount)
        }
    }

    func open(
        _ path: String, source: (any PointSource)? = nil,
        _ set: (inout Configuration) -> Void = { _ in }
    ) throws -> DataManager {
        var configuration = Configuration()
        set(&configuration)
        configuration.diskReserveByteCount = 0
        return try DataManager.open(
            at: path, configuration: configuration, in: surroundings, source: source)
    }

    /// Two devices and three points.
    func define(in manager: DataManager) async throws {
        try await manager.upsert(Device(deviceID: 1201, deviceName: "AHU1"))
        try await manager.upsert(Device(deviceID: 1202, deviceName: "AHU2"))
        try await manager.upsert([
            MonitoringPoint(address: supply, pointName: "Supply", dataType: .analog),
            MonitoringPoint(address: fan, pointName: "Fan", dataType: .digital),
            MonitoringPoint(address: other, pointName: "Other", dataType: .analog),
        ])
    }

    /// Runs with a manager of a store of its own.
    func filled(
        _ configuration: Configuration = Configuration(), source: (any PointSource)? = nil,
        _ body: (DataManager, _ path: String) async throws -> Void
    ) async throws {
        try await awaitingTemporaryFolder { folder in
            let manager = try open(folder + "/s", source: source) { $0 = configuration }
            try await define(in: manager)
            try await body(manager, folder + "/s")
            await manager.close()
        }
    }
}

extension PointSample {
    init(_ point: PointAddress, _ value: Double, _ text: String) {
        self.init(point: point, value: value, at: Timestamp(text)!)
    }
}

extension TimeRange {
    init(_ from: String, _ to: String) {
        self.init(from: Timestamp(from)!, to: Timestamp(to)!)!
    }
}

/// The clocks of a ``ManualTime``, which may pass a while at each look at the uptime: then whatever is
/// timed takes so long.
final class PassingClock: TimeSource {
    private let time: ManualTime
    private let step = Mutex(Duration.zero)

    init(_ time: ManualTime) { self.time = time }

    /// - Parameter step: what passes at each look from now on.
    func pass(_ step: Duration) { self.step.withLock { $0 = step } }

    var now: Timestamp { time.now }

    var uptime: Duration {
        let step = step.withLock { $0 }
        if step > .zero { time.advance(by: step) }
        return time.uptime
    }

    func sleep(until deadline: Duration) async throws { try await time.sleep(until: deadline) }
}

extension Configuration {
    static func with(_ set: (inout Configuration) -> Void) -> Configuration {
        var configuration = Configuration()
        set(&configuration)
        return configuration
    }
}
