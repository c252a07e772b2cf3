/// A number of one of the standard's open enumerations, with the standard's name where it has one.
///
/// Every number is carried, known or not: vendors and later editions add their own.
public protocol NamedNumber: RawRepresentable, Hashable, Sendable, CustomStringConvertible
where RawValue: FixedWidthInteger & Sendable {
    /// What stands before a number that has no name.
    static var word: String { get }
    /// The standard's names, in its spelling.
    static var names: [RawValue: String] { get }
}

extension NamedNumber {
    /// The standard's name; else word and number.
    public var description: String { Self.names[rawValue] ?? "\(Self.word) \(rawValue)" }
}
