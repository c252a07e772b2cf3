import Glibc
import TimeSeriesModel

/// The system's clocks.
enum SystemClock {
    static var secondsSince1970: Double { seconds(CLOCK_REALTIME) }

    /// Never goes back; for measuring.
    static var uptimeSeconds: Double { seconds(CLOCK_MONOTONIC) }

    private static func seconds(_ clock: clockid_t) -> Double {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }
}

extension SystemClock {
    /// The moment that relative times count from; read once a command.
    static var now: Timestamp { Timestamp(milliseconds: Int64(secondsSince1970 * 1000)) }
}

extension SystemClock {
    private static let sleepMillisecondsMax: Int64 = 60_000

    /// Waits in parts, because the system takes no longer time than an hour.
    ///
    /// - Parameter sleep: waits so many microseconds.
    static func sleep(
        milliseconds: Int64, _ sleep: (UInt32) throws -> Void
    ) rethrows {
        var rest = milliseconds
        while rest > 0 {
            let part = min(rest, sleepMillisecondsMax)
            try sleep(UInt32(part * 1000))
            rest -= part
        }
    }
}
