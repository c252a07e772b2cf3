import Almanac
import Testing

@Suite("Housekeeping") struct HousekeepingTests {
    /// Housekeeping with clocks that are turned by hand.
    private struct House {
        var housekeeping: Housekeeping
        var now: Timestamp
        var uptime: Duration = .zero
        var log: [(now: Timestamp, job: Housekeeping.Job)] = []
        /// Whether a dry run of the retention finds something.
        var hasExpired = true

        init(
            at text: String, state: Housekeeping.State = .init(),
            clock: any SiteClock = ZurichClock(),
            _ set: (inout Configuration) -> Void = { _ in }
        ) {
            var configuration = Configuration()
            set(&configuration)
            now = Timestamp(text)!
            housekeeping = Housekeeping(
                configuration: configuration, clock: clock, state: state, now: now, uptime: .zero)
        }

        mutating func ask() {
            for job in housekeeping.jobs(now: now, uptime: uptime) {
                log.append((now, job))
                if case .announceRetention(let removal) = job, hasExpired {
                    housekeeping.retentionAnnounced(forRemovalAt: removal)
                }
            }
        }

        mutating func pass(_ duration: Duration) {
            uptime += duration
            now = Timestamp(milliseconds: now.milliseconds + duration.components.seconds * 1000)
        }

        /// Sleeps and asks as an owner does.
        mutating func run(until text: String) {
            let end = Timestamp(text)!
            while true {
                ask()
                let due = housekeeping.nextDue(now: now, uptime: uptime)
                let length = max(.seconds(1), due - uptime)
                if now.milliseconds + length.components.seconds * 1000 > end.milliseconds { return }
                pass(length)
            }
        }

        func times(of job: Housekeeping.Job) -> [String] {
            log.filter { $0.job == job }.map(\.now.description)
        }

        var daily: [Housekeeping.Job] {
            log.map(\.job).filter { $0 != .watchDisk && $0 != .sweepCache }
        }
    }

    @Test("watches the disk every minute and sweeps the cache every five") func intervals() {
        var house = House(at: "2025-01-10T12:00:00Z")
        house.run(until: "2025-01-10T13:00:00Z")
        #expect(house.times(of: .watchDisk).count == 61)
        #expect(house.times(of: .sweepCache).count == 12)
        #expect(house.times(of: .watchDisk)[1] == "2025-01-10T12:01:00.000Z")
        #expect(house.times(of: .sweepCache)[0] == "2025-01-10T12:05:00.000Z")
        #expect(house.daily == [])
    }

    @Test("gives out once what was missed asleep") func asleep() {
        var house = House(at: "2025-01-10T12:00:00Z")
        house.ask()
        house.pass(.seconds(3600))
        house.ask()
        house.ask()
        #expect(house.log.map(\.job) == [.watchDisk, .watchDisk, .sweepCache])
    }

    @Test("takes the sweep's interval from the configuration") func sweepInterval() {
        var house = House(at: "2025-01-10T12:00:00Z") { $0.cacheCleanupInterval = .seconds(600) }
        house.run(until: "2025-01-10T13:00:00Z")
        #expect(house.times(of: .sweepCache).count == 6)
    }

    @Test("backs up, then removes, then cleans, at 02:00 of the site") func order() {
        var house = House(at: "2025-01-10T12:00:00Z") { $0.backupDirectory = "/backup" }
        house.run(until: "2025-01-12T12:00:00Z")
        let removal = Timestamp("2025-01-12T01:00:00Z")!
        #expect(
            house.daily == [
                .backUp, .announceRetention(removalAt: removal), .removeOrphans,
                .backUp, .removeExpired, .removeOrphans,
            ])
        #expect(
            house.times(of: .backUp) == [
                "2025-01-11T01:00:00.000Z", "2025-01-12T01:00:00.000Z",
            ])
    }

    @Test("runs once on the days of both clock changes") func clockChanges() {
        var spring = House(at: "2025-03-28T12:00:00Z")
        spring.run(until: "2025-03-31T12:00:00Z")
        #expect(
            spring.times(of: .removeOrphans) == [
                "2025-03-29T01:00:00.000Z", "2025-03-30T01:00:00.000Z", "2025-03-31T00:00:00.000Z",
            ])
        var autumn = House(at: "2025-10-24T12:00:00Z")
        autumn.run(until: "2025-10-27T12:00:00Z")
        #expect(
            autumn.times(of: .removeOrphans) == [
                "2025-10-25T00:00:00.000Z", "2025-10-26T00:00:00.000Z", "2025-10-27T01:00:00.000Z",
            ])
    }

    @Test("removes on the morrow of the announcement also where that day has 23 hours")
    func shortDay() {
        var house = House(at: "2025-03-30T00:00:00Z")
        house.run(until: "2025-03-31T12:00:00Z")
        #expect(house.times(of: .removeExpired) == ["2025-03-31T00:00:00.000Z"])
    }

    @Test("makes up once at start for a 02:00 that was missed, however many there were")
    func missed() {
        let state = Housekeeping.State(lastMaintenance: Timestamp("2025-01-05T01:00:00Z")!)
        var house = House(at: "2025-01-10T12:00:00Z", state: state)
        house.run(until: "2025-01-11T12:00:00Z")
        #expect(
            house.times(of: .removeOrphans) == [
                "2025-01-10T12:00:00.000Z", "2025-01-11T01:00:00.000Z",
            ])
        // Announced at noon: the next 02:00 is less than a day away, so it is the one after.
        #expect(house.times(of: .removeExpired) == [])
        house.run(until: "2025-01-12T12:00:00Z")
        #expect(house.times(of: .removeExpired) == ["2025-01-12T01:00:00.000Z"])
    }

    @Test("does not run again after a restart on the same day, nor at the start of a new store")
    func restart() {
        let state = Housekeeping.State(lastMaintenance: Timestamp("2025-01-10T01:00:00Z")!)
        var house = House(at: "2025-01-10T12:00:00Z", state: state)
        house.ask()
        #expect(house.daily == [])
        var new = House(at: "2025-01-10T12:00:00Z")
        new.ask()
        #expect(new.daily == [])
        #expect(new.housekeeping.nextMaintenance == Timestamp("2025-01-11T01:00:00Z")!)
    }

    @Test("gives out again what was cut short before the state was stored") func cutShort() {
        let state = Housekeeping.State(lastMaintenance: Timestamp("2025-01-10T01:00:00Z")!)
        for _ in 0..<2 {
            var house = House(at: "2025-01-11T01:00:00Z", state: state)
            house.ask()
            #expect(house.daily.last == .removeOrphans)
        }
    }

    @Test("announces before the first removal alone, and keeps that over a restart")
    func announced() {
        var house = House(at: "2025-01-10T12:00:00Z")
        house.run(until: "2025-01-11T12:00:00Z")
        let state = house.housekeeping.state
        #expect(state.announcement?.policy == RetentionPolicy(days: 1095))
        var restarted = House(at: "2025-01-11T12:00:01Z", state: state)
        restarted.run(until: "2025-01-14T12:00:00Z")
        #expect(
            restarted.daily == [
                .removeExpired, .removeOrphans, .removeExpired, .removeOrphans, .removeExpired,
                .removeOrphans,
            ])
    }

    @Test("asks each day until there is something to announce") func nothingExpired() {
        var house = House(at: "2025-01-10T12:00:00Z")
        house.hasExpired = false
        house.run(until: "2025-01-13T12:00:00Z")
        #expect(!house.daily.contains(.removeExpired))
        #expect(house.daily.count == 6)
        house.hasExpired = true
        house.run(until: "2025-01-15T12:00:00Z")
        #expect(house.times(of: .removeExpired) == ["2025-01-15T01:00:00.000Z"])
    }

    @Test("announces anew where the policy has changed") func policyChanged() {
        var house = House(at: "2025-01-10T12:00:00Z")
        house.run(until: "2025-01-12T12:00:00Z")
        var shorter = House(at: "2025-01-12T12:00:00Z", state: house.housekeeping.state) {
            $0.dataRetentionDays = 30
        }
        shorter.run(until: "2025-01-14T12:00:00Z")
        #expect(shorter.times(of: .removeExpired) == ["2025-01-14T01:00:00.000Z"])
    }

    @Test("removes nothing where all is kept or removal is off") func keepsAll() {
        for set: (inout Configuration) -> Void in [
            { $0.dataRetentionDays = nil }, { $0.partitionCleanupEnabled = false },
        ] {
            var house = House(at: "2025-01-10T12:00:00Z", set)
            house.run(until: "2025-01-13T12:00:00Z")
            #expect(Set(house.daily) == [.removeOrphans])
        }
        var bytes = House(at: "2025-01-10T12:00:00Z") {
            $0.dataRetentionDays = nil
            $0.retentionByteCount = 1 << 30
        }
        bytes.run(until: "2025-01-12T12:00:00Z")
        #expect(bytes.daily.contains(.removeExpired))
    }

    @Test("removes nothing at once where the clock has jumped ahead by years") func clockJump() {
        var house = House(at: "2025-01-10T12:00:00Z")
        house.run(until: "2025-01-15T12:00:00Z")
        #expect(house.times(of: .removeExpired).count == 4)
        house.now = Timestamp("2035-01-15T12:00:00Z")!
        house.run(until: "2035-01-15T13:00:00Z")
        #expect(house.times(of: .removeExpired).count == 4)
        // It is announced, a day before; and withdrawn once the clock is right again.
        house.now = Timestamp("2025-01-15T13:00:00Z")!
        house.run(until: "2025-01-16T00:30:00Z")
        #expect(house.times(of: .removeExpired).count == 4)
        // A machine that was off for years has its day too.
        house.now = Timestamp("2028-01-16T00:30:00Z")!
        house.run(until: "2028-01-16T12:00:00Z")
        #expect(house.times(of: .removeExpired).count == 4)
        house.run(until: "2028-01-18T12:00:00Z")
        #expect(house.times(of: .removeExpired).count > 4)
    }

    @Test("stands a clock that was years ahead, and one set back over 02:00") func clockSet() {
        let state = Housekeeping.State(
            lastMaintenance: Timestamp("2031-01-01T00:00:00Z")!,
            announcement: .init(
                removalAt: Timestamp("2031-01-02T00:00:00Z")!, policy: RetentionPolicy(days: 1095)))
        var house = House(at: "2025-01-10T12:00:00Z", state: state)
        house.run(until: "2025-01-11T12:00:00Z")
        #expect(house.times(of: .removeOrphans) == ["2025-01-11T01:00:00.000Z"])
        #expect(!house.daily.contains(.removeExpired))

        var back = House(at: "2025-01-11T00:59:00Z")
        back.run(until: "2025-01-11T01:00:30Z")
        back.now = Timestamp("2025-01-11T00:59:30Z")!
        back.run(until: "2025-01-11T01:30:00Z")
        #expect(back.times(of: .removeOrphans).count == 1)
    }

    @Test("notices within a minute that the clock was set forward over 02:00") func setForward() {
        var house = House(at: "2025-01-10T20:00:00Z")
        house.ask()
        house.now = Timestamp("2025-01-11T01:30:00Z")!
        house.run(until: "2025-01-11T01:32:00Z")
        #expect(house.times(of: .removeOrphans).count == 1)
    }
}
