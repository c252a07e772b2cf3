public import Almanac

/// Something that is wrong with a simulated device for a while.
public struct SimulatedFault: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// Does not answer at all.
        case silent
        /// Takes longer by so much. Beyond the source's time limit that is silence.
        case slow(by: Duration)
        /// Answers that it cannot, with a reason.
        case refusing(String)
    }

    public var kind: Kind
    public var device: DeviceID
    /// A request that begins in it is met.
    public var range: TimeRange

    public init(_ kind: Kind, device: DeviceID, during range: TimeRange) {
        self.kind = kind
        self.device = device
        self.range = range
    }
}
