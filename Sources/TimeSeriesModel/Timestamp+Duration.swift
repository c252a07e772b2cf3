extension Timestamp {
    /// The moment so much later; parts of a millisecond are dropped. A moment that no timestamp can
    /// name becomes the first or last of all.
    public static func + (time: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(
            milliseconds: Int64(clamping: Int128(time.milliseconds) + duration.wideMilliseconds))
    }

    /// The moment so much earlier; otherwise as `+`.
    public static func - (time: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(
            milliseconds: Int64(clamping: Int128(time.milliseconds) - duration.wideMilliseconds))
    }

    /// Returns the duration from another moment to this one.
    public static func - (time: Timestamp, other: Timestamp) -> Duration {
        // The difference may need a bit more than an Int64 of milliseconds has, but fits a Duration.
        .milliseconds(time.milliseconds) - .milliseconds(other.milliseconds)
    }
}
