/// Values as they come from buildings, and as they never should.
enum ValueKind: String, CaseIterable, Sendable {
    case temperature, humidity, counter, meter, binary, schedule, setpoint, percent, noise
    case thousandths, widenedFloat, unroundedFloat, mean, int32Extremes, subnormals, nanPayloads
    case infinities, minusZero, aboveTwoTo53, anyBits, fewDistinct, glitch, constant, powers
    case ascendingBits, bigIntegers

    func values(_ count: Int, seed: UInt64) -> [Double] {
        var random = SeededGenerator(seed: seed &+ UInt64(count) &* 31)
        var state = 0
        return (0..<count).map { i in value(i, &state, &random) }
    }

    private func value(_ i: Int, _ state: inout Int, _ random: inout SeededGenerator) -> Double {
        let step = Int.random(in: -2...2, using: &random)
        let dice = Int.random(in: 0..<64, using: &random)
        switch self {
        case .temperature:
            state += step
            return Double(200 + state % 80) / 10
        case .humidity:
            state += step * 3
            return Double(400 + state % 300) / 10
        case .counter:
            state = dice == 0 && state > 100_000 ? 0 : state + dice
            return Double(state)
        case .meter:
            state += dice
            return Double(1_234_567 + state) / 100
        case .binary:
            if dice == 0 { state = 1 - state }
            return Double(state)
        case .schedule: return [0.0, 1, 0, 2][i / 37 % 4]
        case .setpoint:
            if dice < 2 { state = step }
            return 21 + Double(state) / 2
        case .percent: return Double(Int.random(in: 0...100, using: &random))
        case .noise: return Double(Int.random(in: -5000...5000, using: &random)) / 100
        case .thousandths:
            state += step * 17
            return Double(state) / 1000
        case .widenedFloat:
            state += step
            return Double(Float(723 + state) / 10)
        case .unroundedFloat:
            let scale = Float(sign: .plus, exponent: i / 200 % 40 - 20, significand: 1)
            return Double((1 + Float(i % 200) / 777 + Float(step) / 1e5) * scale)
        case .mean: return Double(2000 + dice) / 10 / 3 + Double(step) * 1e-14
        case .int32Extremes:
            return [Double(Int32.max), Double(Int32.min), 0, -1][dice % 4]
        case .subnormals:
            return dice % 2 == 0 ? Double(dice) * .leastNonzeroMagnitude : Double(step)
        case .nanPayloads:
            return dice < 3
                ? Double(bitPattern: 0x7FF0_0000_0000_0001 + UInt64(dice)) : Double(dice)
        case .infinities: return dice == 0 ? .infinity : dice == 1 ? -.infinity : Double(step)
        case .minusZero: return dice < 4 ? -0.0 : Double(step) / 10
        case .aboveTwoTo53: return Double(Int64(1) << 53 + Int64(dice) * 2)
        case .anyBits: return Double(bitPattern: random.next())
        case .fewDistinct: return [1.5, 1e6 + 0.25, -3.75, 42, 123_456.5][dice % 5]
        case .glitch: return dice == 0 ? 1_431_655.75 : 20 + Double(step) / 10
        case .constant: return 21.5
        case .powers: return Double(sign: .plus, exponent: dice - 32, significand: 1)
        case .ascendingBits: return Double(bitPattern: 0x4035_8000_0000_0000 + UInt64(i * 3))
        case .bigIntegers: return Double(Int64.random(in: -(1 << 50)...(1 << 50), using: &random))
        }
    }
}

/// Times as devices give them.
enum TimeKind: String, CaseIterable, Sendable {
    case regular, gaps, jitter, jitterAndGaps, rarelyLate, irregular, drifting, bursts, anyTimes

    func times(_ count: Int, seed: UInt64) -> [Int64] {
        var random = SeededGenerator(seed: seed &+ 99)
        var time: Int64 = 1_735_689_600_000
        var slot: Int64 = 0
        return (0..<count).map { _ in
            let dice = Int64.random(in: 0..<100, using: &random)
            let jitter = Int64.random(in: 0...3000, using: &random)
            switch self {
            case .regular: time += 60_000
            case .gaps: time += dice == 0 ? 60_000 * (2 + jitter) : 60_000
            case .jitter, .jitterAndGaps:
                slot += self == .jitterAndGaps && dice < 3 ? 1 + dice : 1
                return time + slot * 900_000 + jitter
            case .rarelyLate:
                slot += 1
                return time + slot * 900_000 + (dice == 0 ? 40 : 1) * jitter
            case .irregular: time += 1000 + dice * 1000
            case .drifting: time += 60_013
            case .bursts: time += dice < 50 ? 1 + dice : 3_600_000
            case .anyTimes: time += 1 + Int64(random.next() >> 20)
            }
            return time
        }
    }
}
