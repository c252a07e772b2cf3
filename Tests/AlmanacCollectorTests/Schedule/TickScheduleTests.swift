import TestSupport
import Testing
import TimeSeriesModel

@testable import AlmanacCollector

@Suite("TickSchedule") struct TickScheduleTests {
    private static let second: Int64 = 1000

    private func at(_ text: String) -> Timestamp { Timestamp(text)! }

    /// Lets a schedule run on a wall clock that only it moves.
    private func ticks(
        every interval: Duration, offset: Duration = .zero, from start: String, for span: Duration
    ) -> [Timestamp] {
        var schedule = TickSchedule(interval: interval, offset: offset, now: at(start))
        var found: [Timestamp] = []
        let end = at(start) + span
        while schedule.nextDue <= end {
            for step in schedule.passTime(to: schedule.nextDue) {
                if case .read(let tick) = step { found.append(tick) }
                schedule.finish(isDone: true)
            }
        }
        return found
    }

    @Test(
        "has every tick of the grid over a midnight, a year border and both changes of the clocks",
        arguments: ["2025-12-31T18:00:00Z", "2025-03-29T18:00:00Z", "2025-10-25T18:00:00Z"],
        [1, 7, 30, 900, 3600, 86_400])
    func grid(start: String, seconds: Int64) {
        let interval = Duration.seconds(seconds)
        let found = ticks(
            every: interval, offset: interval / 3, from: start, for: .seconds(172_800))
        #expect(!found.isEmpty)
        for (index, tick) in found.enumerated() {
            #expect(tick.milliseconds % (seconds * 1000) == 0)
            if index > 0 { #expect(tick - found[index - 1] == interval) }
        }
        let expected = 172_800 / seconds
        #expect(abs(Int64(found.count) - expected) <= 1)
    }

    @Test("skips and counts ticks that come due while one is being read") func skipping() {
        var schedule = TickSchedule(
            interval: .seconds(10), offset: .zero, now: at("2025-01-01T00:00:00Z"))
        expectEqual(schedule.passTime(to: at("2025-01-01T00:00:09.999Z")), [])
        expectEqual(
            schedule.passTime(to: at("2025-01-01T00:00:10Z")), [.read(at("2025-01-01T00:00:10Z"))])
        expectEqual(
            schedule.passTime(to: at("2025-01-01T00:00:20Z")),
            [
                .missed(
                    first: at("2025-01-01T00:00:20Z"), last: at("2025-01-01T00:00:20Z"),
                    count: 1)
            ])
        schedule.finish(isDone: true)
        // The one that was skipped is never queued.
        expectEqual(schedule.passTime(to: at("2025-01-01T00:00:25Z")), [])
        #expect(schedule.nextDue == at("2025-01-01T00:00:30Z"))
        expectEqual(
            schedule.passTime(to: at("2025-01-01T00:01:05Z")),
            [
                .missed(
                    first: at("2025-01-01T00:00:30Z"), last: at("2025-01-01T00:00:50Z"),
                    count: 3),
                .read(at("2025-01-01T00:01:00Z")),
            ])
        #expect(schedule.dueCount == 6 && schedule.missedCount == 4 && schedule.doneCount == 1)
    }

    @Test("reads no tick again after the clock was set back, and goes on from the grid")
    func clockBack() {
        var schedule = TickSchedule(
            interval: .seconds(60), offset: .zero, now: at("2025-01-01T12:00:30Z"))
        expectEqual(
            schedule.passTime(to: at("2025-01-01T12:01:00Z")), [.read(at("2025-01-01T12:01:00Z"))])
        schedule.finish(isDone: true)
        for time in ["2025-01-01T11:01:00Z", "2025-01-01T11:59:00Z", "2025-01-01T12:01:59Z"] {
            expectEqual(schedule.passTime(to: at(time)), [])
        }
        expectEqual(
            schedule.passTime(to: at("2025-01-01T12:02:00Z")), [.read(at("2025-01-01T12:02:00Z"))])
    }

    @Test("reads the newest tick after the clock was set forward") func clockForward() {
        var schedule = TickSchedule(
            interval: .seconds(60), offset: .zero, now: at("2025-01-01T12:00:30Z"))
        let steps = schedule.passTime(to: at("2025-01-01T14:00:10Z"))
        #expect(steps.last == .read(at("2025-01-01T14:00:00Z")))
        #expect(
            steps.first
                == .missed(
                    first: at("2025-01-01T12:01:00Z"), last: at("2025-01-01T13:59:00Z"), count: 119)
        )
    }

    @Test("begins after the newest tick that is stored") func restart() {
        let schedule = TickSchedule(
            interval: .seconds(60), offset: .zero, now: at("2025-01-01T12:00:30Z"),
            lastStored: at("2025-01-01T13:00:00Z"))
        #expect(schedule.nextTick == at("2025-01-01T13:01:00Z"))
    }

    @Test("works before 1970, where the grid goes on") func early() {
        var schedule = TickSchedule(
            interval: .seconds(60), offset: .zero, now: at("1969-12-31T23:58:30Z"))
        expectEqual(
            schedule.passTime(to: at("1969-12-31T23:59:00Z")), [.read(at("1969-12-31T23:59:00Z"))])
    }

    @Test("spreads devices over half of an interval and 30 s at most, the same at each start")
    func spread() {
        for interval in [Duration.seconds(1), .seconds(30), .seconds(900), .seconds(86_400)] {
            let span = min(interval / 2, .seconds(30))
            let offsets = (1...1000).map {
                TickSchedule.offset(of: DeviceID(UInt32($0)), interval: interval, .spread)
            }
            #expect(offsets.allSatisfy { $0 >= .zero && $0 < span })
            // Each tenth of the span has its part of the devices.
            for tenth in 0..<10 {
                let count = offsets.count {
                    $0 >= span * tenth / 10 && $0 < span * (tenth + 1) / 10
                }
                #expect((60...140).contains(count), "\(interval) \(tenth): \(count)")
            }
            #expect(TickSchedule.offset(of: 5, interval: interval, .strict) == .zero)
        }
        #expect(
            TickSchedule.offset(of: 1001, interval: .seconds(900), .spread)
                == TickSchedule.offset(of: 1001, interval: .seconds(900), .spread))
    }
}

@Suite("ClockWatch") struct ClockWatchTests {
    @Test("finds steps in both directions, and no drift below a second") func steps() {
        let start = Timestamp("2025-01-01T00:00:00Z")!
        var watch = ClockWatch(wall: start, uptime: .seconds(5))
        expectEqual(watch.step(wall: start + .seconds(10), uptime: .seconds(15)), nil)
        expectEqual(watch.step(wall: start + .milliseconds(20_900), uptime: .seconds(25)), nil)
        expectEqual(
            watch.step(wall: start + .seconds(3620), uptime: .seconds(26)), .milliseconds(3_598_100)
        )
        expectEqual(watch.step(wall: start, uptime: .seconds(26)), .seconds(-3620))
        expectEqual(watch.step(wall: start + .seconds(1), uptime: .seconds(27)), nil)
    }
}
