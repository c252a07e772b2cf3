/// What a planted fault does to the samples of one point.
struct FaultEpisode: Sendable {
    enum Effect: Sendable {
        case missing
        /// The value of that time, over and over.
        case held(at: Int64)
        case replaced(by: Double)
        case flagged
    }

    let from: Int64
    /// Exclusive.
    let to: Int64
    let effect: Effect

    func contains(_ milliseconds: Int64) -> Bool { from <= milliseconds && milliseconds < to }
}
