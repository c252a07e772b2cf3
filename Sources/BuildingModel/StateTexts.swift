/// What a digital point's two values are called, in BACnet's sense: 1 is active.
public struct StateTexts: Hashable, Sendable, Codable {
    /// What 0 is called.
    public let inactive: String
    /// What 1 is called.
    public let active: String

    public init(inactive: String, active: String) {
        self.inactive = inactive
        self.active = active
    }

    /// The text of a value; `nil` for any other than 0 and 1, for which no text is made up.
    public func text(of value: Double) -> String? {
        if value == 0 { return inactive }
        return value == 1 ? active : nil
    }
}
