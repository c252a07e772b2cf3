/// The reads of a history: from a ``DataManager`` each on the newest committed state, from a
/// ``HistorySnapshot`` all on the same one.
///
/// Reads are synchronous and may be made from any thread. They may touch the disk, see whole batches
/// and never wait for a writer. A read that scans looks before each chunk whether its task was
/// cancelled, and throws ``HistoryError`` with code `cancelled` then.
public protocol HistoryReading: Sendable {
    /// Returns the newest committed state, frozen: later writes do not appear in it.
    ///
    /// Costs a short lock. Files that a merge or a removal replaces keep their space until the last
    /// snapshot of them is gone; ``HealthMetrics`` counts the snapshots that a program holds.
    func snapshot() -> HistorySnapshot

    /// Runs several reads on one committed state, which is not to be kept after `body` returned.
    ///
    /// Costs less than ``snapshot()`` and is not counted as a snapshot that is held.
    func read<Result>(
        _ body: (HistorySnapshot) throws(HistoryError) -> Result
    ) throws(HistoryError) -> Result
}

extension HistoryReading {
    public func read<Result>(
        _ body: (HistorySnapshot) throws(HistoryError) -> Result
    ) throws(HistoryError) -> Result {
        try body(snapshot())
    }

    /// Runs a read that takes ten microseconds or more, and times it for the metrics.
    func measured<Result>(
        _ body: (HistorySnapshot) throws(HistoryError) -> Result
    ) throws(HistoryError) -> Result {
        try read { (view) throws(HistoryError) in
            try view.context.meter.measure { () throws(HistoryError) in try body(view) }
        }
    }

    /// The same for a quick read, of which one in sixteen is timed.
    func sampled<Result>(
        _ body: (HistorySnapshot) throws(HistoryError) -> Result
    ) throws(HistoryError) -> Result {
        try read { (view) throws(HistoryError) in
            try view.context.meter.sample { () throws(HistoryError) in try body(view) }
        }
    }
}
