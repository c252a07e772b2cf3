import Almanac

/// Numbers that follow from a seed, a point or device and a time alone.
struct ReplyNoise: Hashable, Sendable {
    private let salt: UInt64

    init(seed: UInt64) { salt = ReplyNoise.mixed(seed) }

    func branch(_ point: PointAddress) -> ReplyNoise {
        branch(point.device).branch(UInt64(point.type.rawValue) << 32 | UInt64(point.number))
    }

    func branch(_ device: DeviceID) -> ReplyNoise { branch(UInt64(device.rawValue)) }

    private func branch(_ number: UInt64) -> ReplyNoise {
        ReplyNoise(seed: salt &+ (number &+ 1) &* 0xD1B5_4A32_D192_ED03)
    }

    /// A number in 0..<1 of its own for every index.
    func unit(_ index: Int64) -> Double {
        Double(bits(index) >> 11) * 0x1p-53
    }

    /// 64 bits of their own for every index.
    func bits(_ index: Int64) -> UInt64 {
        ReplyNoise.mixed(salt &+ UInt64(bitPattern: index) &* 0x9E37_79B9_7F4A_7C15)
    }

    /// A line in 0..<1 through a number of its own every so many milliseconds.
    func smooth(at time: Timestamp, every spacing: Int64) -> Double {
        let knot = time.milliseconds.floorDivided(by: spacing)
        let share = Double(time.milliseconds - knot * spacing) / Double(spacing)
        return unit(knot) * (1 - share) + unit(knot + 1) * share
    }

    /// The finalizer of SplitMix64: every bit of the input changes about half of the output.
    private static func mixed(_ input: UInt64) -> UInt64 {
        var z = input
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
