/// How a point's values are to be understood.
public enum DataType: String, Hashable, Sendable, Codable, CaseIterable {
    case analog, digital, multistate

    /// The number that files carry; 0 is reserved.
    public var code: UInt8 {
        switch self {
        case .analog: 1
        case .digital: 2
        case .multistate: 3
        }
    }

    /// `nil` for a number that this version does not know.
    public init?(code: UInt8) {
        guard let found = DataType.allCases.first(where: { $0.code == code }) else { return nil }
        self = found
    }
}
