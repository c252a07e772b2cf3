/// Log sequence number of a record: +1 each, without gaps. 0 is before the first.
public typealias LSN = UInt64

/// Number of a file: grows, is never reused, and fits the eight hex digits of a file's name.
public typealias FileID = UInt64

/// What a file holds. Raw values are the disk's; 0 is reserved.
public enum FileKind: UInt16, Hashable, Sendable, CaseIterable {
    case log = 1
    case segment = 2
    case catalog = 3
    case journal = 4

    /// The word that the manifest and messages use.
    public var name: String {
        switch self {
        case .log: "log"
        case .segment: "segment"
        case .catalog: "catalog"
        case .journal: "journal"
        }
    }

    /// Nil for a word that this version does not know.
    public init?(name: String) {
        guard let found = FileKind.allCases.first(where: { $0.name == name }) else { return nil }
        self = found
    }

    /// Where the records or chunks of a new file begin.
    ///
    /// A log's header stands twice, at 0 and at 512, because no manifest row repeats what it says.
    public var contentOffset: Int { self == .log ? 1024 : FileHeader.encodedSize }
}
