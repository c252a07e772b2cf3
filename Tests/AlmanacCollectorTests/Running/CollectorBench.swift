import Almanac
import AlmanacCollector
import AlmanacSimulation
import BACnetIP
import BACnetMessages
import BACnetSimulation
import BuildingModel
import BuildingSimulation
import DurableFiles
import Synchronization
import TestSupport
import TimeSeriesModel

/// A simulated building on a network in memory, a store, and a collector between the two, on a clock
/// that moves only when everything waits.
final class CollectorBench: Sendable {
    let run: VirtualRun
    let network = MemoryNetwork()
    let building: SimulatedBuilding
    let devices: SimulatedDevices
    /// The disk, which outlives a life of the program.
    let storage = SimulatedStorage()
    let configuration: CollectorConfiguration
    private let pointsPerDevice: Int?

    /// - Parameters:
    ///   - size: points that each device has.
    ///   - pointsPerDevice: points that are collected of each; nil for all.
    init(
        deviceCount: Int = 2, size: Int = 50, pointsPerDevice: Int? = nil,
        start: String = "2025-03-03T00:00:31Z",
        configure: (inout CollectorConfiguration) -> Void = { _ in },
        adjust: (inout DeviceProfile, Int) -> Void = { _, _ in }
    ) throws {
        let origin = Timestamp(start)!
        run = VirtualRun(time: ManualTime(start: origin))
        building = SimulatedBuilding(
            pointCount: deviceCount * size, pointsPerDevice: size,
            range: TimeRange(from: origin, to: origin)!)
        devices = SimulatedDevices(
            of: building, time: SimulatedTime(origin: origin), clock: run.time,
            executor: run.executor,
            profile: { place in
                var profile = DeviceProfile()
                adjust(&profile, place)
                return profile
            })
        self.pointsPerDevice = pointsPerDevice
        var configuration = CollectorConfiguration()
        // The simulated devices hold records of days; tests of logs switch this on.
        configuration.backfill.isEnabled = false
        // The tests of descriptions have it on.
        configuration.rediscoversDevices = false
        configure(&configuration)
        self.configuration = configuration
        for instance in devices.instances {
            devices.start(instance, over: network.transport(at: CollectorBench.node(instance)))
        }
    }

    var time: ManualTime { run.time }

    static func node(_ instance: UInt32) -> IPv4Endpoint {
        IPv4Endpoint(address: 10 << 24 | 1 << 16 | instance)
    }

    /// The points of the building that are collected, with their index in it.
    var points: [(index: Int, point: CollectedPoint)] {
        var counts: [DeviceID: Int] = [:]
        return building.points.enumerated().compactMap { index, point in
            let count = counts[point.address.device, default: 0]
            guard count < pointsPerDevice ?? .max else { return nil }
            counts[point.address.device] = count + 1
            return (
                index,
                CollectedPoint(
                    address: point.address, name: point.pointName, object: point.object,
                    unitCode: point.unitCode, dataType: point.dataType)
            )
        }
    }

    func plan(findsDevices: Bool = false) throws -> CollectorPlan {
        try CollectorPlan(
            devices: building.devices.map { device in
                CollectedDevice(
                    id: device.deviceID, name: device.deviceName,
                    address: findsDevices
                        ? nil
                        : DeviceAddress(node: CollectorBench.node(device.deviceID.rawValue)),
                    instance: device.deviceID.rawValue)
            }, points: points.map(\.point))
    }

    /// The parts of one life of a program: store, client and collector.
    struct Life: Sendable {
        let history: DataManager
        let client: BACnetClient
        let collector: BACnetCollector
        let bench: CollectorBench

        var time: ManualTime { bench.time }

        /// Lets time pass up to a moment of the wall clock.
        func sleep(until text: String) async throws {
            let moment = Timestamp(text)!
            try await time.sleep(
                until: time.uptime
                    + .milliseconds(moment.milliseconds - time.now.milliseconds))
        }

        func sleep(for duration: Duration) async throws {
            try await time.sleep(until: time.uptime + duration)
        }
    }

    /// Opens the store, writes the catalog, makes a client and a collector, runs `body`, and closes
    /// all of them.
    @discardableResult
    func live<Answer: Sendable>(
        findsDevices: Bool = false, plan given: CollectorPlan? = nil,
        _ body: @escaping @Sendable (Life) async throws -> Answer
    ) throws -> Answer {
        let plan = try given ?? self.plan(findsDevices: findsDevices)
        return try run.run { [self] in
            let source = CollectorSource()
            var around = Surroundings(time: run.time)
            around.storage = storage
            around.executor = run.executor
            var settings = Configuration()
            settings.diskReserveByteCount = 0
            let history = try DataManager.open(
                at: "simulated", configuration: settings, in: around, source: source)
            try await CollectorBench.define(plan, in: history)
            let client = BACnetClient(
                configuration.clientConfiguration(of: OwnDevice(instance: 900, name: "us")),
                over: network.transport(at: IPv4Endpoint(10, 0, 0, 1)), clock: run.time,
                firstInvokeID: 100, executor: run.executor)
            client.start()
            let collector = try BACnetCollector(
                history: history, client: client, plan: plan, configuration: configuration,
                source: source, time: run.time, executor: run.executor)
            let answer = try await body(
                Life(history: history, client: client, collector: collector, bench: self))
            await collector.stop()
            await client.close()
            await history.close()
            return answer
        }
    }

    private static func define(_ plan: CollectorPlan, in history: DataManager) async throws {
        for device in plan.devices where try history.device(device.id) == nil {
            try await history.upsert(Device(deviceID: device.id, deviceName: device.name))
        }
        let unknown = try plan.points.filter { try history.point($0.address) == nil }
        try await history.upsert(
            unknown.map {
                MonitoringPoint(
                    address: $0.address, pointName: $0.name, unitCode: $0.unitCode,
                    dataType: $0.dataType)
            })
    }

    /// The value that the building shows at a time, as a device sends it.
    func truth(_ index: Int, at time: Timestamp) -> Double? {
        guard let value = building.value(of: index, at: time) else { return nil }
        return building.points[index].dataType == .analog
            ? Double(shortest: Float(value)) : value > 0 ? 1 : 0
    }
}

/// Events of a collector, kept by a task of the run.
final class EventLog: Sendable {
    private let events = Guarded<[CollectorEvent]>([])

    var all: [CollectorEvent] { events.withLock { $0 } }

    func follow(_ life: CollectorBench.Life) {
        let stream = life.collector.events
        _ = Task(executorPreference: life.bench.run.executor) { [self] in
            for await event in stream { self.events.withLock { $0.append(event) } }
        }
    }

    func count(of kind: CollectorEvent.Kind) -> Int { all.count { $0.kind == kind } }
}
