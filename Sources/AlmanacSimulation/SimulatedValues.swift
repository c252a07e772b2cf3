public import Almanac
public import BuildingSimulation

/// What the devices of a ``SimulatedSource`` have to show: the value of a point at a time, always
/// the same one.
public struct SimulatedValues: Sendable {
    /// One point at one time.
    public enum Shown: Hashable, Sendable {
        case value(Double, Quality, DataType, unitCode: UInt16?)
        /// The device has no such point.
        case unknownPoint
        /// The device has the point, and cannot read it now.
        case notReadable
        /// The whole device is silent.
        case silence
    }

    /// What a point shows at a time.
    public let shown: @Sendable (PointAddress, Timestamp) -> Shown

    /// - Parameter shown: depends on its arguments alone.
    public init(_ shown: @escaping @Sendable (PointAddress, Timestamp) -> Shown) {
        self.shown = shown
    }

    /// Panels of any number with points of any number: outputs are 0 or 1, inputs 10 to 30, variables
    /// 0 to 100. Other types are unknown.
    public static func panels(seed: UInt64 = 1) -> SimulatedValues {
        let noise = ReplyNoise(seed: seed)
        return SimulatedValues { point, time in
            let own = noise.branch(point)
            switch point.type {
            case .output:
                let isOn = own.smooth(at: time, every: 1_800_000) >= 0.5
                return .value(isOn ? 1 : 0, .good, .digital, unitCode: nil)
            case .input:
                return analog(10, 30, own.smooth(at: time, every: 900_000), .degreesCelsius)
            case .variable:
                return analog(0, 100, own.smooth(at: time, every: 600_000), .percent)
            default:
                return .unknownPoint
            }
        }
    }

    /// The points of a simulated building with its planted faults: a device in an outage is silent, a
    /// point in a gap cannot be read.
    public static func building(_ building: SimulatedBuilding) -> SimulatedValues {
        let indices = Dictionary(
            uniqueKeysWithValues: building.points.enumerated().map { ($1.address, $0) })
        var outages: [DeviceID: [TimeRange]] = [:]
        for fault in building.faults where fault.kind == .deviceOutage {
            guard case .device(let index) = fault.subject else { continue }
            outages[building.devices[index].deviceID, default: []].append(fault.range)
        }
        return SimulatedValues { [outages] point, time in
            guard let index = indices[point] else { return .unknownPoint }
            if outages[point.device]?.contains(where: { $0.contains(time) }) == true {
                return .silence
            }
            guard let sample = building.sample(of: index, at: time) else { return .notReadable }
            let known = building.points[index]
            return .value(
                sample.value, sample.quality, known.dataType, unitCode: known.unitCode)
        }
    }

    private static func analog(
        _ low: Double, _ high: Double, _ share: Double, _ unit: EngineeringUnit
    ) -> Shown {
        let tenths = ((low + (high - low) * share) * 10).rounded()
        return .value(tenths / 10, .good, .analog, unitCode: unit.rawValue)
    }
}
