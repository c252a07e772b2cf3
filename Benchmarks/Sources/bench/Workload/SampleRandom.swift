import Foundation

/// Numbers that look random and are the same every time (SplitMix64).
struct SampleRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// From 0 up to, not including, 1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    mutating func uniform(_ low: Double, _ high: Double) -> Double { low + (high - low) * unit() }

    mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

    /// Normally distributed around zero (Box and Muller).
    mutating func normal(_ deviation: Double) -> Double {
        let radius = (-2 * log(1 - unit())).squareRoot()
        return deviation * radius * cos(2 * .pi * unit())
    }

    /// A length of at least one, `mean` on average.
    mutating func geometric(mean: Double) -> Int {
        max(1, Int((log(1 - unit()) / log(1 - 1 / mean)).rounded(.up)))
    }
}
