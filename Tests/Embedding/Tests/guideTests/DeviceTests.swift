import Almanac
import AlmanacSimulation
import BACnetIP
import BACnetMessages
import BACnetSimulation
import BuildingSimulation
import Testing

@Suite("A program that asks devices") struct DeviceTests {
    private let noon = Timestamp("2026-03-02T12:00:00Z")!
    private let world: VirtualRun
    private let building: SimulatedBuilding
    private let devices: SimulatedDevices
    private let client: BACnetClient

    /// Four controllers and a client on a network in memory.
    init() {
        world = VirtualRun(time: ManualTime(start: noon))
        let network = MemoryNetwork()
        // In a history of no length no faults are planted.
        building = SimulatedBuilding(pointCount: 200, range: TimeRange(from: noon, to: noon)!)
        devices = SimulatedDevices(
            of: building, time: SimulatedTime(origin: noon), clock: world.time,
            executor: world.executor)
        for instance in devices.instances {
            let node = IPv4Endpoint(address: 10 << 24 | instance)
            devices.start(instance, over: network.transport(at: node))
        }
        client = BACnetClient(
            ClientConfiguration(device: OwnDevice(instance: 900, name: "a test")),
            over: network.transport(at: IPv4Endpoint(10, 0, 0, 1)), clock: world.time,
            executor: world.executor)
    }

    @Test("reads what the building shows an hour later") func values() throws {
        let points = building.points.filter { $0.address.device == 1001 }
        let targets = points.map { ObjectProperty($0.object, .presentValue) }
        let found = try world.run { [client, world] in
            client.start()
            let plant = try await client.whoIs([InstanceRange(1001, 1001)])[0]
            try await world.time.sleep(until: .seconds(3600))
            let found = await client.readProperties(targets, of: plant.address)
            await client.close()
            return found
        }
        let later = Timestamp(milliseconds: noon.milliseconds + 3_600_000)
        for (index, point) in building.points.enumerated() where points.contains(point) {
            let value = try #require(building.value(of: index, at: later))
            let shown: TaggedValue =
                point.dataType == .analog ? .real(Float(value)) : .enumerated(UInt32(value))
            #expect(found[ObjectProperty(point.object, .presentValue)] == .values([shown]))
        }
        #expect(devices.statistics(of: 1001).openCountMax == 1)
    }

    @Test("gives up on a device that is away, after twenty seconds") func silence() throws {
        let plant = DeviceAddress(node: IPv4Endpoint(address: 10 << 24 | 1001))
        var faults = DeviceFaults()
        faults.isOffline = true
        devices.setFaults(faults, of: 1001)
        let outdoor = ObjectProperty(building.points[0].object, .presentValue)
        let failure = try world.run { [client] () -> RequestFailure? in
            client.start()
            do throws(RequestFailure) {
                _ = try await client.readProperty(outdoor, of: plant)
                return nil
            } catch { return error }
        }
        #expect(failure?.reason == .silence(lastDropped: nil) && failure?.tries == 4)
        #expect(world.time.uptime == .seconds(20))
    }
}
