/// What a check of a whole store found.
public struct VerifyReport: Sendable {
    /// Chunks that were read whole, checked and decoded.
    public internal(set) var checkedChunkCount = 0
    public internal(set) var checkedSampleCount = 0
    /// Everything that is not as it was written, each once, by file and offset.
    public internal(set) var damages: [Damage] = []

    public var isWhole: Bool { damages.isEmpty }
}
