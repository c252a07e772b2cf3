/// What the value of a point depends on beside time, small enough to copy for every sample.
struct Signal: Sendable {
    let behaviour: Behaviour
    /// Shared by the points of one room, circuit or meter, which is why they fit together.
    let group: HashNoise
    /// The point's alone.
    let own: HashNoise
    /// 10 to the power of the decimals.
    let scale: Double
    let intervalMilliseconds: Int64
    let isJittered: Bool

    /// When the sample of a tick is taken.
    func time(ofTick tick: Int64) -> Int64 {
        let jitter = isJittered ? Int64(own.bits(~tick) % UInt64(Signal.jitterBound)) : 0
        return tick &* intervalMilliseconds &+ jitter
    }

    /// Samples come less than this many milliseconds after their tick.
    static let jitterBound: Int64 = 3000

    /// The value as its device would report it: the nearest multiple of the resolution, as the
    /// Double nearest to that decimal. Adding zero turns -0 into 0.
    func rounded(_ value: Double) -> Double { Curve.rounded(value * scale) / scale + 0 }
}
