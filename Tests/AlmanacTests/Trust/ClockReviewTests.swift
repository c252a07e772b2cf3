import Almanac
import AlmanacSimulation
import TestSupport
import Testing

/// One sample of 2099 turned every point of a store red and the forecast to nothing; with a clock of
/// 1970 a store was good without a sample looked at.
@Suite("ClockReview") struct ClockReviewTests {
    private let bench = ManagerBench(at: "2026-03-01T12:00Z")
    private static let day = Duration.seconds(86_400)

    /// An hourly sample of each point for some days up to a time.
    private func store(
        _ points: [PointAddress], days: Int = 10, upTo end: Timestamp, in manager: DataManager
    ) async throws {
        try await manager.store(
            points.flatMap { point in
                (0..<days * 24).map { hour in
                    PointSample(
                        point: point, value: Double(hour % 9), at: end - .seconds(hour * 3600))
                }
            })
    }

    private var points: [PointAddress] { [bench.supply, bench.fan, bench.other] }

    /// A store in which one point has samples of 2099, as an import may bring them.
    private func withStrays(
        _ times: [String], _ body: (DataManager) async throws -> Void
    ) async throws {
        try await awaitingTemporaryFolder { folder in
            let wide = try bench.open(folder + "/s") {
                $0.clockFutureLimit = .seconds(100 * 365 * 86_400)
            }
            try await bench.define(in: wide)
            try await store(points, upTo: bench.time.now, in: wide)
            try await wide.store(times.map { PointSample(bench.supply, 1, $0) })
            await wide.close()
            let manager = try bench.open(folder + "/s")
            try await body(manager)
            await manager.close()
        }
    }

    @Test("finds samples in the future, which cost their own point its good level and no other")
    func strays() async throws {
        try await withStrays(["2099-12-31", "2099-12-30"]) { manager in
            let review = try manager.clockReview()
            #expect(!review.isClockBehind && review.newestTime == bench.time.now)
            let found = try #require(review.futureSamples.first)
            #expect(review.futureSamples.count == 1 && found.point == bench.supply)
            #expect(found.count == 2 && found.firstTime == Timestamp("2099-12-30"))
            #expect(found.lastTime == Timestamp("2099-12-31"))
            let own = try manager.qualityReport(of: bench.supply, in: .all)
            #expect(own.futureCount == 2 && own.level == .warning && own.gaps.isEmpty)
            #expect(own.coverage.fraction == 1)
            let other = try manager.qualityReport(of: bench.other, in: .all)
            #expect(other.futureCount == 0 && other.level == .good)
            let past = TimeRange(from: bench.time.now - ClockReviewTests.day, to: bench.time.now)!
            #expect(try manager.qualityReport(of: bench.supply, in: past).level == .good)
            #expect(try manager.qualityReport(of: 1201, in: .all).futurePointCount == 1)
            let health = manager.health()
            #expect(health.futurePointCount == 1 && !health.isClockBehind)
        }
    }

    @Test("keeps samples in the future out of the forecast")
    func forecast() async throws {
        var rates: [Double] = []
        for times in [[], ["2099-12-31"]] {
            try await withStrays(times) { manager in
                rates.append(try #require(try manager.forecast()).bytesPerDay)
            }
        }
        // A file more for the other year; spread over decades it would be a thousandth.
        #expect(rates[1] > rates[0] / 4 && rates[1] < rates[0] * 4, "\(rates)")
    }

    @Test("removes samples in the future, after a dry run, with an audit entry and no gap")
    func removal() async throws {
        try await withStrays(["2099-12-31", "2026-12-31"]) { manager in
            let before = manager.snapshot().sampleCount
            #expect(try await manager.removeFutureSamples(dryRun: true).samples == 2)
            #expect(try await manager.removeFutureSamples(of: [bench.other]).samples == 0)
            #expect(manager.snapshot().sampleCount == before)
            #expect(try await manager.removeFutureSamples().samples == 2)
            #expect(manager.snapshot().sampleCount == before - 2)
            #expect(try manager.clockReview().futureSamples.isEmpty)
            let audit = try manager.audit(in: .all).filter { $0.operation == "removeFutureSamples" }
            #expect(audit.map(\.point) == [bench.supply])
            #expect(try manager.recordedGaps(of: bench.supply, in: .all).isEmpty)
            #expect(try manager.qualityReport(of: bench.supply, in: .all).level == .good)
        }
    }

    @Test(
        "tells a clock that is behind from samples that are ahead", arguments: [-20_000, -90, -5])
    func behind(days: Int) async throws {
        try await bench.filled { manager, _ in
            let end = bench.time.now
            try await store(points, days: 200, upTo: end, in: manager)
            var keeper = try Housekeeper(manager)
            await keeper.doWhatIsDue()
            bench.time.setWall(by: ClockReviewTests.day * days)
            bench.time.advance(by: .seconds(60))
            let review = try manager.clockReview()
            #expect(review.isClockBehind && review.present == end && review.newestTime == end)
            for point in points {
                let report = try manager.qualityReport(of: point, in: .all)
                #expect(report.level > .good && report.futureCount > 0)
            }
            #expect(manager.health().isClockBehind)
            await keeper.doWhatIsDue()
            bench.time.advance(by: .seconds(60))
            await keeper.doWhatIsDue()
            #expect(try manager.events(in: .all, kind: "clock_behind").count == 1)
            let before = manager.snapshot().sampleCount
            await #expect(throws: HistoryError.self) { try await manager.removeFutureSamples() }
            try await manager.removeExpiredData()
            #expect(manager.snapshot().sampleCount == before)
        }
    }

    @Test("goes by most points, and by where their samples follow one another")
    func majority() async throws {
        try await awaitingTemporaryFolder { folder in
            let wide = try bench.open(folder + "/s") {
                $0.clockFutureLimit = .seconds(100 * 365 * 86_400)
            }
            try await bench.define(in: wide)
            let end = bench.time.now
            // One of three points has a device clock that is two weeks ahead.
            try await store(
                [bench.supply], days: 40, upTo: end + ClockReviewTests.day * 14, in: wide)
            try await store([bench.fan, bench.other], upTo: end, in: wide)
            #expect(try wide.snapshot().clockReview(at: end).isClockBehind == false)
            // A single sample of 2099 is not where the data end, if the clock is behind.
            try await wide.store([PointSample(bench.other, 1, "2099-12-31")])
            let behind = try wide.snapshot().clockReview(at: Timestamp("1970-01-02")!)
            #expect(behind.isClockBehind)
            #expect(behind.present == end + ClockReviewTests.day * 14)
            #expect(
                try wide.snapshot().clockReview(at: Timestamp("2100-01-01")!).futureSamples == [])
            await wide.close()
        }
    }

    @Test("of an empty store finds nothing, and takes the ends of time") func extremes()
        async throws
    {
        try await bench.filled { manager, _ in
            for time in [Timestamp(rawValue: .min), bench.time.now, Timestamp(rawValue: .max)] {
                let review = try manager.snapshot().clockReview(at: time)
                #expect(review.newestTime == nil && !review.isClockBehind)
            }
            try await store([bench.supply], upTo: bench.time.now, in: manager)
            #expect(
                try manager.snapshot().clockReview(at: Timestamp(rawValue: .min)).isClockBehind)
            #expect(
                try !manager.snapshot().clockReview(at: Timestamp(rawValue: .max)).isClockBehind)
        }
    }
}
