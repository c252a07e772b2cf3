import SegmentStore

/// What is certain about samples when they are acknowledged.
public enum Durability: String, Hashable, Sendable, CaseIterable {
    /// In this process's memory.
    case memory
    /// With the operating system: survives the end of the process, not of the machine.
    case os
    /// On the medium.
    case durable

    var engine: SegmentStore.Durability {
        switch self {
        case .memory: .memory
        case .os: .os
        case .durable: .durable
        }
    }

    init(_ reached: SegmentStore.Durability) {
        switch reached {
        case .memory: self = .memory
        case .os: self = .os
        case .durable: self = .durable
        }
    }
}

/// What happens to a sample whose point and time are known with another value.
public enum ConflictRule: Hashable, Sendable {
    /// The new one wins.
    case replace
    /// The stored one stays: for back-fill.
    case keep

    var engine: SegmentStore.ConflictRule { self == .keep ? .keep : .replace }
}

/// Why a sample was left out, while the rest of its batch was taken.
public struct RejectedSample: Hashable, Sendable {
    public enum Reason: String, Hashable, Sendable {
        /// NaN or an infinity: no value.
        case notANumber = "not_a_number"
        /// A time outside the clock's limits: quarantined.
        case clock = "clock_rejected"
        /// Older than what retention keeps.
        case belowFloor = "below_floor"
    }

    /// Its place in the batch.
    public var index: Int
    public var reason: Reason
}

/// The acknowledgement of a batch: what became of its samples, and how safe they are.
public struct Receipt: Hashable, Sendable {
    /// Samples that the store did not have.
    public internal(set) var stored = 0
    /// Known already, value and quality included.
    public internal(set) var duplicates = 0
    /// Took the place of another value or quality at the same time.
    public internal(set) var replaced = 0
    /// Left out because the stored value was to stay.
    public internal(set) var kept = 0
    /// By their place in the batch, ascending.
    public internal(set) var rejected: [RejectedSample] = []
    public internal(set) var durability = Durability.memory
    /// The position in the store's history: later batches have greater ones.
    public internal(set) var position: UInt64 = 0

    /// How many of ``rejected`` have a time that no right clock gives.
    public var quarantined: Int { rejected.count { $0.reason == .clock } }
}
