import SegmentStore

extension DataManager {
    /// Returns what a part of the program keeps under a key: a cursor, say, that has to survive the
    /// process and belongs to this store's data.
    ///
    /// - Throws: `damaged` if it is no such value.
    package func programState<State: Codable & Sendable>(
        _ key: String, as type: State.Type
    ) throws(HistoryError) -> State? {
        try documents.value(DocumentKey.state(key), in: engineSnapshot.catalog, as: type)
    }

    /// Keeps a value under a key, in place of the one before; durable on return.
    ///
    /// What was acknowledged as durable before the call is never less durable than the value: both
    /// are in one log, in this order.
    ///
    /// - Throws: `busy` while an import is under way, and nothing is kept then; `readOnly`, `closed`,
    ///   `diskFull`, `io`; `limitExceeded` for a key or a value that is too long.
    package func keepProgramState(
        _ state: some Codable & Sendable, under key: String
    ) async throws(HistoryError) {
        try await edit { (edit) throws(HistoryError) in
            try edit.replace(state, for: DocumentKey.state(key))
        }
    }
}
