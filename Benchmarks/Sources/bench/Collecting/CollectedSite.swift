import Almanac
import AlmanacCollector
import AlmanacSimulation
import BACnetIP
import BACnetMessages
import BACnetSimulation
import BuildingSimulation
import TimeSeriesModel

/// A simulated building whose devices are on a network in memory, and a collector with a store on
/// disk, on virtual time.
struct CollectedSite {
    let run: VirtualRun
    let building: SimulatedBuilding
    let devices: SimulatedDevices
    let plan: CollectorPlan
    private let network = MemoryNetwork()
    private let path: String

    /// - Parameters:
    ///   - deviceCount: all of the same size.
    ///   - pointsPerDevice: the points of each.
    ///   - start: the wall clock at the beginning.
    ///   - path: the store's folder, which must be empty.
    ///   - adjust: changes what kind of controller a device is, by its place.
    init(
        deviceCount: Int, pointsPerDevice: Int, start: Timestamp, path: String,
        adjust: (inout DeviceProfile, Int) -> Void = { _, _ in }
    ) throws {
        self.path = path
        run = VirtualRun(time: ManualTime(start: start))
        // A history of no length: the faults are the benchmark's own.
        building = SimulatedBuilding(
            pointCount: deviceCount * pointsPerDevice, pointsPerDevice: pointsPerDevice,
            range: TimeRange(from: start, to: start)!)
        devices = SimulatedDevices(
            of: building, time: SimulatedTime(origin: start), clock: run.time,
            executor: run.executor,
            profile: { place in
                var profile = DeviceProfile()
                profile.logs.logCount = 0
                adjust(&profile, place)
                return profile
            })
        for instance in devices.instances {
            devices.start(instance, over: network.transport(at: CollectedSite.node(instance)))
        }
        plan = try CollectorPlan(
            devices: building.devices.map { device in
                CollectedDevice(
                    id: device.deviceID, name: device.deviceName,
                    address: DeviceAddress(node: CollectedSite.node(device.deviceID.rawValue)),
                    instance: device.deviceID.rawValue)
            },
            points: building.points.map { point in
                CollectedPoint(
                    address: point.address, name: point.pointName, object: point.object,
                    unitCode: point.unitCode, dataType: point.dataType)
            })
    }

    private static func node(_ instance: UInt32) -> IPv4Endpoint {
        IPv4Endpoint(address: 10 << 24 | 1 << 16 | instance)
    }

    /// The value that the building shows at a time, as a device sends it; nil if it sends no value.
    func truth(_ index: Int, at time: Timestamp) -> Double? {
        guard let value = building.value(of: index, at: time) else { return nil }
        return building.points[index].dataType == .analog
            ? Double(shortest: Float(value)) : value > 0 ? 1 : 0
    }

    /// Opens the store with the plan in its catalog, makes a collector that is not started yet, runs
    /// `body`, and closes all of it.
    func collect<Answer: Sendable>(
        _ configuration: CollectorConfiguration,
        _ body: @escaping @Sendable (DataManager, BACnetCollector) async throws -> Answer
    ) throws -> Answer {
        try run.run { [run, network, plan, path] in
            let source = CollectorSource()
            let history = try await run.outside {
                let history = try DataManager.open(
                    at: path, time: run.time, source: source, executor: run.executor)
                try await plan.write(into: history, interval: configuration.historyInterval)
                return history
            }
            let client = BACnetClient(
                ClientConfiguration(device: OwnDevice(instance: 900, name: "bench")),
                over: network.transport(at: IPv4Endpoint(10, 0, 0, 1)), clock: run.time,
                executor: run.executor)
            client.start()
            let collector = try BACnetCollector(
                history: history, client: client, plan: plan, configuration: configuration,
                source: source, time: run.time, executor: run.executor)
            let answer = try await body(history, collector)
            await client.close()
            await run.outside { await history.close() }
            return answer
        }
    }
}
