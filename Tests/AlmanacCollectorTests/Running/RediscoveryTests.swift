import Almanac
import AlmanacCollector
import AlmanacSimulation
import BACnetMessages
import BACnetSimulation
import BuildingSimulation
import Testing
import TimeSeriesModel

@Suite("BACnetCollector, descriptions of devices") struct RediscoveryTests {
    @Test("writes what devices report about their points, and disturbs no tick")
    func described() throws {
        let bench = try CollectorBench { $0.rediscoversDevices = true }
        try bench.live { life in
            try await life.collector.start()
            try await life.sleep(for: .seconds(7_200))
            for (index, point) in bench.points {
                let built = bench.building.points[index]
                let label = try #require(try life.history.point(point.address))
                #expect(label.pointName == built.pointName)
                #expect(label.description == built.description && label.unitCode == built.unitCode)
                let states = try life.history.profile(of: point.address).stateTexts
                #expect(states == built.stateTexts.map { [$0.inactive, $0.active] })
            }
            for device in life.collector.status().devices {
                #expect(device.state == .ok && device.missedTicks == 0)
            }
        }
        for instance in bench.devices.instances {
            #expect(bench.devices.statistics(of: instance).openCountMax == 1)
        }
    }

    @Test("writes nothing again if nothing has changed, also in another life of the program")
    func unchanged() throws {
        let bench = try CollectorBench { configuration in
            configuration.rediscoversDevices = true
            configuration.rediscoveryInterval = .seconds(3600)
        }
        let first = try bench.live { life in
            try await life.collector.start()
            try await life.sleep(for: .seconds(600))
            return try life.history.audit(in: .all).count
        }
        let second = try bench.live { life in
            try await life.collector.start()
            try await life.sleep(for: .seconds(4 * 3600))
            return try life.history.audit(in: .all).count
        }
        #expect(first > 0 && second == first)
    }

    @Test("ends with the collector while a device does not reply")
    func silent() throws {
        let bench = try CollectorBench { $0.rediscoversDevices = true }
        for instance in bench.devices.instances {
            var faults = DeviceFaults()
            faults.isOffline = true
            bench.devices.setFaults(faults, of: instance)
        }
        try bench.live { life in
            try await life.collector.start()
            try await life.sleep(for: .seconds(3))
            let before = life.time.uptime
            await life.collector.stop()
            #expect(life.time.uptime - before <= .seconds(10))
        }
    }
}
