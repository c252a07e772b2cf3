/// Bounds on what one message may make a decoder do.
public enum MessageLimits {
    /// Octets of a UDP payload: 1,476 of APDU, 21 of network addresses and 10 of link header fit,
    /// with room for a device that counts otherwise.
    public static let datagramOctetCountMax = 2048
    /// Opening tags inside each other.
    public static let nestingDepthMax = 16
    /// Values, list items and results of one message together.
    public static let elementCountMax = 100_000
    /// Octets of one character, octet or bit string; a longer one is
    /// ``TaggedValue/malformed(tag:octets:)``.
    public static let stringOctetCountMax = 4096
    /// Octets of a reply that comes in segments.
    public static let replyOctetCountMax = 65_536
    /// Octets of a station's address on its own network: MS/TP has 1, IP 6, IPv6 18 at most.
    public static let stationOctetCountMax = 18
}
