internal import TimeSeriesModel

extension PlantedFault.Kind {
    /// How many quarters of an hour it lasts. A gap takes at least four, well beyond the two and a
    /// half intervals from which it counts as one; a stuck sensor more than a day;
    /// an outage less, lest equal values before and after it look like a day at rest.
    var tickCounts: ClosedRange<Int> {
        switch self {
        case .gap: 4...72
        case .deviceOutage: 8...72
        case .stuck: 192...576
        case .outOfRange: 1...4
        case .badQuality: 4...96
        case .stalled: 4...96
        }
    }

    /// Whether the fault shows on such a point. Commands and set points rest by nature, so only a
    /// sensor can be seen to be stuck.
    func suits(_ point: SimulatedPoint) -> Bool {
        switch self {
        case .gap: true
        case .stuck, .outOfRange: point.behaviour.isRestlessSensor
        case .badQuality, .stalled, .deviceOutage: point.address.type == .input
        }
    }

    var sentence: String {
        switch self {
        case .gap(let reason): "has no samples (\(reason))"
        case .deviceOutage: "is offline and none of its points has samples"
        case .stuck: "is stuck at one value"
        case .outOfRange: "reports values out of range"
        case .badQuality: "reports with the fault flag"
        case .stalled: "has stopped for good"
        }
    }
}

extension Behaviour {
    /// A sensor that never shows one value for a whole day of its own accord.
    var isRestlessSensor: Bool {
        switch self {
        case .outdoorTemperature, .outdoorHumidity, .roomTemperature, .roomHumidity,
            .carbonDioxide, .supplyAirTemperature, .returnAirTemperature, .mixedAirTemperature,
            .airHumidity, .heatingSupplyTemperature, .heatingReturnTemperature,
            .chilledSupplyTemperature, .chilledReturnTemperature, .hotWaterTemperature:
            true
        default: false
        }
    }
}
