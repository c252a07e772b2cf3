import AlmanacCollector
import BACnetMessages
import Testing
import TimeSeriesModel

@Suite("CollectorPlan") struct CollectorPlanTests {
    private func device(_ id: UInt32, name: String? = nil, instance: UInt32? = nil)
        -> CollectedDevice
    {
        CollectedDevice(
            id: DeviceID(id), name: name ?? "device\(id)", instance: instance ?? id)
    }

    private func point(
        _ device: UInt32, _ number: UInt32, interval: Duration? = nil
    ) -> CollectedPoint {
        CollectedPoint(
            address: PointAddress(device: DeviceID(device), type: .input, number: number),
            object: ObjectIdentifier(.analogInput, number), dataType: .analog, interval: interval)
    }

    @Test("has its devices and points in order") func order() throws {
        let plan = try CollectorPlan(
            devices: [device(2), device(1)], points: [point(2, 1), point(1, 2), point(1, 1)])
        #expect(plan.devices.map(\.id) == [1, 2])
        #expect(plan.points.map(\.address.description) == ["1:2:1", "1:2:2", "2:2:1"])
    }

    @Test("refuses what contradicts itself") func refusals() {
        let cases: [([CollectedDevice], [CollectedPoint], String)] = [
            ([device(1), device(1)], [], "device 1 occurs twice"),
            ([device(1), device(2, name: "device1")], [], "two devices are called device1"),
            ([device(1), device(2, instance: 1)], [], "BACnet instance 1"),
            ([device(1, instance: 4_194_303)], [], "0 to 4194302 expected"),
            ([device(1)], [point(1, 1), point(1, 1)], "1:2:1 occurs twice"),
            ([device(1)], [point(2, 1)], "not in the plan"),
            ([device(1)], [point(1, 1, interval: .milliseconds(999))], "1 s to 24 h expected"),
            ([device(1)], [point(1, 1, interval: .seconds(86_401))], "1 s to 24 h expected"),
        ]
        for (devices, points, words) in cases {
            let error = #expect(throws: CollectorError.self) {
                try CollectorPlan(devices: devices, points: points)
            }
            #expect(error?.code == .invalidPlan && error?.message.contains(words) == true)
        }
    }

    @Test("settings outside their range are refused by name") func settings() throws {
        try CollectorConfiguration().check()
        let changes: [(String, (inout CollectorConfiguration) -> Void)] = [
            ("realtimeInterval", { $0.realtimeInterval = .milliseconds(500) }),
            ("historyInterval", { $0.historyInterval = .seconds(86_401) }),
            ("pointsPerRequestMax", { $0.pointsPerRequestMax = 0 }),
            ("requestTimeout", { $0.requestTimeout = .milliseconds(99) }),
            ("openRequestsMax", { $0.openRequestsMax = 0 }),
            ("openRequestsPerDevice", { $0.openRequestsPerDevice = 17 }),
            ("retries", { $0.retries = 11 }),
            ("errorRetryInterval", { $0.errorRetryInterval = .zero }),
            ("rediscoveryInterval", { $0.rediscoveryInterval = .seconds(59) }),
        ]
        for (name, change) in changes {
            var configuration = CollectorConfiguration()
            change(&configuration)
            let error = #expect(throws: CollectorError.self) { try configuration.check() }
            #expect(error?.message.hasPrefix(name) == true)
        }
    }
}
