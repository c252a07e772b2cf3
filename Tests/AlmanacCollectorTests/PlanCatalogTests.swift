import Almanac
import AlmanacCollector
import AlmanacSimulation
import BACnetMessages
import TestSupport
import Testing

/// A plan and a device's own words in the catalog of a store on disk.
@Suite("A plan in the catalog") struct PlanCatalogTests {
    private static let device: DeviceID = 1001

    private func device(
        _ id: DeviceID = device, name: String = "ahu-1", profile: DeviceProfileName = .standard
    )
        -> CollectedDevice
    {
        CollectedDevice(
            id: id, name: name, type: "Odd 1",
            address: DeviceAddress(node: IPv4Endpoint(10, 0, 0, 9)), instance: id.rawValue,
            profile: profile)
    }

    private func point(
        _ number: UInt32, of device: DeviceID = device, name: String? = nil,
        interval: Duration? = nil, type: PointType = 256, object: ObjectIdentifier? = nil
    ) -> CollectedPoint {
        CollectedPoint(
            address: PointAddress(device: device, type: type, number: number),
            name: name ?? "input \(number)",
            object: object ?? ObjectIdentifier(.analogInput, number),
            unitCode: 62, unitSymbol: "°C", dataType: .analog, profile: PointProfile(low: -40),
            interval: interval)
    }

    private func withHistory(
        _ body: (DataManager, ManualTime) async throws -> Void
    ) async throws {
        try await awaitingTemporaryFolder { folder in
            let time = ManualTime()
            let history = try DataManager.open(at: folder + "/store", time: time)
            try await body(history, time)
            _ = await history.close()
        }
    }

    private func address(_ number: UInt32) -> PointAddress {
        PointAddress(device: PlanCatalogTests.device, type: 256, number: number)
    }

    @Test("makes devices, points, profiles and logs known, and writes nothing the second time")
    func written() async throws {
        try await withHistory { history, time in
            let plan = try CollectorPlan(
                devices: [device()],
                points: (1...30).map { point($0, interval: $0 > 28 ? .seconds(60) : nil) })
            let changes = try await plan.write(into: history)
            #expect(changes.devices == [1001] && changes.points.count == 30)
            let known = try #require(try history.device(1001))
            #expect(known.deviceName == "ahu-1" && known.ipAddress == "10.0.0.9")
            #expect(known.port == 47_808 && known.deviceType == "Odd 1" && known.isActive)
            let label = try #require(try history.point(address(7)))
            #expect(
                label.pointName == "input 7" && label.unitCode == 62 && label.unitSymbol == "°C")
            let profile = try history.profile(of: address(29))
            #expect(profile.low == -40 && profile.historyMode == .sampled)
            #expect(
                profile.binding
                    == PointBinding(object: "analog-input,29", interval: .seconds(60)))
            // 28 points of 900 s in two logs of 14, and two of 60 s in one of their own.
            let logs = try history.trendLogs(of: 1001)
            #expect(logs.map(\.interval).sorted() == [.seconds(60), .seconds(900), .seconds(900)])
            #expect(try logs.map { try history.items(of: $0.id!).count }.sorted() == [2, 14, 14])
            time.advance(by: .seconds(3600))
            let position = history.snapshot().position
            #expect(try await plan.write(into: history).isEmpty)
            #expect(history.snapshot().position == position)
        }
    }

    @Test("changes only what differs, as a new version")
    func changed() async throws {
        try await withHistory { history, time in
            let before = time.now
            try await CollectorPlan(devices: [device()], points: [point(1), point(2)])
                .write(into: history)
            time.advance(by: .seconds(3600))
            let changes = try await CollectorPlan(
                devices: [device()], points: [point(1), point(2, name: "supply")]
            ).write(into: history)
            #expect(
                changes.points == [address(2)] && changes.devices.isEmpty && changes.logs.isEmpty)
            #expect(try history.point(address(2))?.pointName == "supply")
            #expect(try history.point(address(2), at: before)?.pointName == "input 2")
        }
    }

    @Test("deactivates what is no longer named, keeps it, and takes it up again")
    func deactivated() async throws {
        try await withHistory { history, _ in
            // A point that a program stores, and a device of another one, are none of the collector's.
            try await history.upsert(Device(deviceID: 5, deviceName: "other"))
            let both = try CollectorPlan(
                devices: [device(), device(1002, name: "ahu-2")],
                points: [point(1), point(2), point(1, of: 1002)])
            try await both.write(into: history)
            let own = PointAddress(device: 1001, type: .imported, number: 9)
            try await history.upsert([MonitoringPoint(address: own, dataType: .analog)])
            let changes = try await CollectorPlan(devices: [device()], points: [point(1)])
                .write(into: history)
            #expect(changes.deactivatedPoints == [address(2)])
            #expect(changes.deactivatedDevices == [1002] && changes.devices.isEmpty)
            #expect(try history.activePoints(of: 1001).map(\.address) == [address(1), own])
            #expect(try history.devices(activeOnly: true).map(\.deviceID) == [5, 1001])
            #expect(try history.point(address(2))?.pointName == "input 2")
            let logs = try history.activeTrendLogs(of: 1001)
            #expect(try logs.flatMap { try history.items(of: $0.id!).map(\.point) } == [address(1)])
            try await both.write(into: history)
            #expect(try history.activePoints(of: 1001).count == 3)
            #expect(try history.device(1002)?.isActive == true)
        }
    }

    @Test("keeps each point's slot while others come and go")
    func slots() async throws {
        try await withHistory { history, _ in
            func slots(_ numbers: [UInt32]) async throws -> [UInt32: String] {
                try await CollectorPlan(devices: [device()], points: numbers.map { point($0) })
                    .write(into: history)
                var slots: [UInt32: String] = [:]
                for log in try history.activeTrendLogs(of: 1001) {
                    for item in try history.items(of: log.id!) {
                        slots[item.point.number] = "\(log.trendLogName) \(item.pointOrder)"
                    }
                }
                #expect(Set(slots.values).count == slots.count)
                return slots
            }
            let first = try await slots(Array(10...25))
            let second = try await slots([1, 2, 3] + Array(12...25))
            for number in 12...25 as ClosedRange<UInt32> {
                #expect(second[number] == first[number])
            }
            #expect(second.count == 17)
            let third = try await slots([1, 25])
            #expect(third.count == 2 && third[25] == first[25])
            // Of another interval: its old place is free, its new log its own.
            try await CollectorPlan(
                devices: [device()], points: [point(1), point(25, interval: .seconds(10))]
            ).write(into: history)
            let intervals = try history.activeTrendLogs(of: 1001).map(\.interval)
            #expect(intervals.sorted() == [.seconds(10), .seconds(900)])
        }
    }

    private func description(
        _ objects: [(ObjectIdentifier, String)], name: String = "AHU", unit: UInt16? = 62,
        states: [String] = []
    ) -> DeviceDescription {
        var description = DeviceDescription(
            FoundDevice(address: DeviceAddress(node: IPv4Endpoint(10, 0, 0, 9)), instance: 1001))
        description.found.vendor = DeviceDescription.panelVendor
        description.isRead = true
        description.name = name
        description.objects = objects.map { object, name in
            var described = ObjectDescription(object)
            described.name = name
            described.description = "about \(name)"
            described.unit = object.type.dataType == .analog ? unit : nil
            described.stateTexts = object.type.dataType == .analog ? [] : states
            return described
        }
        description.listed = objects.map(\.0)
        return description
    }

    private func input(_ number: UInt32) -> ObjectIdentifier {
        ObjectIdentifier(.analogInput, number)
    }

    @Test("gets descriptions and states from the device, and its later changes as new versions")
    func reported() async throws {
        try await withHistory { history, time in
            let fan = ObjectIdentifier(.binaryValue, 3)
            var planned = point(3, type: 261, object: fan)
            planned.dataType = .digital
            planned.unitCode = nil
            planned.unitSymbol = nil
            let plan = try CollectorPlan(
                devices: [device()], points: [point(1, name: "mine"), planned])
            try await plan.write(into: history)
            let old = description([(input(1), "T1"), (fan, "Fan")], states: ["off", "on"])
            let first = try await plan.update(from: old, of: 1001, into: history)
            // The name of the table stays: the device's is as old.
            #expect(first.changes.devices.isEmpty && first.missing.isEmpty)
            #expect(try history.point(address(1))?.pointName == "mine")
            #expect(try history.point(address(1))?.description == "about T1")
            #expect(try history.profile(of: planned.address).stateTexts == ["off", "on"])
            #expect(try await plan.update(from: old, of: 1001, into: history).changes.isEmpty)
            let before = time.now
            time.advance(by: .seconds(3600))
            let new = description(
                [(input(1), "T1 new"), (fan, "Fan")], name: "AHU/2", unit: 64,
                states: ["stop", "run"])
            let second = try await plan.update(from: new, of: 1001, into: history)
            #expect(second.changes.devices == [1001])
            #expect(second.changes.points == [address(1), planned.address])
            let label = try #require(try history.point(address(1)))
            #expect(label.pointName == "T1 new" && label.unitCode == 64 && label.unitSymbol == "°F")
            #expect(try history.point(address(1), at: before)?.pointName == "mine")
            #expect(
                try history.profile(of: planned.address, at: before).stateTexts == ["off", "on"])
            #expect(try history.device(1001)?.deviceName == "AHU-2")
            // The next start has the same tables, and takes nothing back.
            #expect(try await plan.write(into: history).isEmpty)
            #expect(try history.point(address(1))?.pointName == "T1 new")
            // A new word in the table is newer.
            try await CollectorPlan(
                devices: [device()], points: [point(1, name: "renamed"), planned]
            ).write(into: history)
            #expect(try history.point(address(1))?.pointName == "renamed")
        }
    }

    @Test("reports objects that are gone and new, and nothing as gone if the list has holes")
    func missing() async throws {
        try await withHistory { history, _ in
            let plan = try CollectorPlan(devices: [device()], points: [point(1), point(2)])
            try await plan.write(into: history)
            var found = description([(input(1), "a"), (input(9), "b")])
            let update = try await plan.update(from: found, of: 1001, into: history)
            #expect(update.missing == [address(2)] && update.unplanned == [input(9)])
            found.problems = ["1 of 3 elements of the object list cannot be read"]
            #expect(try await plan.update(from: found, of: 1001, into: history).missing.isEmpty)
        }
    }

    // A panel's input 5 is AI 5 or BI 5. It keeps its address and its history.
    @Test("follows a panel's input from analog to binary and back, at the same address")
    func flipped() async throws {
        try await withHistory { history, time in
            let address = PointAddress(device: 1001, type: .input, number: 5)
            let plan = try CollectorPlan(
                devices: [device(profile: .t3)],
                points: [
                    point(5, name: "IN5", type: .input, object: input(5)),
                    point(6, name: "IN6", type: .input, object: input(6)),
                ])
            try await plan.write(into: history)
            let analog = description([(input(5), "IN5"), (input(6), "IN6")])
            _ = try await plan.update(from: analog, of: 1001, into: history)
            let before = time.now
            time.advance(by: .seconds(60))
            let binary = ObjectIdentifier(.binaryInput, 5)
            let flipped = description([(input(6), "IN6"), (binary, "IN5")], states: ["off", "on"])
            let update = try await plan.update(from: flipped, of: 1001, into: history)
            #expect(update.moved == [address: binary] && update.missing.isEmpty)
            #expect(update.changes.points == [address] && update.unplanned.isEmpty)
            #expect(try history.point(address)?.dataType == .digital)
            #expect(try history.point(address, at: before)?.dataType == .analog)
            #expect(try history.profile(of: address).binding?.object == "binary-input,5")
            #expect(try history.profile(of: address).stateTexts == ["off", "on"])
            // A restart with the same tables leaves it where it is.
            #expect(try await plan.write(into: history).isEmpty)
            let again = try await plan.update(from: flipped, of: 1001, into: history)
            #expect(again.changes.isEmpty && again.moved.isEmpty)
            time.advance(by: .seconds(60))
            let back = try await plan.update(from: analog, of: 1001, into: history)
            #expect(back.moved == [address: input(5)])
            #expect(try history.point(address)?.dataType == .analog)
        }
    }
}
