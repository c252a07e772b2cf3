import Almanac
import TestSupport
import Testing

@Suite("SiteClock") struct SiteClockTests {
    private let two = TimeOfDay(hour: 2)

    private func next(_ text: String, _ timeOfDay: TimeOfDay? = nil) -> String {
        ZurichClock().nextInstant(ofTimeOfDay: timeOfDay ?? two, after: Timestamp(text)!)
            .description
    }

    @Test("shows local time") func local() {
        let clock = ZurichClock()
        func shown(_ text: String) -> String {
            clock.localTimeOfDay(at: Timestamp(text)!).description
        }
        #expect(shown("2025-01-01T23:30:00Z") == "00:30")
        #expect(shown("2025-07-01T22:00:15Z") == "00:00:15")
        #expect(
            TimeZoneRules.utc.localTimeOfDay(at: Timestamp("1969-12-31T23:00:00Z")!).description
                == "23:00")
    }

    @Test("finds the next 02:00 of ordinary days, never the moment itself") func ordinary() {
        #expect(next("2025-01-10T00:59:59.999Z") == "2025-01-10T01:00:00.000Z")
        #expect(next("2025-01-10T01:00:00Z") == "2025-01-11T01:00:00.000Z")
        #expect(next("2025-07-10T12:00:00Z") == "2025-07-11T00:00:00.000Z")
    }

    @Test("takes the moment of the jump where 02:00 does not exist") func spring() {
        #expect(next("2025-03-29T01:00:00Z") == "2025-03-30T01:00:00.000Z")
        #expect(next("2025-03-30T00:59:59.999Z") == "2025-03-30T01:00:00.000Z")
        #expect(next("2025-03-30T01:00:00Z") == "2025-03-31T00:00:00.000Z")
        let halfPast = TimeOfDay(hour: 2, minute: 30)
        #expect(next("2025-03-29T12:00:00Z", halfPast) == "2025-03-30T01:00:00.000Z")
        #expect(next("2025-03-29T12:00:00Z", TimeOfDay(hour: 3)) == "2025-03-30T01:00:00.000Z")
    }

    @Test("takes the first where 02:00 comes twice, and only that") func autumn() {
        #expect(next("2025-10-25T00:00:00Z") == "2025-10-26T00:00:00.000Z")
        #expect(next("2025-10-26T00:00:00Z") == "2025-10-27T01:00:00.000Z")
        #expect(next("2025-10-26T00:30:00Z") == "2025-10-27T01:00:00.000Z")
        let halfPast = TimeOfDay(hour: 2, minute: 30)
        #expect(next("2025-10-25T12:00:00Z", halfPast) == "2025-10-26T00:30:00.000Z")
        #expect(next("2025-10-26T00:30:00Z", halfPast) == "2025-10-27T01:30:00.000Z")
    }

    @Test("gives each day of a year once, with 23, 24 or 25 hours between") func year() {
        var time = Timestamp("2025-01-01T00:00:00Z")!
        var lengths: [Int64: Int] = [:]
        var count = 0
        while count < 365 {
            let next = ZurichClock().nextInstant(ofTimeOfDay: two, after: time)
            if count > 0 {
                lengths[(next.milliseconds - time.milliseconds) / 3_600_000, default: 0] += 1
            }
            time = next
            count += 1
        }
        #expect(time == Timestamp("2025-12-31T01:00:00Z")!)
        // 02:00 skipped on 30 March is 03:00, so that day begins at the same UTC time.
        #expect(lengths == [23: 1, 24: 362, 25: 1])
    }

    @Test("stands a day left out and a day that comes twice", arguments: [(-11, 13), (12, -12)])
    func dateLine(before: Int64, after: Int64) {
        let jump = Timestamp("2025-06-15T10:00:00Z")!
        let clock = JumpingClock(jump: jump, hoursBefore: before, hoursAfter: after)
        var time = Timestamp("2025-06-10T00:00:00Z")!
        for _ in 0..<12 {
            let next = clock.nextInstant(ofTimeOfDay: two, after: time)
            #expect(next > time)
            #expect(next.milliseconds - time.milliseconds <= 49 * 3_600_000)
            time = next
        }
    }

    @Test("agrees with a search minute by minute") func search() {
        var random = SplitMix64(seed: 11)
        let clock = ZurichClock()
        for _ in 0..<60 {
            let change = Bool.random(using: &random) ? ZurichClock.spring : ZurichClock.autumn
            let minute = Int64.random(in: -2880...1440, using: &random)
            let start = Timestamp(milliseconds: change.milliseconds + minute * 60_000)
            let wanted = TimeOfDay(hour: Int.random(in: 0..<24, using: &random), minute: 30)
            // A local day reaches the time where no earlier moment of the day showed as much.
            var latest: [Int64: Int64] = [:]
            var found: Timestamp?
            var time = Timestamp(milliseconds: start.milliseconds - 2 * 86_400_000)
            while found == nil {
                let local = time.milliseconds + clock.offset(at: time)
                let day = local / 86_400_000
                let ofDay = local % 86_400_000
                let reached = (latest[day] ?? -1) >= wanted.milliseconds
                if !reached, ofDay >= wanted.milliseconds, time > start, latest[day] != nil {
                    found = time
                }
                latest[day] = max(latest[day] ?? -1, ofDay)
                time = Timestamp(milliseconds: time.milliseconds + 60_000)
            }
            #expect(clock.nextInstant(ofTimeOfDay: wanted, after: start) == found)
        }
    }
}
