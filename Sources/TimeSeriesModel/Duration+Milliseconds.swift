extension Duration {
    /// Whole milliseconds, as ``Timestamp`` counts them; parts of one are dropped, and a number that
    /// no `Int64` holds becomes the nearest one.
    package var milliseconds: Int64 { Int64(clamping: wideMilliseconds) }

    /// Whole milliseconds; parts of one are dropped. Not by the duration's components, whose seconds
    /// do not hold the longest durations.
    package var wideMilliseconds: Int128 { attoseconds / 1_000_000_000_000_000 }
}
