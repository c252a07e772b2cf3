import BuildingSimulation
import Testing
import TimeSeriesModel

@Suite("BuildingPhysics") struct BuildingPhysicsTests {
    private let building = ObservedBuilding.building

    /// Values of a healthy building of the same kind, at one hour of each of some days.
    private func values(of name: String, on days: [String], at clock: String) -> [Double] {
        let index = ObservedBuilding.index(of: name)
        return days.compactMap { building.value(of: index, at: Timestamp("\($0)T\(clock):00Z")!) }
    }

    private func mean(_ values: [Double]) -> Double {
        values.reduce(0, +) / Double(values.count)
    }

    // Monday to Friday of four weeks, outside the history and thus free of faults.
    private let workdays = ["06", "07", "08", "09", "10", "13", "14", "15", "16", "17"]
        .map { "2025-01-\($0)" }
    private let summerdays = ["07", "08", "09", "10", "11", "14", "15", "16", "17", "18"]
        .map { "2025-07-\($0)" }
    private let weekends = ["04", "05", "11", "12", "18", "19"].map { "2025-01-\($0)" }

    @Test("reports whole multiples of each point's resolution") func resolution() {
        for index in building.points.indices {
            let scale = [1.0, 10, 100][building.points[index].decimals]
            for value in ObservedBuilding.samples[index].values {
                guard
                    (value * scale).rounded() / scale != value || value.sign == .minus && value == 0
                else { continue }
                Issue.record("\(building.points[index].name) reports \(value)")
            }
        }
    }

    @Test("knows no third state") func binaries() {
        for index in building.points.indices where building.points[index].dataType == .digital {
            let values = Set(ObservedBuilding.samples[index].values)
            #expect(values.isSubset(of: [0, 1]))
        }
    }

    @Test("never turns a meter back") func meters() {
        for index in building.points.indices where building.points[index].behaviour.isMeter {
            let values = ObservedBuilding.samples[index].values
            #expect(zip(values, values.dropFirst()).allSatisfy { $0 <= $1 })
            #expect(values.last! > values.first!)
        }
    }

    @Test("counts in a meter what its power point shows", arguments: ["floor-1/plug", "ahu-1/fan"])
    func powerAndEnergy(load: String) {
        let power = ObservedBuilding.index(of: load + "_power")
        let energy = ObservedBuilding.index(of: load + "_energy")
        let start = Timestamp("2025-04-01")!.milliseconds
        func time(_ minutes: Int64) -> Timestamp {
            Timestamp(milliseconds: start + minutes * 60_000)
        }
        let minutes = Int64(7 * 24 * 60)
        let kilowatts = stride(from: 2, to: minutes, by: 5)
            .map { building.value(of: power, at: time($0))! }
        let counted =
            building.value(of: energy, at: time(minutes))! - building.value(
                of: energy, at: time(0))!
        #expect(abs(mean(kilowatts) * 7 * 24 / counted - 1) < 0.002)
    }

    @Test("is colder outside in winter, and at night") func weather() {
        let winter = mean(values(of: "plant/outdoor_temp", on: workdays, at: "12:00"))
        let summer = mean(values(of: "plant/outdoor_temp", on: summerdays, at: "12:00"))
        let night = mean(values(of: "plant/outdoor_temp", on: summerdays, at: "03:00"))
        #expect(summer - winter > 10)
        #expect(summer - night > 3)
        #expect(
            values(of: "plant/solar_radiation", on: summerdays, at: "00:00").allSatisfy { $0 == 0 })
    }

    @Test("has more carbon dioxide and warmth where people are") func people() {
        let busy = mean(values(of: "floor-1/room_102_co2", on: workdays, at: "10:00"))
        let empty = mean(values(of: "floor-1/room_102_co2", on: weekends, at: "10:00"))
        #expect(busy - empty > 100)
        let day = mean(values(of: "floor-1/room_102_temp", on: workdays, at: "12:00"))
        let night = mean(values(of: "floor-1/room_102_temp", on: workdays, at: "03:00"))
        #expect(day - night > 0.5)
        #expect(
            values(of: "floor-1/room_102_presence", on: weekends, at: "10:00").allSatisfy {
                $0 == 0
            })
    }

    @Test("heats in winter, cools in summer, and runs its fans in working hours") func machines() {
        #expect(mean(values(of: "plant/circuit_1_valve", on: workdays, at: "09:00")) > 20)
        #expect(mean(values(of: "plant/circuit_1_valve", on: summerdays, at: "13:00")) < 10)
        #expect(
            values(of: "plant/chiller_1_status", on: workdays, at: "13:00").allSatisfy { $0 == 0 })
        #expect(values(of: "plant/chiller_1_status", on: summerdays, at: "13:00").contains(1))
        #expect(
            values(of: "ahu-1/supply_fan_status", on: workdays, at: "10:00").allSatisfy { $0 == 1 })
        #expect(
            values(of: "ahu-1/supply_fan_status", on: weekends, at: "10:00").allSatisfy { $0 == 0 })
    }

    @Test("keeps commands in long runs, as controllers do") func runs() {
        let valves = building.points.indices.filter { building.points[$0].behaviour == .roomValve }
        for index in valves {
            let values = ObservedBuilding.samples[index].values
            let unchanged = zip(values, values.dropFirst()).count { $0 == $1 }
            #expect(Double(unchanged) > 0.4 * Double(values.count))
        }
    }
}
