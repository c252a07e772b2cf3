import Foundation

/// What a point of a building shows: the kinds of the standard workload, on a quarter-hour grid.
enum BuildingSignal: Int, CaseIterable {
    case temperature, humidity, percent, binary, setpoint, meter

    static let slotsPerDay = 96

    /// Of the 98 points of a device.
    var countPerDevice: Int { [39, 15, 15, 14, 10, 5][rawValue] }

    /// A number for the type of the point.
    var pointType: Int { [2, 2, 1, 4, 3, 5][rawValue] }

    /// The kinds of a device's points, in order.
    static let kindsOfDevice = allCases.flatMap {
        [BuildingSignal](repeating: $0, count: $0.countPerDevice)
    }

    func values(_ count: Int, _ random: inout SampleRandom) -> [Double] {
        switch self {
        case .temperature: BuildingSignal.temperatures(count, &random)
        case .humidity: BuildingSignal.air(count, &random)
        case .percent: BuildingSignal.percents(count, &random)
        case .binary: BuildingSignal.states(count, &random)
        case .setpoint: BuildingSignal.setpoints(count, &random)
        case .meter: BuildingSignal.readings(count, &random)
        }
    }
}

extension BuildingSignal {
    private static func dayPhase(_ slot: Int) -> Double {
        2 * .pi * Double(slot % slotsPerDay) / Double(slotsPerDay)
    }

    private static func yearPhase(_ slot: Int) -> Double {
        2 * .pi * Double(slot) / Double(365 * slotsPerDay)
    }

    private static func isOccupied(_ slot: Int) -> Bool {
        let hour = slot % slotsPerDay / 4
        return hour >= 7 && hour < 18 && slot / slotsPerDay % 7 < 5
    }

    private static func rounded(_ value: Double, _ scale: Double) -> Double {
        (value * scale).rounded(.toNearestOrEven) / scale
    }

    /// Rooms, water, outdoors: a day, a year, and noise with a memory.
    private static func temperatures(_ count: Int, _ random: inout SampleRandom) -> [Double] {
        let place = random.unit()
        let (base, day, year, noise) =
            place < 0.6
            ? (random.uniform(20, 24), random.uniform(0.4, 1.6), random.uniform(0.3, 1.5), 0.06)
            : place < 0.85
                ? (random.uniform(14, 50), random.uniform(0.5, 4), random.uniform(2, 8), 0.25)
                : (random.uniform(8, 14), random.uniform(3, 6), random.uniform(8, 12), 0.15)
        let phase = random.uniform(0, 2 * .pi)
        var memory = 0.0
        return (0..<count).map { slot in
            memory = 0.97 * memory + random.normal(noise)
            return rounded(
                base + day * sin(dayPhase(slot) + phase) - year * cos(yearPhase(slot)) + memory, 10)
        }
    }

    /// Relative humidity in tenths, or CO2 in whole ppm.
    private static func air(_ count: Int, _ random: inout SampleRandom) -> [Double] {
        if random.unit() < 0.5 {
            let base = random.uniform(40, 55)
            return (0..<count).map { slot in
                let value = base - 8 * cos(yearPhase(slot)) + 3 * sin(dayPhase(slot))
                return rounded(min(99, max(5, value + random.normal(0.8))), 10)
            }
        }
        let people = random.uniform(300, 600)
        var level = 0.0
        return (0..<count).map { slot in
            level += ((isOccupied(slot) ? people : 0) - level) * 0.22
            return rounded(min(2500, max(380, 420 + level + random.normal(9))), 1)
        }
    }

    /// Dampers and valves: long runs, and modulation while people are there.
    private static func percents(_ count: Int, _ random: inout SampleRandom) -> [Double] {
        let rests = runs(count, mean: 40, &random) { random in
            let place = random.unit()
            return place < 0.55 ? 0 : place < 0.8 ? 100 : 20
        }
        let modulates = runs(count, mean: 60, &random) { Double($0.below(2)) }
        let scale: Double = random.unit() < 0.5 ? 1 : 10
        let phase = random.uniform(0, 6)
        return (0..<count).map { slot in
            guard isOccupied(slot), modulates[slot] > 0, random.unit() < 0.35 else {
                return rests[slot]
            }
            let value = 50 + 40 * sin(dayPhase(slot) + phase) + random.normal(4)
            return rounded(min(100, max(0, value)), scale)
        }
    }

    private static func states(_ count: Int, _ random: inout SampleRandom) -> [Double] {
        let kind = random.unit()
        if kind < 0.5 {
            return (0..<count).map { slot in
                isOccupied(slot) != (random.unit() < 0.004) ? 1 : 0
            }
        }
        let mean: Double = kind < 0.8 ? 60 : 3000
        let share = kind < 0.8 ? 0.5 : 0.05
        return runs(count, mean: mean, &random) { $0.unit() < share ? 1 : 0 }
    }

    private static func setpoints(_ count: Int, _ random: inout SampleRandom) -> [Double] {
        if random.unit() < 0.4 {
            let base = rounded(random.uniform(20, 23), 2)
            return (0..<count).map { isOccupied($0) ? base : base - 4 }
        }
        return runs(count, mean: 1500, &random) { rounded($0.uniform(18, 26), 2) }
    }

    /// Counters that only rise, in hundredths or thousandths.
    private static func readings(_ count: Int, _ random: inout SampleRandom) -> [Double] {
        let scale: Double = random.unit() < 0.5 ? 1000 : 100
        let rate = random.uniform(0.5, 12)
        var total = random.uniform(0, 50_000)
        return (0..<count).map { slot in
            // Four exponentials make the gamma distribution of the standard workload.
            let product = (0..<4).reduce(1.0) { product, _ in product * (1 - random.unit()) }
            total += rate * (isOccupied(slot) ? 1 : 0.35) * -log(product) * 0.25
            return rounded(total, scale)
        }
    }

    private static func runs(
        _ count: Int, mean: Double, _ random: inout SampleRandom,
        value: (inout SampleRandom) -> Double
    ) -> [Double] {
        var values: [Double] = []
        while values.count < count {
            let length = min(random.geometric(mean: mean), count - values.count)
            values.append(contentsOf: repeatElement(value(&random), count: length))
        }
        return values
    }
}
