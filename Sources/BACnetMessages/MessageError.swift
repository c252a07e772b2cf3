/// Why bytes are not a message that this room reads.
///
/// Offsets count from the first byte that the decoder was given. Nothing here ends the process: a
/// datagram is hearsay, and whoever receives it drops and counts it.
public enum MessageError: Error, Hashable, Sendable {
    /// The bytes end before what they announce: octets left, octets needed.
    case truncated(offset: Int, found: Int, expected: Int)
    /// The bytes contradict the standard, or go on where the standard leaves nothing.
    case malformed(offset: Int, found: String, expected: String)
    /// Well-formed, but not spoken here: another character set, a message only routers obey.
    case unsupported(offset: Int, found: String, expected: String)
    /// More than a bound of ``MessageLimits`` allows; seen before anything was allocated for it.
    case limitExceeded(offset: Int, found: Int, expected: Int)
}

extension MessageError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .truncated(let offset, let found, let expected):
            "at octet \(offset): \(expected) octets expected, \(found) left"
        case .malformed(let offset, let found, let expected):
            "at octet \(offset): \(found) found, \(expected) expected"
        case .unsupported(let offset, let found, let expected):
            "at octet \(offset): \(found) is not spoken here, \(expected) expected"
        case .limitExceeded(let offset, let found, let expected):
            "at octet \(offset): \(found) found, \(expected) at most expected"
        }
    }
}
