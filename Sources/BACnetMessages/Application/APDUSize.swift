/// The sizes of APDU that a request can say its sender takes (clause 20.1.2.5).
///
/// I-Am says the size itself, which may be another number: 600, for instance.
public enum APDUSize: UInt8, Hashable, Sendable, CaseIterable {
    case octets50 = 0
    case octets128 = 1
    case octets206 = 2
    case octets480 = 3
    case octets1024 = 4
    case octets1476 = 5

    public var octetCount: Int {
        switch self {
        case .octets50: 50
        case .octets128: 128
        case .octets206: 206
        case .octets480: 480
        case .octets1024: 1024
        case .octets1476: 1476
        }
    }
}

/// How many segments a request says its sender takes (clause 20.1.2.4).
public enum SegmentLimit: UInt8, Hashable, Sendable, CaseIterable {
    case unspecified = 0
    case segments2 = 1
    case segments4 = 2
    case segments8 = 3
    case segments16 = 4
    case segments32 = 5
    case segments64 = 6
    case more = 7

    /// `nil` where the sender left it open or takes more than 64.
    public var count: Int? {
        switch self {
        case .unspecified, .more: nil
        default: 1 << Int(rawValue)
        }
    }

    /// The greatest that promises no more than so many.
    public init(upTo count: Int) {
        self =
            count > 64
            ? .more
            : SegmentLimit.allCases.last { ($0.count ?? .max) <= count } ?? .unspecified
    }
}

/// What a device does with segments (clause 21, BACnetSegmentation).
public enum Segmentation: UInt8, Hashable, Sendable, CaseIterable {
    case both = 0
    case transmit = 1
    case receive = 2
    case none = 3

    /// True if it can answer in segments.
    public var canTransmit: Bool { self == .both || self == .transmit }
}
