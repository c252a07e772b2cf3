import Almanac
import Testing
import TimeSeriesModel

@testable import almanac

@Suite("ValueScale") struct ValueScaleTests {
    @Test("ends on round values and labels them alike") func round() {
        let scale = ValueScale(from: -3.7, to: 26.3, tickCount: 4)
        #expect(scale.low == -10 && scale.high == 30)
        #expect(scale.ticks.map(\.label) == ["-10", "0", "10", "20", "30"])
        #expect(
            ValueScale(from: 0.11, to: 0.34, tickCount: 5).ticks.map(\.label)
                == ["0.10", "0.15", "0.20", "0.25", "0.30", "0.35"])
        #expect(scale.position(of: 10) == 0.5 && scale.position(of: 99) == 1)
    }

    @Test("has room around a line that does not move") func flat() {
        let scale = ValueScale(from: 21, to: 21, tickCount: 4)
        #expect(scale.low < 21 && scale.high > 21)
        #expect(ValueScale(from: 0, to: 0, tickCount: 4).ticks.contains { $0.value == 0 })
    }

    @Test(
        "stands any doubles",
        arguments: [
            (-1.7e308, 1.7e308), (.greatestFiniteMagnitude, .greatestFiniteMagnitude),
            (Double.leastNonzeroMagnitude, Double.leastNonzeroMagnitude * 2),
            (1e15, 1e15 + 0.5), (-0.0, 0.0),
            (1e-9, 2e-9), (9.007e15, 9.008e15), (1, 1.0000000000000002),
        ])
    func extremes(low: Double, high: Double) {
        let scale = ValueScale(from: low, to: high, tickCount: 5)
        #expect(!scale.ticks.isEmpty && scale.ticks.count < 20)
        #expect(scale.low <= low && high <= scale.high)
        #expect(scale.low.isFinite && scale.high.isFinite)
        #expect(scale.ticks.allSatisfy { $0.value.isFinite && !$0.label.contains("inf") })
        let positions = [scale.position(of: low), scale.position(of: high)]
        #expect(positions.allSatisfy { (0...1).contains($0) })
        #expect(low == high || positions[0] < positions[1])
    }
}

@Suite("TimeScale") struct TimeScaleTests {
    private func scale(_ from: String, _ to: String, _ zone: String = "utc") throws -> TimeScale {
        let zone = try TimeZoneRules.named(zone)
        return TimeScale(
            range: TimeRange(
                from: MomentText.moment(from, in: zone, now: Timestamp(milliseconds: 0))!,
                to: MomentText.moment(to, in: zone, now: Timestamp(milliseconds: 0))!)!,
            zone: zone)
    }

    private func labels(_ scale: TimeScale, _ countMax: Int = 8) -> [String] {
        scale.ticks(countMax: countMax).map(\.label)
    }

    @Test("labels hours, days, months and years as the range asks") func labels() throws {
        #expect(
            labels(try scale("2025-03-01", "2025-03-02")) == [
                "Mar 1", "03:00", "06:00", "09:00", "12:00", "15:00", "18:00", "21:00",
            ])
        #expect(
            labels(try scale("2025-03-01", "2025-03-05")) == [
                "Mar 1", "12:00", "Mar 2", "12:00", "Mar 3", "12:00", "Mar 4", "12:00",
            ])
        #expect(
            labels(try scale("2024-11", "2025-05")) == ["Nov", "Dec", "2025", "Feb", "Mar", "Apr"])
        #expect(
            labels(try scale("2018", "2025")) == [
                "2018", "2019", "2020", "2021", "2022", "2023", "2024",
            ])
        #expect(
            labels(try scale("2025-03-01 08:00", "2025-03-01 08:01"), 4)
                == ["08:00:00", "08:00:15", "08:00:30", "08:00:45"])
        #expect(
            labels(try scale("1735689600000", "1735689600300"), 3) == [
                "Jan 1", "00:00:00.100", "00:00:00.200",
            ])
    }

    @Test("counts hours by the clock of the zone, also where it changes") func zones() throws {
        let spring = try scale("2025-03-30", "2025-03-31", "Europe/Zurich")
        #expect(
            labels(spring) == [
                "Mar 30", "03:00", "06:00", "09:00", "12:00", "15:00", "18:00", "21:00",
            ])
        #expect(spring.title == "2025-03-30 00:00 to 2025-03-31 00:00, Europe/Zurich")
        let autumn = try scale("2025-10-26", "2025-10-27", "Europe/Zurich").ticks(countMax: 30)
        #expect(zip(autumn, autumn.dropFirst()).allSatisfy { $0.time < $1.time })
    }

    @Test("never has more ticks than there is room for") func room() throws {
        for days in [1, 3, 10, 40, 100, 400, 4000, 40_000] as [Int64] {
            let range = TimeRange(
                from: Timestamp(milliseconds: 12_345_678),
                to: Timestamp(milliseconds: 12_345_678 + days * 86_400_000))!
            for countMax in [1, 2, 5, 9, 20] {
                let count = TimeScale(range: range, zone: .utc).ticks(countMax: countMax).count
                #expect(
                    count <= countMax && (count > 0 || countMax < 5), "\(days) days, \(countMax)")
            }
        }
    }
}
