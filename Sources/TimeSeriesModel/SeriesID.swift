/// The store's own dense number of a series: given in order of appearance, never reused.
public struct SeriesID: RawRepresentable, Hashable, Comparable, Sendable {
    public var rawValue: UInt32

    public init(rawValue: UInt32) { self.rawValue = rawValue }

    public static func < (left: SeriesID, right: SeriesID) -> Bool {
        left.rawValue < right.rawValue
    }
}
