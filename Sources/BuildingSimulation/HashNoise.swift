internal import TimeSeriesModel

/// Randomness without a state: the number of a seed and an index, always the same one.
///
/// A generator with a state could not answer for last March without running through the winter.
package struct HashNoise: Hashable, Sendable {
    let salt: UInt64

    package init(seed: UInt64) { salt = HashNoise.mixed(seed) }

    /// An independent source, told apart by a number.
    package func branch(_ number: UInt64) -> HashNoise {
        HashNoise(seed: salt &+ (number &+ 1) &* 0xD1B5_4A32_D192_ED03)
    }

    func bits(_ index: Int64) -> UInt64 {
        HashNoise.mixed(salt &+ UInt64(bitPattern: index) &* 0x9E37_79B9_7F4A_7C15)
    }

    /// A number in 0..<1.
    package func unit(_ index: Int64) -> Double { Double(bits(index) >> 11) * 0x1p-53 }

    /// A number in -1..<1.
    func signed(_ index: Int64) -> Double { unit(index) * 2 - 1 }

    /// A whole number in `range`, which must not be empty.
    func integer(_ index: Int64, in range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(bits(index) % UInt64(range.count))
    }

    /// The finalizer of SplitMix64: every bit of the input changes about half of the output.
    private static func mixed(_ input: UInt64) -> UInt64 {
        var z = input
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

extension HashNoise {
    /// A smooth curve within -1...1 through a hashed knot every `spacing` milliseconds.
    func smooth(at milliseconds: Int64, spacing: Int64) -> Double {
        let knot = milliseconds.floorDivided(by: spacing)
        let u = Double(milliseconds &- knot &* spacing) / Double(spacing)
        let own = self.knots(of: spacing)
        let left = own.signed(knot)
        return left + (own.signed(knot &+ 1) - left) * (u * u * (3 - 2 * u))
    }

    /// The rise of ``smooth(at:spacing:)`` per hour. Its size is at most 3 hours / spacing.
    func slopePerHour(at milliseconds: Int64, spacing: Int64) -> Double {
        let knot = milliseconds.floorDivided(by: spacing)
        let u = Double(milliseconds &- knot &* spacing) / Double(spacing)
        let own = self.knots(of: spacing)
        let rise = own.signed(knot &+ 1) - own.signed(knot)
        return rise * (6 * u * (1 - u)) * (3_600_000 / Double(spacing))
    }

    /// Curves of different spacing do not share knots, or they would rise and fall together.
    private func knots(of spacing: Int64) -> HashNoise {
        HashNoise(salt: salt ^ (UInt64(bitPattern: spacing) &* 0xA24B_AED4_963E_E407))
    }

    private init(salt: UInt64) { self.salt = salt }
}
