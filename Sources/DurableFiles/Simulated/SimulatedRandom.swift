/// A small generator of our own, so that a printed seed means the same run with every toolchain.
///
/// SplitMix64 (Steele, Lea, Flood 2014).
struct SimulatedRandom {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mix(state)
    }

    /// A number from 0 up to but not including `bound`.
    mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "there is a number to draw")
        return Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// The finishing step, also good for numbers that need no state.
    static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
