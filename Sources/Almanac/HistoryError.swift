import SegmentStore

/// Why a request could not be answered or carried out: a code to switch on, the parameter or place,
/// and what was found where something else was expected.
public struct HistoryError: Error, Sendable {
    /// An open set: switch with a default.
    public struct Code: RawRepresentable, Hashable, Sendable {
        public var rawValue: String

        public init(rawValue: String) { self.rawValue = rawValue }

        /// The argument named by ``HistoryError/parameter`` cannot be.
        public static let invalidParameter = Code(rawValue: "invalidParameter")
        public static let unknownDevice = Code(rawValue: "unknownDevice")
        public static let unknownPoint = Code(rawValue: "unknownPoint")
        public static let unknownTrendLog = Code(rawValue: "unknownTrendLog")
        /// The store was opened for reading, or its folder may not be written.
        public static let readOnly = Code(rawValue: "readOnly")
        /// Another process writes; ``HistoryError/holder`` names it.
        public static let locked = Code(rawValue: "locked")
        /// There is no store at the path.
        public static let noStore = Code(rawValue: "noStore")
        /// The folder holds something other than a store.
        public static let foreignFolder = Code(rawValue: "foreignFolder")
        /// The store was written by a later version, or with a codec that this one does not have.
        public static let unsupportedVersion = Code(rawValue: "unsupportedVersion")
        /// Bytes are not what was written; the rest stays readable.
        public static let damaged = Code(rawValue: "damaged")
        /// No space is left, or less than the store keeps in reserve; reads go on.
        public static let diskFull = Code(rawValue: "diskFull")
        /// The operating system refused, or the store takes no more writes after it did.
        public static let io = Code(rawValue: "io")
        public static let limitExceeded = Code(rawValue: "limitExceeded")
        /// The device did not answer in time.
        public static let deviceTimeout = Code(rawValue: "deviceTimeout")
        /// The device answered that it cannot.
        public static let deviceError = Code(rawValue: "deviceError")
        /// Another import or removal is under way.
        public static let busy = Code(rawValue: "busy")
        /// The clock is before most points' samples, so samples cannot be judged by it.
        public static let clockBehind = Code(rawValue: "clockBehind")
        public static let closed = Code(rawValue: "closed")
        public static let cancelled = Code(rawValue: "cancelled")
    }

    public var code: Code
    /// The argument that is wrong, with ``Code/invalidParameter`` and ``Code/limitExceeded``.
    public var parameter: String?
    /// Relative to the store's folder.
    public var file: String?
    /// Bytes from the beginning of ``file``.
    public var offset: Int?
    /// The process that holds the store.
    public var holder: Int32?
    /// What was found and what was expected, in words for a person.
    public var message: String
    public var underlying: (any Error)?

    public init(
        _ code: Code, _ message: String, parameter: String? = nil, file: String? = nil,
        offset: Int? = nil, holder: Int32? = nil, underlying: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.parameter = parameter
        self.file = file
        self.offset = offset
        self.holder = holder
        self.underlying = underlying
    }
}

extension HistoryError {
    /// The six kinds that an interface shows its callers, each with its own advice.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// The store refused or cannot be read: locked, read-only, damaged, full, too large an answer.
        case database
        /// A device answered that it cannot, whatever its make.
        case t3000
        /// The realtime cache or the reads for it are at their bound.
        case cache
        /// A key of the configuration has a value that it cannot have.
        case configuration
        /// The caller's argument is wrong or names something unknown.
        case validation
        /// A device did not answer in time.
        case timeout
    }

    /// The outward kind: it follows from the code, and from the parameter if that is a key of the
    /// configuration or a bound of the cache.
    public var kind: Kind {
        if let parameter, HistoryError.cacheBounds.contains(parameter) { return .cache }
        switch code {
        case .invalidParameter:
            let isKey = parameter.map(Configuration.keys.contains) ?? false
            return isKey ? .configuration : .validation
        case .unknownDevice, .unknownPoint, .unknownTrendLog: return .validation
        case .deviceTimeout: return .timeout
        case .deviceError: return .t3000
        default: return .database
        }
    }

    private static let cacheBounds: Set = [
        "capacity", "configuration.pointsWanted", "limits.waiting",
    ]
}

extension HistoryError: CustomStringConvertible {
    public var description: String {
        var place = file ?? ""
        if let offset { place += "@\(offset)" }
        return place.isEmpty ? message : "\(place): \(message)"
    }
}

extension HistoryError {
    /// The engine's error in this room's words.
    init(_ error: StoreError, parameter: String? = nil) {
        let code: Code =
            switch error.code {
            case .noStore: .noStore
            case .foreign: .foreignFolder
            case .unsupported: .unsupportedVersion
            case .damaged: .damaged
            case .locked: .locked
            case .readOnly: .readOnly
            case .diskFull, .diskReserve: .diskFull
            case .limitExceeded: .limitExceeded
            case .invalidParameter: .invalidParameter
            case .busy: .busy
            case .closed: .closed
            case .cancelled: .cancelled
            default: .io
            }
        self.init(
            code, error.message, parameter: parameter, file: error.file, offset: error.offset,
            holder: error.holder, underlying: error)
    }
}

extension HistoryError {
    /// - Throws: code `cancelled` if the calling task was cancelled.
    static func checkCancellation() throws(HistoryError) {
        guard Task.isCancelled else { return }
        throw HistoryError(.cancelled, "the task was cancelled before the read was complete")
    }
}
