/// A generation of heads that takes no more samples and waits to become segments.
struct FrozenHeads: Sendable {
    let heads: Heads
    /// The last LSN of its batches.
    let lastLSN: LSN
    let countChanges: [Int: Int]
    /// Bytes of the log that its batches take.
    let logByteCount: Int
    /// Catalog frames up to the last LSN that are not in the catalog files yet.
    let catalogFrames: [RecordFrame]
    /// Journal frames up to the last LSN.
    let journalFrames: JournalFrames
}
