public import TimeSeriesModel

/// A fault that was put into the building on purpose. What is not listed behaves.
public struct PlantedFault: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// One point has no samples, for a reason as the store spells it.
        case gap(reason: String)
        /// No point of the device has samples.
        case deviceOutage
        /// One point repeats the value that it had at the start.
        case stuck
        /// One point reports values outside its plausible range, of good quality.
        case outOfRange
        /// One point reports plausible values with the fault flag.
        case badQuality
        /// One point stops before the history ends, and does not come back.
        case stalled
    }

    public enum Subject: Hashable, Sendable {
        /// An index into the building's `points`.
        case point(Int)
        /// An index into the building's `devices`.
        case device(Int)
    }

    public let kind: Kind
    public let subject: Subject
    /// The ticks that it touches. That of a `stalled` ends with the history, the fault does not.
    public let range: TimeRange
    /// One sentence for a person.
    public let description: String
}
