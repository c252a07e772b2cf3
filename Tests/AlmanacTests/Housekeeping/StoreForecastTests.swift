import Almanac
import AlmanacSimulation
import TestSupport
import Testing

@Suite("Forecast of a store") struct StoreForecastTests {
    private let bench = ManagerBench(at: "2025-01-01T00:10Z")

    /// Three days of quarter hours of three points, in doubles that take the more space the fewer samples
    /// there are: beside a few hundred bytes a day, the pages of a file would be all that grows.
    private func threeDays(_ random: inout SplitMix64) -> [PointSample] {
        let start = bench.time.now.milliseconds / 86_400_000 * 86_400_000
        var samples: [PointSample] = []
        for tick in 0..<288 {
            for point in [bench.supply, bench.fan, bench.other] {
                samples.append(
                    PointSample(
                        point: point, value: Double.random(in: 15...25, using: &random),
                        at: Timestamp(milliseconds: start + Int64(tick) * 900_000)))
            }
        }
        return samples
    }

    @Test(
        "tells within a tenth how a real store grows in the year to come, and when its disk fills")
    func year() async throws {
        try await awaitingTemporaryFolder { folder in
            var manager = try bench.open(folder + "/s")
            try await bench.define(in: manager)
            var keeper = try Housekeeper(manager)
            var random = SplitMix64(seed: 11)
            var forecasts: [(day: Int, forecast: DiskForecast)] = []
            var sizes: [Int: Int] = [:]
            for number in stride(from: 0, to: 120 + 372, by: 3) {
                try await manager.store(threeDays(&random), durability: .os)
                // Six days are flushed at a time, and each twenty-four the year is put in order.
                if number % 6 == 3 { try await manager.flush() }
                if number % 24 == 21 { try await manager.compact() }
                await keeper.doWhatIsDue()
                sizes[number] = manager.health().databaseByteCount
                if number == 60 {
                    // What was measured is there after a restart.
                    await manager.close()
                    manager = try bench.open(folder + "/s")
                    keeper = try Housekeeper(manager)
                }
                if number == 117 {
                    // The disk has the room that the year will take; how much, nobody knows yet.
                    bench.setDisk(available: 1_000_000)
                    forecasts.append((number, try #require(try manager.forecast())))
                }
                bench.time.advance(by: .seconds(3 * 86_400))
            }
            let (today, forecast) = try #require(forecasts.first)
            let perDay = Double(sizes[today + 372]! - sizes[today]!) / 372
            #expect(
                abs(forecast.bytesPerDay - perDay) < perDay / 10,
                "\(forecast.bytesPerDay) foretold, \(perDay) came")
            let perPoint = try #require(forecast.bytesPerDayAndPoint)
            #expect(abs(perPoint - perDay / 3) < perDay / 30)
            let days = 1_000_000 / perDay
            let fullAt = try #require(forecast.diskFullAt)
            let told =
                Double(fullAt.milliseconds - Timestamp("2025-01-01")!.milliseconds) / 86_400_000
                - Double(today)
            #expect(abs(told - days) < days / 10, "\(told) days foretold, \(days) came")
            await manager.close()
        }
    }

    @Test("tells from the samples' span before it has measured, and nothing of less than a day")
    func imported() async throws {
        try await bench.filled { manager, _ in
            #expect(try manager.forecast() == nil)
            var random = SplitMix64(seed: 12)
            for _ in 0..<50 {
                try await manager.store(threeDays(&random), durability: .os)
                bench.time.advance(by: .seconds(3 * 86_400))
            }
            try await manager.flush()
            let forecast = try #require(try manager.forecast())
            let expected = Double(try #require(manager.health().databaseByteCount)) / 150
            #expect(abs(forecast.bytesPerDay - expected) < expected / 50)
        }
    }
}
