/// The rights of a caller, and what a route requires.
public enum APIAccess: Int, Comparable, Sendable, CaseIterable {
    /// For a caller without a token, and for routes that say nothing about the building.
    case none
    case read
    /// Read, and store values and logs.
    case write
    /// Write, and back up, verify and remove.
    case admin

    public static func < (left: APIAccess, right: APIAccess) -> Bool {
        left.rawValue < right.rawValue
    }

    /// The word of a token's file, and of messages.
    public var word: String { "\(self)" }
}
