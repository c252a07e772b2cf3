extension Timestamp {
    /// The moment so much later; parts of a millisecond are dropped.
    public static func + (time: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(milliseconds: time.milliseconds + duration.milliseconds)
    }

    public static func - (time: Timestamp, duration: Duration) -> Timestamp {
        Timestamp(milliseconds: time.milliseconds - duration.milliseconds)
    }

    /// How much later this is than another moment.
    public static func - (time: Timestamp, other: Timestamp) -> Duration {
        .milliseconds(time.milliseconds - other.milliseconds)
    }
}
