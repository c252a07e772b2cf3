/// What a caller gets where the held value is stale.
public enum StaleService: String, Hashable, Sendable, CaseIterable {
    /// Waits for the device, and gives the held value only where that fails or the device rests.
    case onFailure = "on_failure"
    /// Gives the held value at once, and reads the device behind it.
    case whileRefreshing = "while_refreshing"
    /// Waits for the device, and throws where that fails.
    case never
}
