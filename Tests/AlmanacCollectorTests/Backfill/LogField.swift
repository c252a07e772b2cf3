import Almanac
import AlmanacSimulation
import BACnetIP
import BACnetMessages
import BACnetSimulation
import BuildingModel
import BuildingSimulation
import TimeSeriesModel

@testable import AlmanacCollector

/// A simulated device with trend logs and a store that is filled from them, on a network in memory and
/// a clock that moves only when everything waits.
final class LogField: Sendable {
    static let start = Timestamp("2025-03-03T00:00:00Z")!

    let run = VirtualRun(time: ManualTime(start: LogField.start))
    let building: SimulatedBuilding
    let devices: SimulatedDevices
    let client: BACnetClient
    let folder: String

    /// - Parameter adjust: makes another kind of controller of the device.
    init(folder: String, adjust: (inout DeviceProfile) -> Void = { _ in }) {
        self.folder = folder
        let network = MemoryNetwork()
        building = SimulatedBuilding(
            pointCount: 50, range: TimeRange(from: LogField.start, to: LogField.start)!)
        var profile = DeviceProfile()
        adjust(&profile)
        devices = SimulatedDevices(
            of: building, time: SimulatedTime(origin: LogField.start), clock: run.time,
            executor: run.executor, profile: { [profile] _ in profile })
        client = BACnetClient(
            ClientConfiguration(device: OwnDevice(instance: 900, name: "us")),
            over: network.transport(at: IPv4Endpoint(10, 0, 0, 1)), clock: run.time,
            firstInvokeID: 100, executor: run.executor)
        devices.start(device.instance, over: network.transport(at: node))
    }

    var instance: UInt32 { building.devices[0].deviceID.rawValue }
    private var node: IPv4Endpoint { IPv4Endpoint(10, 0, 1, 1) }
    var address: DeviceAddress { DeviceAddress(node: node) }
    var device: CollectedDevice {
        CollectedDevice(
            id: building.devices[0].deviceID, name: building.devices[0].deviceName,
            address: address, instance: instance)
    }
    /// Those that have logs, and one without.
    var points: [CollectedPoint] {
        building.points.prefix(5).map {
            CollectedPoint(address: $0.address, object: $0.object, dataType: $0.dataType)
        }
    }

    /// Opens the store, lets `body` use it, and closes it.
    func go<Answer: Sendable>(
        _ body: @escaping @Sendable (DataManager, BackfillRunner) async throws -> Answer
    ) throws -> Answer {
        try run.run { [self] in
            client.start()
            let history = try DataManager.open(
                at: folder, time: run.time, executor: run.executor)
            _ = try await history.upsert(
                Device(deviceID: device.id, deviceName: device.name))
            _ = try await history.upsert(
                points.map { MonitoringPoint(address: $0.address, dataType: $0.dataType) })
            let answer = try await body(history, runner(history))
            await history.close()
            return answer
        }
    }

    func runner(_ history: DataManager) -> BackfillRunner {
        BackfillRunner(
            history: history, client: client, settings: BackfillSettings(),
            rediscoveryInterval: .seconds(86_400), time: run.time)
    }

    /// The record of a place in the building's list of points, as it is to be stored.
    func truth(of place: Int, at moment: Timestamp) -> Sample? {
        guard let sample = building.sample(of: place, at: moment) else { return nil }
        let value =
            building.points[place].dataType == .analog
            ? Double(shortest: Float(sample.value)) : sample.value
        return Sample(time: moment, value: value, quality: sample.quality)
    }
}
