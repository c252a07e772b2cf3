public import SegmentStore

extension HistorySnapshot {
    /// The façade's answers from a state that the engine holds, for programs that use both, as the
    /// operator's tool does. Bound to the engine, it comes without promise between minor versions.
    ///
    /// - Parameters:
    ///   - engine: a state of a store.
    ///   - log: takes note of damage, which reads then step over: they give what is whole. Without
    ///     one, damage is thrown.
    public init(of engine: Snapshot, skipping log: DamageLog? = nil) {
        self.init(engine, ReadContext(skipping: log))
    }
}
