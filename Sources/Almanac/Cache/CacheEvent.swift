/// Something about a value that was to be cached that a person may want to know.
public struct CacheEvent: Hashable, Sendable {
    public enum Kind: Hashable, Sendable {
        /// The stamp lies so far ahead of the clock. The value is held, with age 0.
        case stampInFuture(by: Duration)
        /// The value is not finite, therefore no value; nothing was held.
        case notANumber
    }

    public var kind: Kind
    public var point: PointAddress
    /// The stamp of the value.
    public var timestamp: Timestamp

    public init(kind: Kind, point: PointAddress, timestamp: Timestamp) {
        self.kind = kind
        self.point = point
        self.timestamp = timestamp
    }
}

extension CacheEvent: CustomStringConvertible {
    /// A sentence for a log.
    public var description: String {
        switch kind {
        case .notANumber: "the value of \(point) at \(timestamp.milliseconds) ms is no number"
        case .stampInFuture(let ahead):
            "the value of \(point) is stamped \(ahead) ahead of the clock"
        }
    }
}
