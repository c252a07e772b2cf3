import Almanac
import TestSupport
import Testing

@Suite("DiskForecast") struct DiskForecastTests {
    /// A store over time: what days add, and the housekeeping of its files on top.
    private struct SimulatedStore {
        var settled = 50_000_000.0
        /// Grows until it is flushed at 8 MB into a third of its size.
        var log = 0.0
        /// What was flushed and waits for the merge on the first of a month, which gains a tenth.
        var unmerged = 0.0

        var byteCount: Int { Int(settled + log + unmerged) }

        /// - Parameter bytes: of the log.
        mutating func pass(_ day: Int, bytes: Double) {
            log += bytes
            if log >= 8_000_000 {
                unmerged += log / 3
                log = 0
            }
            if day % 30 == 0 {
                settled += unmerged * 0.9
                unmerged = 0
            }
        }
    }

    private let start = Timestamp("2025-01-01T00:00:00Z")!

    private func time(_ day: Int) -> Timestamp {
        Timestamp(milliseconds: start.milliseconds + Int64(day) * 86_400_000)
    }

    /// Sizes at the end of each day of two years, with busy weekdays and noise.
    private func simulatedSizes(seed: UInt64) -> [Int] {
        var random = SplitMix64(seed: seed)
        var store = SimulatedStore()
        return (0..<730).map { day in
            let weekly = day % 7 < 5 ? 1.1 : 0.75
            let noise = Double.random(in: 0.8...1.2, using: &random)
            store.pass(day, bytes: 3_000_000 * weekly * noise)
            return store.byteCount
        }
    }

    @Test(
        "tells within a tenth how a simulated year goes on, and when the disk fills",
        arguments: 1...8 as ClosedRange<UInt64>)
    func year(seed: UInt64) throws {
        let sizes = simulatedSizes(seed: seed)
        for today in [120, 200, 364] {
            var history = DiskHistory()
            for day in 0...today {
                history.add(.init(time: time(day), byteCount: sizes[day]))
            }
            #expect(history.measurements.count <= 181)
            // The year to come, as it will be.
            let full = sizes[today + 365]
            let grown = full - sizes[today]
            let forecast = try #require(
                history.forecast(pointCount: 200, availableByteCount: grown))
            let perDay = Double(grown) / 365
            #expect(abs(forecast.bytesPerDay - perDay) < perDay / 10, "seed \(seed), day \(today)")
            let perPoint = try #require(forecast.bytesPerDayAndPoint)
            #expect(abs(perPoint - perDay / 200) < perDay / 2000)
            let fullAt = try #require(forecast.diskFullAt)
            let days = Double(fullAt.milliseconds - time(today).milliseconds) / 86_400_000
            #expect(abs(days - 365) < 36.5, "seed \(seed), day \(today): \(days)")
        }
    }

    @Test("is exact where the store grows evenly") func even() throws {
        let history = DiskHistory(
            (0..<30).map { .init(time: time($0), byteCount: 1000 + $0 * 500) })
        let forecast = try #require(history.forecast(pointCount: 10, availableByteCount: 5000))
        #expect(forecast.bytesPerDay == 500)
        #expect(forecast.bytesPerDayAndPoint == 50)
        #expect(forecast.diskFullAt == time(39))
    }

    @Test("is moved little by one import and by one removal") func steps() throws {
        var sizes = (0..<90).map { 1_000_000 + $0 * 1000 }
        for day in 80..<90 { sizes[day] += 5_000_000 }
        let history = DiskHistory(
            sizes.enumerated().map { .init(time: time($0.offset), byteCount: $0.element) })
        let forecast = try #require(history.forecast(pointCount: 1, availableByteCount: 0))
        #expect(abs(forecast.bytesPerDay - 1000) < 100)
        #expect(forecast.diskFullAt == time(89))
    }

    @Test("follows points added in the last quarter") func added() throws {
        var size = 0
        var history = DiskHistory()
        for day in 0..<365 {
            size += day < 250 ? 1000 : 3000
            history.add(.init(time: time(day), byteCount: size))
        }
        let forecast = try #require(history.forecast(pointCount: 1, availableByteCount: 1))
        #expect(abs(forecast.bytesPerDay - 3000) < 300)
    }

    @Test("tells nothing from less than a day, and no day where nothing grows") func none() throws {
        var history = DiskHistory()
        #expect(history.forecast(pointCount: 1, availableByteCount: 1) == nil)
        history.add(.init(time: start, byteCount: 100))
        history.add(
            .init(
                time: Timestamp(milliseconds: start.milliseconds + 80_000_000), byteCount: 200))
        #expect(history.forecast(pointCount: 1, availableByteCount: 1) == nil)
        let still = DiskHistory((0..<9).map { .init(time: time($0), byteCount: 100) })
        let forecast = try #require(still.forecast(pointCount: 0, availableByteCount: 1))
        #expect(forecast.bytesPerDay == 0)
        #expect(forecast.bytesPerDayAndPoint == nil)
        #expect(forecast.diskFullAt == nil)
        let shrinking = DiskHistory((0..<9).map { .init(time: time($0), byteCount: 100 - $0) })
        #expect(
            try #require(
                shrinking.forecast(pointCount: 1, availableByteCount: 1)
            ).diskFullAt == nil)
        let slow = DiskHistory((0..<9).map { .init(time: time($0), byteCount: $0) })
        #expect(
            try #require(
                slow.forecast(pointCount: 1, availableByteCount: .max)
            ).diskFullAt == nil)
    }

    @Test("keeps few measurements, ascending, also when the clock is set back") func bounded() {
        var history = DiskHistory()
        for minute in 0..<400 * 1440 where minute % 30 == 0 {
            history.add(
                .init(
                    time: Timestamp(milliseconds: start.milliseconds + Int64(minute) * 60_000),
                    byteCount: minute))
        }
        #expect(history.measurements.count == 181)
        history.add(.init(time: time(350), byteCount: 1))
        #expect(history.measurements.last?.time == time(350))
        #expect(history.measurements.map(\.time) == history.measurements.map(\.time).sorted())
    }

    @Test("reads the space of a disk") func space() throws {
        let space = try DiskSpace.ofDisk(holding: "/")
        #expect(space.totalByteCount > 0)
        let fraction = try #require(space.usedFraction)
        #expect(fraction > 0 && fraction <= 1)
        #expect(throws: HistoryError.self) { try DiskSpace.ofDisk(holding: "/no/such/folder") }
        #expect(DiskSpace(totalByteCount: 100, availableByteCount: 15).usedFraction == 0.85)
        #expect(DiskSpace(totalByteCount: 0, availableByteCount: 0).usedFraction == nil)
    }
}
