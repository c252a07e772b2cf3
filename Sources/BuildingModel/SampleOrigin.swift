/// The way in which the samples of a batch came to be stored.
public enum SampleOrigin: String, Hashable, Sendable, Codable, CaseIterable {
    /// As they were measured.
    case live
    /// Later, from the memory of a device.
    case backfill
    /// From a file or another system.
    case imported = "import"
}
