import AlmanacSimulation
import BACnetIP
import BACnetMessages
import BACnetSimulation
import BuildingModel
import BuildingSimulation
import TimeSeriesModel

/// A building's devices and a client of ours on a network in memory, on a clock that moves only when
/// everything waits.
final class Field: Sendable {
    let run: VirtualRun
    let network = MemoryNetwork()
    let building: SimulatedBuilding
    let devices: SimulatedDevices
    let client: BACnetClient

    /// - Parameter adjust: makes another kind of controller of a device, by its place in the building.
    init(
        deviceCount: Int = 3, start: String = "2025-03-03T00:00:00Z", days: Int64 = 0,
        configure: (inout ClientConfiguration) -> Void = { _ in },
        adjust: (inout DeviceProfile, Int) -> Void = { _, _ in }
    ) {
        let origin = Timestamp(start)!
        run = VirtualRun(time: ManualTime(start: origin))
        // Nothing is planted in a history of no length.
        let end = Timestamp(milliseconds: origin.milliseconds + days * 86_400_000)
        building = SimulatedBuilding(
            pointCount: deviceCount * 50, range: TimeRange(from: origin, to: end)!)
        devices = SimulatedDevices(
            of: building, time: SimulatedTime(origin: origin), clock: run.time,
            executor: run.executor,
            profile: { place in
                var profile = DeviceProfile()
                adjust(&profile, place)
                return profile
            })
        var configuration = ClientConfiguration(device: OwnDevice(instance: 900, name: "us"))
        configure(&configuration)
        client = BACnetClient(
            configuration, over: network.transport(at: IPv4Endpoint(10, 0, 0, 1)), clock: run.time,
            firstInvokeID: 100, executor: run.executor)
        for instance in devices.instances {
            devices.start(instance, over: network.transport(at: Field.node(instance)))
        }
    }

    var uptime: Duration { run.time.uptime }
    var now: Timestamp { run.time.now }
    func sleep(until deadline: Duration) async throws { try await run.time.sleep(until: deadline) }

    /// Lets time pass for the devices alone.
    func pass(until deadline: Duration) throws {
        try run.run { [run] in try await run.time.sleep(until: deadline) }
    }

    static func node(_ instance: UInt32) -> IPv4Endpoint {
        IPv4Endpoint(address: 10 << 24 | 1 << 16 | instance)
    }

    static func address(_ instance: UInt32) -> DeviceAddress {
        DeviceAddress(node: node(instance))
    }

    /// Starts the client and runs `body` until it is done.
    func go<Answer: Sendable>(
        _ body: @escaping @Sendable (BACnetClient) async throws -> Answer
    ) throws -> Answer {
        try run.run { [client] in
            client.start()
            let answer = try await body(client)
            await client.close()
            return answer
        }
    }

    /// The points of a device, by their objects.
    func points(of instance: UInt32) -> [ObjectIdentifier: Int] {
        Field.points(of: instance, in: building)
    }

    static func points(
        of instance: UInt32, in building: SimulatedBuilding
    ) -> [ObjectIdentifier: Int] {
        var found: [ObjectIdentifier: Int] = [:]
        for (index, point) in building.points.enumerated()
        where point.address.device.rawValue == instance {
            found[point.object] = index
        }
        return found
    }

    /// What the building says that an object shows; `nil` where nothing.
    static func value(
        of index: Int, in building: SimulatedBuilding, at moment: Timestamp
    ) -> TaggedValue? {
        guard let value = building.value(of: index, at: moment) else { return nil }
        return building.points[index].dataType == .analog
            ? .real(Float(value)) : .enumerated(UInt32(value))
    }

    func value(of index: Int, at moment: Timestamp) -> TaggedValue? {
        Field.value(of: index, in: building, at: moment)
    }
}

extension PropertyOutcome {
    var value: TaggedValue? {
        if case .values(let values) = self { values.first } else { nil }
    }

    var text: String? {
        guard case .characters(let text)? = value else { return nil }
        return try? text.text()
    }
}
