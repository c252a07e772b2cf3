/// What a caller gets where the held value is stale.
public enum StaleService: String, Hashable, Sendable, CaseIterable {
    /// Waits for the device, and gives the held value only where that fails or the device rests.
    case onFailure = "on_failure"
    /// Gives the held value at once, and reads the device behind it.
    case whileRefreshing = "while_refreshing"
    /// Waits for the device, and throws where that fails.
    case never
}

extension StaleService {
    /// Whether a held value may be returned though it is stale: one that is older than the caller
    /// accepts may not.
    func allows(_ held: CurrentValue, _ maxAge: Duration?) -> Bool {
        self != .never && maxAge.map { held.age <= $0 } ?? true
    }
}
