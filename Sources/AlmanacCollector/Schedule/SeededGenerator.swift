/// Pseudo-random numbers that follow from a seed alone (SplitMix64).
struct SeededGenerator: Hashable, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return SeededGenerator.mixed(state)
    }

    /// Returns bits that depend on all of `bits`, each on each.
    static func mixed(_ bits: UInt64) -> UInt64 {
        var z = bits
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// A number from 0 to less than 1.
    mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }
}
