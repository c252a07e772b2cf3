internal import BACnetMessages
internal import BuildingSimulation
internal import TimeSeriesModel

/// What a controller concludes from its own points: a state that follows from their values alone.
struct StateSummary: Sendable {
    enum Rule: Hashable, Sendable {
        /// Active if any of the points is.
        case any([Int])
        /// Ventilating while the fan runs, heating or cooling while a valve is open too.
        case airHandling(fan: Int, heating: Int, cooling: Int)
        /// Heating while a burner runs, cooling while a chiller does.
        case plant(burners: [Int], chillers: [Int])
        /// How many of the rooms are occupied: none, some, all.
        case occupancy([Int])
    }

    let type: ObjectType
    let name: String
    let description: String
    /// What the states are called: inactive and active of a binary, else from 1 on.
    let texts: [String]
    let rule: Rule

    /// Active or not, or a number from 1; `nil` where a point has no value.
    func state(in building: SimulatedBuilding, at moment: Timestamp) -> UInt32? {
        func value(_ point: Int) -> Double? { building.value(of: point, at: moment) }
        func activeCount(_ points: [Int]) -> Int? {
            points.reduce(0 as Int?) { count, point in
                guard let count, let value = value(point) else { return nil }
                return value > 0 ? count + 1 : count
            }
        }
        switch rule {
        case .any(let points): return activeCount(points).map { $0 > 0 ? 1 : 0 }
        case .occupancy(let rooms):
            return activeCount(rooms).map { $0 == 0 ? 1 : $0 < rooms.count ? 2 : 3 }
        case .airHandling(let fan, let heating, let cooling):
            guard let fan = value(fan), let heating = value(heating), let cooling = value(cooling)
            else { return nil }
            guard fan > 0 else { return 1 }
            return heating > 0 ? 3 : cooling > 0 ? 4 : 2
        case .plant(let burners, let chillers):
            guard let heating = activeCount(burners), let cooling = activeCount(chillers) else {
                return nil
            }
            return (heating > 0 ? 2 : 1) + (cooling > 0 ? 2 : 0)
        }
    }
}

extension StateSummary {
    /// Those that the points of a device allow.
    static func all(of points: Range<Int>, in building: SimulatedBuilding) -> [StateSummary] {
        func having(_ behaviours: Set<Behaviour>) -> [Int] {
            points.filter { behaviours.contains(building.points[$0].behaviour) }
        }
        var found: [StateSummary] = []
        let alarms = having([.filterAlarm, .frostAlarm, .burnerAlarm])
        if !alarms.isEmpty {
            found.append(
                StateSummary(
                    type: .binaryValue, name: "any_alarm", description: "Alarm of the controller",
                    texts: ["normal", "alarm"], rule: .any(alarms)))
        }
        let rooms = having([.presence])
        if !rooms.isEmpty {
            found.append(
                StateSummary(
                    type: .binaryValue, name: "any_presence", description: "Somebody is there",
                    texts: ["unoccupied", "occupied"], rule: .any(rooms)))
            found.append(
                StateSummary(
                    type: .multiStateValue, name: "occupancy", description: "Rooms in use",
                    texts: ["none", "some", "all"], rule: .occupancy(rooms)))
        }
        if let fan = having([.fanStatus]).first, let heating = having([.airHeatingValve]).first,
            let cooling = having([.airCoolingValve]).first
        {
            found.append(
                StateSummary(
                    type: .multiStateValue, name: "mode", description: "Mode of the unit",
                    texts: ["off", "ventilation", "heating", "cooling"],
                    rule: .airHandling(fan: fan, heating: heating, cooling: cooling)))
        }
        let burners = having([.burnerStatus])
        let chillers = having([.chillerStatus])
        if !burners.isEmpty, !chillers.isEmpty {
            found.append(
                StateSummary(
                    type: .multiStateValue, name: "mode", description: "Mode of the plant",
                    texts: ["off", "heating", "cooling", "heating and cooling"],
                    rule: .plant(burners: burners, chillers: chillers)))
        }
        return found
    }
}
