import BuildingModel
import BuildingSimulation
import TimeSeriesModel

/// One building with all of its samples, made once for the tests that look at everything.
enum ObservedBuilding {
    static let range = days(from: "2025-01-20", count: 42)
    static let building = SimulatedBuilding(seed: 7, pointCount: 200, range: range)
    static let samples = building.points.indices.map { building.samples(of: $0, in: range) }

    static func days(from start: String, count: Int64) -> TimeRange {
        let from = Timestamp(start)!
        return TimeRange(
            from: from, to: Timestamp(milliseconds: from.milliseconds + count * 86_400_000))!
    }

    static func index(of name: String, in building: SimulatedBuilding = building) -> Int {
        building.points.firstIndex { $0.name == name }!
    }

    /// The faults that a point suffers from, those of its device included.
    static func faults(of index: Int) -> [PlantedFault] {
        let device = building.devices.firstIndex {
            $0.deviceID == building.points[index].address.device
        }
        return building.faults.filter {
            $0.subject == .point(index) || $0.subject == .device(device!)
        }
    }
}

extension PlantedFault.Kind {
    /// Whether samples are absent rather than wrong.
    var isAbsence: Bool {
        switch self {
        case .gap, .deviceOutage, .stalled: true
        case .stuck, .outOfRange, .badQuality: false
        }
    }
}
