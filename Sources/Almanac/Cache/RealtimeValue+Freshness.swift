extension RealtimeValue {
    /// Whether its age is within the time to live at a moment of the wall clock, the very end
    /// included; a stamp in the future has age 0.
    ///
    /// The age is the greater of the time since the stamp and ``leastAge``, so that of a value that
    /// a cache has given, nothing gets younger where the clock was set back.
    public func isFresh(at now: Timestamp) -> Bool {
        max(.milliseconds(now.milliseconds.minus(timestamp.milliseconds)), leastAge) <= timeToLive
    }
}
