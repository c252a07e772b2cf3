internal import TimeSeriesModel

/// The ticks of one cadence of one device: whole multiples of an interval since 1970 UTC.
///
/// The next tick follows from the grid and the wall clock, never from the last run, so that runs do
/// not drift. A value: it is given the time and returns which ticks are due.
struct TickSchedule: Hashable, Sendable {
    /// The ticks that the passage of time makes due.
    enum Step: Hashable, Sendable {
        /// The tick is to be read now.
        case read(Timestamp)
        /// The ticks from the first to the last of these were not read: the tick before them was
        /// still being read, or the program did not run.
        case missed(first: Timestamp, last: Timestamp, count: Int)
    }

    let interval: Duration
    /// From a tick to the start of its requests.
    let offset: Duration
    /// The tick that is being read.
    private(set) var running: Timestamp?
    /// Ticks up to this one have been read, or never will be.
    private(set) var lastTick: Timestamp
    private(set) var dueCount = 0
    private(set) var doneCount = 0
    private(set) var missedCount = 0

    private var milliseconds: Int64 { interval.milliseconds }

    /// - Parameters:
    ///   - interval: whole milliseconds, 1 s to 24 h.
    ///   - offset: from a tick to the start of its requests, less than the interval.
    ///   - now: ticks whose start has passed by now are not read.
    ///   - lastStored: the newest tick that the history has. A clock that was set back reads none
    ///     up to this one.
    init(interval: Duration, offset: Duration, now: Timestamp, lastStored: Timestamp? = nil) {
        precondition(
            interval.milliseconds > 0 && offset >= .zero && offset < interval,
            "an offset is inside of its interval")
        self.interval = interval
        self.offset = offset
        let passed = TickSchedule.floor(now - offset, interval.milliseconds)
        lastTick = max(
            passed, lastStored.map { TickSchedule.floor($0, interval.milliseconds) } ?? passed)
    }

    /// The start of the requests of the next tick, by the wall clock.
    var nextDue: Timestamp { nextTick + offset }
    var nextTick: Timestamp { lastTick + interval }

    /// Makes due what the wall clock has passed.
    mutating func passTime(to now: Timestamp) -> [Step] {
        let newest = TickSchedule.floor(now - offset, milliseconds)
        guard newest > lastTick else { return [] }
        let first = nextTick
        let count = Int((newest.milliseconds - lastTick.milliseconds) / milliseconds)
        dueCount += count
        lastTick = newest
        guard running == nil else {
            missedCount += count
            return [.missed(first: first, last: newest, count: count)]
        }
        running = newest
        guard count > 1 else { return [.read(newest)] }
        missedCount += count - 1
        return [.missed(first: first, last: newest - interval, count: count - 1), .read(newest)]
    }

    /// Ends the tick that is being read.
    mutating func finish(isDone: Bool) {
        running = nil
        if isDone { doneCount += 1 }
    }

    private static func floor(_ time: Timestamp, _ milliseconds: Int64) -> Timestamp {
        var quotient = time.milliseconds / milliseconds
        if time.milliseconds % milliseconds < 0 { quotient -= 1 }
        return Timestamp(milliseconds: quotient * milliseconds)
    }
}

extension TickSchedule {
    /// The greatest offset of a spread schedule.
    static let offsetMax: Duration = .seconds(30)

    /// Returns the offset of a device's ticks: the same at every start of the program, spread over
    /// half of the interval and 30 s at most.
    static func offset(
        of device: DeviceID, interval: Duration, _ alignment: CollectorConfiguration.Alignment
    ) -> Duration {
        guard alignment == .spread else { return .zero }
        let span = min(interval / 2, offsetMax).milliseconds
        var generator = SeededGenerator(seed: UInt64(device.rawValue))
        return .milliseconds(Int64(generator.unit() * Double(span)))
    }
}
