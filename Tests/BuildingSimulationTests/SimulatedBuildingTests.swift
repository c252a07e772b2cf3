import BuildingModel
import BuildingSimulation
import Testing
import TimeSeriesModel

@Suite("SimulatedBuilding") struct SimulatedBuildingTests {
    private let building = ObservedBuilding.building

    @Test(
        "has devices of fifty points, numbered from 1001", arguments: [0, 1, 49, 50, 51, 200, 730])
    func layout(pointCount: Int) {
        let building = SimulatedBuilding(pointCount: pointCount, range: ObservedBuilding.range)
        #expect(building.points.count == pointCount)
        #expect(building.devices.count == (pointCount + 49) / 50)
        let ids = building.devices.map(\.deviceID.rawValue)
        #expect(ids == ids.indices.map { 1001 + UInt32($0) })
        #expect(Set(building.devices.map(\.deviceName)).count == building.devices.count)
        #expect(Set(building.points.map(\.name)).count == pointCount)
        #expect(Set(building.points.map(\.address)).count == pointCount)
    }

    @Test("gives each device as many points as it is to have", arguments: [1, 10, 50, 98, 260])
    func devices(pointsPerDevice: Int) {
        let count = 5 * pointsPerDevice + 1
        let building = SimulatedBuilding(
            pointCount: count, pointsPerDevice: pointsPerDevice, range: ObservedBuilding.range)
        let counts = Dictionary(grouping: building.points, by: \.address.device).mapValues(\.count)
        #expect(
            building.devices.map { counts[$0.deviceID] }
                == Array(repeating: pointsPerDevice, count: 5) + [1])
        #expect(Set(building.points.map(\.name)).count == count)
        #expect(Set(building.points.map(\.address)).count == count)
        for point in building.points {
            #expect(point.pointName.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "_" })
        }
    }

    @Test("names its first devices plant, ahu-1, floor-1, floor-2, and so on") func names() {
        let building = SimulatedBuilding(pointCount: 400, range: ObservedBuilding.range)
        #expect(
            building.devices.map(\.deviceName) == [
                "plant", "ahu-1", "floor-1", "floor-2", "ahu-2", "floor-3", "floor-4", "ahu-3",
            ])
        #expect(building.points.contains { $0.name == "floor-3/room_301_temp" })
    }

    @Test("numbers the points of a device and type from 1 without a hole") func numbers() {
        let grouped = Dictionary(grouping: building.points.map(\.address)) {
            "\($0.device) \($0.type)"
        }
        for addresses in grouped.values {
            #expect(addresses.map(\.number) == addresses.indices.map { UInt32($0) + 1 })
        }
        #expect(Set(building.points.map(\.address.type)) == [.input, .output, .variable])
    }

    @Test("describes points that a catalog can take") func points() {
        for point in building.points {
            #expect(point.pointName.allSatisfy { $0.isLowercase || $0.isNumber || $0 == "_" })
            #expect((point.dataType == .digital) == (point.stateTexts != nil))
            #expect((point.dataType == .analog) == (point.unit != nil))
            #expect(900 % point.intervalSeconds == 0)
            #expect(point.monitoringPoint.address == point.address)
            #expect(point.monitoringPoint.unitCode == point.unitCode)
        }
        let quarterHourly = building.points.filter { $0.intervalSeconds == 900 }
        #expect(quarterHourly.count > 180)
        #expect(Set(building.points.map(\.intervalSeconds)) == [60, 300, 900])
    }

    @Test("uses every behaviour") func behaviours() {
        #expect(Set(building.points.map(\.behaviour)) == Set(Behaviour.allCases))
    }

    @Test("is the same again from the same seed, and another from another seed")
    func determinism() {
        let day = ObservedBuilding.days(from: "2025-02-03", count: 1)
        let same = SimulatedBuilding(seed: 7, pointCount: 200, range: ObservedBuilding.range)
        let other = SimulatedBuilding(seed: 8, pointCount: 200, range: ObservedBuilding.range)
        #expect(same.points == building.points && same.faults == building.faults)
        #expect(other.faults != building.faults)
        for index in stride(from: 0, to: 200, by: 7) {
            let samples = building.samples(of: index, in: day)
            #expect(same.samples(of: index, in: day) == samples)
        }
        let temperature = ObservedBuilding.index(of: "floor-1/room_101_temp")
        #expect(
            other.samples(of: temperature, in: day) != building.samples(of: temperature, in: day))
    }

    @Test("gives a healthy point the same values whatever the history and the number of points")
    func independence() {
        let name = "plant/boiler_room_temp"
        let alone = SimulatedBuilding(
            seed: 7, pointCount: 14, range: ObservedBuilding.days(from: "2025-02-01", count: 2))
        let hours = (0..<48).map { alone.range.from.milliseconds + $0 * 3_600_000 }
        var compared = 0
        for hour in hours {
            let time = Timestamp(milliseconds: hour)
            let few = alone.sample(of: ObservedBuilding.index(of: name, in: alone), at: time)
            let many = building.sample(of: ObservedBuilding.index(of: name), at: time)
            guard let few, let many, few.quality == .good, few.value < 50 else { continue }
            compared += few == many ? 1 : 0
        }
        #expect(compared > 24)
    }

    @Test("keeps its bits from version to version", arguments: PinnedSeries.all)
    func pinned(series: PinnedSeries) {
        let index = ObservedBuilding.index(of: series.name)
        #expect(digest(of: ObservedBuilding.samples[index]) == series.digest, "\(series.name)")
    }

    /// FNV-1a over times, value bits and qualities.
    private func digest(of samples: SimulatedSamples) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for index in 0..<samples.count {
            let time = UInt64(bitPattern: samples.times[index].milliseconds)
            for word in [
                time, samples.values[index].bitPattern, UInt64(samples.qualities[index].rawValue),
            ] {
                hash = (hash ^ word) &* 0x100_0000_01B3
            }
        }
        return hash
    }

    @Test("answers any part of the history like the whole's part") func subsets() {
        for index in stride(from: 0, to: 200, by: 3) {
            let whole = ObservedBuilding.samples[index]
            let from =
                ObservedBuilding.range.from.milliseconds + 86_400_000 * 5 + Int64(index) * 977
            let part = TimeRange(
                from: Timestamp(milliseconds: from),
                to: Timestamp(milliseconds: from + 86_400_000 * 2 + 1))!
            let expected = (0..<whole.count).filter { part.contains(whole.times[$0]) }
            let found = building.samples(of: index, in: part)
            #expect(found.times == expected.map { whole.times[$0] })
            #expect(found.values == expected.map { whole.values[$0] })
            #expect(found.qualities == expected.map { whole.qualities[$0] })
        }
    }

    @Test("samples what a question at the same time answers") func randomAccess() {
        for index in building.points.indices {
            let samples = ObservedBuilding.samples[index]
            for place in stride(from: index, to: samples.count, by: 211) {
                let asked = building.sample(of: index, at: samples.times[place])
                #expect(asked == samples[place])
                #expect(
                    building.value(of: index, at: samples.times[place]) == samples.values[place])
            }
        }
    }

    @Test("samples on its grid; some points come up to three seconds late") func grid() {
        for index in building.points.indices {
            let interval = Int64(building.points[index].intervalSeconds) * 1000
            let late = ObservedBuilding.samples[index].times.map { $0.milliseconds % interval }
            let bound: Int64 = building.points[index].isJittered ? 3000 : 1
            #expect(late.allSatisfy { $0 < bound })
            #expect(Set(late).count > 100 || bound == 1)
        }
        let jittered = building.points.count { $0.isJittered }
        #expect((40...80).contains(jittered))
    }

    @Test("stays inside its history, whatever is asked for") func clipping() {
        let all = building.samples(of: 0, in: .all)
        #expect(all == ObservedBuilding.samples[0])
        #expect(all.times.allSatisfy { ObservedBuilding.range.contains($0) })
        let after = ObservedBuilding.days(from: "2026-01-01", count: 1)
        #expect(building.samples(of: 0, in: after).count == 0)
    }

    @Test("answers for the end of time without a trap", arguments: [Int64.min, -1, 0, Int64.max])
    func extremes(milliseconds: Int64) {
        for index in building.points.indices {
            let value = building.value(of: index, at: Timestamp(milliseconds: milliseconds))
            #expect(value?.isFinite ?? true)
        }
    }
}

/// A series of the observed building and the digest of its samples.
struct PinnedSeries: Sendable {
    let name: String
    let digest: UInt64

    static let all = [
        PinnedSeries(name: "plant/outdoor_temp", digest: 0x0567_F702_91D5_9185),
        PinnedSeries(name: "plant/main_energy", digest: 0x4AA4_329F_D085_1533),
        PinnedSeries(name: "ahu-1/outdoor_air_damper", digest: 0xD6B9_F6D2_0794_B584),
        PinnedSeries(name: "floor-1/room_103_temp", digest: 0x7B28_6AAF_8480_5959),
        PinnedSeries(name: "floor-2/room_205_presence", digest: 0x6E5B_AD73_4AFA_8D29),
    ]
}
