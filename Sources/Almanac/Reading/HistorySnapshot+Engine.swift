public import SegmentStore

extension HistorySnapshot {
    /// Makes the façade's reads available on a state that the engine holds, for programs that use
    /// both, as the operator's tool does. Bound to the engine, it comes without promise between minor
    /// versions.
    ///
    /// - Parameters:
    ///   - engine: a state of a store.
    ///   - now: no sample is missing after it; nil for the system's clock.
    ///   - log: collects damage, which reads then step over: they return what is whole. Without one,
    ///     damage is thrown.
    public init(of engine: Snapshot, now: Timestamp? = nil, skipping log: DamageLog? = nil) {
        let time = SystemTime.system
        let context = ReadContext(QueryMeter(), time, RecentMarks(), nil, skipping: log)
        self.init(engine, context, lease: SnapshotLease(context, at: now ?? time.now))
    }
}
