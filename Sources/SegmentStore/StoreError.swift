public import DurableFiles

/// Why the store could not do what it was asked: a code to switch on, the place, and what was found
/// where something else was expected.
public struct StoreError: Error, Sendable {
    /// An open set: switch with a default.
    public struct Code: RawRepresentable, Hashable, Sendable {
        public var rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }

        /// No store at the path.
        public static let noStore = Code(rawValue: "noStore")
        /// The folder or file is something else than ours.
        public static let foreign = Code(rawValue: "foreign")
        /// Ours, but of a version or with a codec that this program does not know.
        public static let unsupported = Code(rawValue: "unsupported")
        /// Bytes are not what was written; the rest stays readable.
        public static let damaged = Code(rawValue: "damaged")
        /// Another process writes; ``StoreError/holder`` names it.
        public static let locked = Code(rawValue: "locked")
        /// The store was opened for reading, or its folder may not be written.
        public static let readOnly = Code(rawValue: "readOnly")
        /// No space is left; reads go on.
        public static let diskFull = Code(rawValue: "diskFull")
        /// Less space is left than the store keeps in reserve: nothing new is taken until there is
        /// more; reads, flushes and removals go on.
        public static let diskReserve = Code(rawValue: "diskReserve")
        /// The operating system refused; ``StoreError/underlying`` says how.
        public static let io = Code(rawValue: "io")
        /// A bound of the store was exceeded, before any data were touched.
        public static let limitExceeded = Code(rawValue: "limitExceeded")
        /// The caller's argument cannot be.
        public static let invalidParameter = Code(rawValue: "invalidParameter")
        /// Another import or merge of this process is under way.
        public static let busy = Code(rawValue: "busy")
        /// The store was closed.
        public static let closed = Code(rawValue: "closed")
        /// The task was cancelled before the read was complete.
        public static let cancelled = Code(rawValue: "cancelled")
        /// An earlier write or sync failed: no more writes, reads go on.
        public static let failed = Code(rawValue: "failed")
    }

    public var code: Code
    /// What was found and what was expected, in words for a person.
    public var message: String
    /// Relative to the store's folder.
    public var file: String?
    /// Bytes from the beginning of ``file``.
    public var offset: Int?
    /// The process that holds the writer's lock.
    public var holder: Int32?
    public var underlying: StorageError?

    public init(
        _ code: Code, _ message: String, file: String? = nil, offset: Int? = nil,
        holder: Int32? = nil, underlying: StorageError? = nil
    ) {
        self.code = code
        self.message = message
        self.file = file
        self.offset = offset
        self.holder = holder
        self.underlying = underlying
    }
}

extension StoreError: CustomStringConvertible {
    public var description: String {
        var place = file ?? ""
        if let offset { place += place.isEmpty ? "offset \(offset)" : "@\(offset)" }
        return place.isEmpty ? message : "\(place): \(message)"
    }
}
