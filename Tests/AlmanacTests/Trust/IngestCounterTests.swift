import Almanac
import AlmanacSimulation
import TestSupport
import Testing

@Suite("Counts of a quality report") struct IngestCounterTests {
    private let bench = ManagerBench(at: "2026-01-03T00:00Z")
    private let day = TimeRange("2026-01-01", "2026-01-02")

    private func hours(_ point: PointAddress, _ hours: some Sequence<Int>) -> [PointSample] {
        hours.map { hour in
            PointSample(
                point: point, value: Double(hour),
                at: Timestamp(milliseconds: day.from.milliseconds + Int64(hour) * 3_600_000))
        }
    }

    /// A log of hours with duplicates, replacements, late ones, times of a wrong clock, values out of
    /// range and a stall, all of them counted by hand.
    private func plant(_ manager: DataManager) async throws {
        let log = try await manager.upsert(
            TrendLog(deviceID: 1201, trendLogName: "Hours", interval: .seconds(3600)))
        try await manager.replaceItems(
            of: log.id!,
            with: [
                TrendLogItem(trendLogID: log.id!, point: bench.supply, pointOrder: 0),
                TrendLogItem(trendLogID: log.id!, point: bench.fan, pointOrder: 1),
            ])
        try await manager.setProfile(PointProfile(low: 0, high: 17), of: bench.supply)
        // Two late ones, and a stall: nothing behind 18:00.
        try await manager.store(hours(bench.supply, 0..<4) + hours(bench.supply, 6..<19))
        try await manager.store(hours(bench.supply, 4..<6))
        try await manager.store(hours(bench.supply, 0..<3))
        var other = hours(bench.supply, 3..<5)
        for index in other.indices { other[index].value = -1 }
        try await manager.store(other)
        try await manager.store([
            PointSample(bench.supply, 1, "1999-12-31"), PointSample(bench.supply, 1, "2031-01-01"),
            PointSample(bench.fan, 1, "2031-01-01"),
        ])
        try await manager.store(hours(bench.fan, 0..<24) + hours(bench.fan, 0..<1))
        try await manager.record(
            Event(
                at: Timestamp("2026-01-01T10:00Z")!, .warning, kind: "clock_jump", subject: "1201",
                "x"))
    }

    private func check(_ manager: DataManager) throws {
        let report = try manager.qualityReport(of: bench.supply, in: day)
        #expect(
            report.counters
                == IngestCounters(
                    duplicates: 3, replaced: 2, late: 2, quarantined: 0, clockJumps: 1))
        #expect(report.isStalled && report.outOfRangeCount == 3)
        #expect(report.gaps.count == 1 && report.coverage.coveredTickCount == 19)
        // Quarantined ones are found when they came: two days later.
        let later = TimeRange("2026-01-03", "2026-01-04")
        #expect(try manager.qualityReport(of: bench.supply, in: later).counters.quarantined == 2)
        let device = try manager.qualityReport(of: 1201, in: day)
        #expect(device.points.map(\.point) == [bench.fan, bench.supply])
        #expect(device.counters.duplicates == 4 && device.counters.late == 2)
        #expect(device.stalledCount == 1 && device.outOfRangeCount == 3)
        #expect(try manager.qualityReport(of: 1202, in: day).counters == IngestCounters())
    }

    @Test("finds what was planted, at once, from the journal, and after a restart")
    func planted() async throws {
        try await awaitingTemporaryFolder { folder in
            let manager = try bench.open(folder + "/s")
            bench.time.setWall(by: .seconds(-3 * 86_400))
            try await bench.define(in: manager)
            bench.time.setWall(by: .seconds(3 * 86_400))
            try await plant(manager)
            try check(manager)
            try await manager.flush()
            try check(manager)
            await manager.close()
            let again = try bench.open(folder + "/s")
            try check(again)
            let reader = try DataManager.open(
                at: folder + "/s", mode: .readOnly, in: bench.surroundings)
            try check(reader)
            await again.close()
        }
    }

    @Test("writes one entry a minute at most, however often a sample comes again")
    func bounded() async throws {
        try await bench.filled { manager, _ in
            let samples = hours(bench.supply, 0..<1)
            for second in 0..<600 {
                try await manager.store(samples)
                if second % 3 == 0 {
                    try await manager.store([PointSample(bench.supply, 1, "2031-01-01")])
                }
                bench.time.advance(by: .seconds(1))
            }
            for kind in ["ingest", "clock_rejected"] {
                #expect((8...10).contains(try manager.events(in: .all, kind: kind).count))
            }
            let report = try manager.qualityReport(
                of: bench.supply, in: TimeRange("2026-01-01", "2026-01-04"))
            #expect(report.counters.duplicates == 599 && report.counters.quarantined == 200)
        }
    }

    @Test("gives the gap where values were no numbers its reason, up to the next value")
    func notANumber() async throws {
        try await bench.filled { manager, _ in
            let log = try await manager.upsert(
                TrendLog(deviceID: 1201, trendLogName: "Hours", interval: .seconds(3600)))
            try await manager.replaceItems(
                of: log.id!,
                with: [TrendLogItem(trendLogID: log.id!, point: bench.supply, pointOrder: 0)])
            var samples = hours(bench.supply, 0..<24)
            for hour in 5..<12 { samples[hour].value = .nan }
            samples[20].value = .infinity
            for sample in samples { try await manager.store([sample, hours(bench.fan, 0..<1)[0]]) }
            try await manager.flush()
            let range = TimeRange(from: samples[5].timestamp, to: samples[12].timestamp)!
            let recorded = try manager.recordedGaps(of: bench.supply, in: day)
            #expect(
                recorded.map(\.range) == [
                    range,
                    TimeRange(from: samples[20].timestamp, to: samples[21].timestamp)!,
                ])
            #expect(recorded.allSatisfy { $0.reason == .notANumber })
            // One hour alone is no gap of a point that is polled every hour.
            let gaps = try manager.gaps(of: bench.supply, in: day)
            #expect(gaps == [Gap(point: bench.supply, range: range, reason: .notANumber)])
            #expect(try manager.recordedGaps(of: bench.fan, in: day).isEmpty)
        }
    }

    /// What is written meanwhile ended a miss that went on: the rest of it was known to nobody.
    @Test("goes on with a gap of values that are no numbers, however often it is written")
    func writtenMiss() async throws {
        try await bench.filled { manager, _ in
            try await manager.setProfile(PointProfile(historyMode: .changeOfValue), of: bench.fan)
            var samples = hours(bench.fan, 0..<6)
            for hour in 2..<4 { samples[hour].value = .nan }
            for sample in samples[..<5] {
                try await manager.store([sample])
                try await manager.flush()
                try await manager.flush()
            }
            let range = TimeRange(from: samples[2].timestamp, to: samples[4].timestamp)!
            #expect(
                try manager.gaps(of: bench.fan, in: day)
                    == [Gap(point: bench.fan, range: range, reason: .notANumber)])
            let duty = try manager.duty(
                of: bench.fan, in: TimeRange(from: day.from, to: samples[5].timestamp)!)
            #expect(duty.coveredTime == .seconds(3 * 3600))
        }
    }

    /// Values that were filled in later closed a miss over the good samples that stood behind it.
    @Test("keeps a value that is no number and older than good ones to its own time")
    func olderMiss() async throws {
        try await bench.filled { manager, _ in
            try await manager.store(hours(bench.supply, 4..<11))
            var late = hours(bench.supply, 3..<4)
            late[0].value = .nan
            try await manager.store(late)
            try await manager.store(hours(bench.supply, 11..<12))
            // The newest first, in one batch.
            var batch = Array(hours(bench.fan, 0..<5).reversed())
            batch[3].value = .nan
            try await manager.store(batch)
            // A second answer, to a tick that has its value.
            var second = hours(bench.supply, 11..<12)
            second[0].value = .nan
            try await manager.store(second)
            try await manager.store(hours(bench.supply, 12..<13) + hours(bench.fan, 5..<6))
            try await manager.flush()
            for (point, miss) in [(bench.supply, late[0]), (bench.fan, batch[3])] {
                let moment = TimeRange(
                    from: miss.timestamp, to: Timestamp(rawValue: miss.timestamp.rawValue + 1))!
                #expect(
                    try manager.recordedGaps(of: point, in: day)
                        == [Gap(point: point, range: moment, reason: .notANumber)])
            }
        }
    }

    @Test("keeps a large batch apart by point and day, in entries of bounded size")
    func large() async throws {
        try await bench.filled { manager, _ in
            let samples = (0..<1000).map { day in
                PointSample(
                    point: bench.supply, value: 1,
                    at: Timestamp(
                        milliseconds: Timestamp("2022-01-01")!.milliseconds + Int64(day)
                            * 86_400_000))
            }
            try await manager.store(samples)
            try await manager.store(samples)
            #expect(try manager.events(in: .all, kind: "ingest").count == 3)
            let month = TimeRange("2022-02-01", "2022-03-01")
            #expect(
                try manager.qualityReport(of: bench.supply, in: month).counters.duplicates == 28)
        }
    }
}
