/// Why bytes could not become columns, or columns bytes.
public enum CodecError: Error, Hashable, Sendable {
    /// The bytes end before what they announce.
    case truncated
    /// The bytes contradict themselves or a bound of the format: what was found, what was expected.
    case malformed(String)
    /// A codec of a later version. Under a right checksum this is never damage.
    case unsupported(String)
    /// A bound that the caller set was exceeded, before any data were touched.
    case limitExceeded(String)
}
