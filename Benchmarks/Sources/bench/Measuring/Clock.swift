import Glibc

/// The one clock that everything is timed with.
enum Clock {
    static func nanoseconds() -> UInt64 {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
    }

    /// What reading it twice takes, and therefore stands in every single time.
    static func ownNanoseconds() -> Double {
        let start = nanoseconds()
        for _ in 0..<10_000 { _ = nanoseconds() }
        return Double(nanoseconds() - start) / 10_000
    }
}

/// Nanoseconds of an operation; what is done with its answer is not in them.
func timed<Answer>(
    _ body: () throws -> Answer, then use: (Answer) throws -> Void
) rethrows -> UInt64 {
    let start = Clock.nanoseconds()
    let answer = try body()
    let end = Clock.nanoseconds()
    try use(answer)
    return end - start
}

/// Seconds of something long.
func seconds(of body: () throws -> Void) rethrows -> Double {
    Double(try timed(body, then: { _ in })) / 1e9
}
