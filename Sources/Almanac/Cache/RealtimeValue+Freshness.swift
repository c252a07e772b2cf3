extension RealtimeValue {
    /// Whether the stamp is within the time to live at a moment of the wall clock, the very end
    /// included; a stamp in the future is.
    ///
    /// This trusts the clock. ``CurrentValue/isFresh`` also knows how long the value has been held,
    /// and is not taken in by a clock that was set back.
    public func isFresh(at now: Timestamp) -> Bool {
        .milliseconds(now.milliseconds &- timestamp.milliseconds) <= timeToLive
    }
}
