import BuildingSimulation
import Testing
import TimeSeriesModel

@Suite("PlantedFault") struct PlantedFaultTests {
    private let building = ObservedBuilding.building
    private let range = ObservedBuilding.range

    /// The ticks of a point inside a range.
    private func ticks(of index: Int, in range: TimeRange) -> Set<Int64> {
        let interval = Int64(building.points[index].intervalSeconds) * 1000
        return Set(range.from.milliseconds / interval..<range.to.milliseconds / interval)
    }

    @Test("is what every absence is due to, tick by tick, and the other way round")
    func absences() {
        for index in building.points.indices {
            let interval = Int64(building.points[index].intervalSeconds) * 1000
            let seen = Set(ObservedBuilding.samples[index].times.map { $0.milliseconds / interval })
            var expected = ticks(of: index, in: range)
            for fault in ObservedBuilding.faults(of: index) where fault.kind.isAbsence {
                expected.subtract(ticks(of: index, in: fault.range))
            }
            #expect(seen == expected, "\(building.points[index].name)")
            #expect(seen.count == ObservedBuilding.samples[index].count)
        }
    }

    @Test("is what every fault flag is due to, and the other way round") func qualities() {
        for index in building.points.indices {
            let flagged = ObservedBuilding.faults(of: index).filter { $0.kind == .badQuality }
            let samples = ObservedBuilding.samples[index]
            for (time, quality) in zip(samples.times, samples.qualities) {
                let isListed = flagged.contains { $0.range.contains(time) }
                guard quality != (isListed ? .fault : .good) else { continue }
                Issue.record("\(building.points[index].name) at \(time) is \(quality)")
            }
        }
    }

    @Test("is what every implausible value is due to, and the other way round") func outliers() {
        for index in building.points.indices {
            let beyond = ObservedBuilding.faults(of: index).filter { $0.kind == .outOfRange }
            let plausible = building.points[index].plausibleRange
            let samples = ObservedBuilding.samples[index]
            for (time, value) in zip(samples.times, samples.values) {
                let isListed = beyond.contains { $0.range.contains(time) }
                guard plausible.contains(value) == isListed else { continue }
                Issue.record("\(building.points[index].name) at \(time) is \(value)")
            }
        }
    }

    @Test("is what every sensor at rest for a day is due to, and the other way round")
    func flatLines() {
        for index in building.points.indices where building.points[index].isRestless {
            let stuck = ObservedBuilding.faults(of: index).filter { $0.kind == .stuck }
            let runs = daylongRuns(in: ObservedBuilding.samples[index])
            #expect(runs.count == stuck.count, "\(building.points[index].name): \(runs)")
            for (run, fault) in zip(runs, stuck) {
                // Before and after, a sensor may happen to show the same value.
                #expect(run.from <= fault.range.from.milliseconds + 3000)
                #expect(run.to + 903_000 >= fault.range.to.milliseconds)
            }
        }
    }

    /// Where a value stands still for 24 hours, from first to last sample.
    private func daylongRuns(in samples: SimulatedSamples) -> [(from: Int64, to: Int64)] {
        var runs: [(from: Int64, to: Int64)] = []
        var start = 0
        for index in 0..<samples.count {
            let ends =
                index + 1 == samples.count || samples.values[index + 1] != samples.values[start]
            guard ends else { continue }
            let from = samples.times[start].milliseconds
            let to = samples.times[index].milliseconds
            if to - from >= 86_400_000 { runs.append((from, to)) }
            start = index + 1
        }
        return runs
    }

    @Test("comes in every kind, inside the history, each on a point of its own") func kinds() {
        let kinds = Set(building.faults.map(\.kind))
        #expect(
            kinds.isSuperset(of: [.deviceOutage, .stuck, .outOfRange, .badQuality, .stalled]))
        #expect(kinds.contains(.gap(reason: "sentinel")))
        #expect(Set(building.faults.map(\.subject)).count == building.faults.count)
        for fault in building.faults {
            #expect(range.from < fault.range.from && fault.range.to <= range.to)
            #expect(!fault.range.isEmpty)
            #expect(fault.description.hasSuffix("."))
        }
    }

    @Test("is planted for every 200 points and all over the year", arguments: [200, 399, 1000])
    func density(pointCount: Int) {
        let year = UTCYear(2025).range
        let building = SimulatedBuilding(seed: 3, pointCount: pointCount, range: year)
        let groups = pointCount / 200
        let grouped = Dictionary(grouping: building.faults) { "\($0.kind)" }
        #expect(grouped.count == 8)
        for (kind, faults) in grouped { #expect(faults.count >= groups, "\(kind)") }
        let quarter = year.to.milliseconds / 4 - year.from.milliseconds / 4
        for number in 0..<Int64(4) {
            let from = year.from.milliseconds + number * quarter
            let inQuarter = building.faults.filter {
                $0.range.from.milliseconds >= from && $0.range.from.milliseconds < from + quarter
            }
            #expect(inQuarter.count >= groups)
        }
        #expect(building.faults == building.faults.sorted { $0.range.from < $1.range.from })
    }

    @Test("is planted in a single day already, and not in an hour") func shortHistories() {
        let day = SimulatedBuilding(range: ObservedBuilding.days(from: "2025-05-05", count: 1))
        #expect(day.faults.count == 11)
        let from = Timestamp("2025-05-05")!
        let hour = TimeRange(
            from: from, to: Timestamp(milliseconds: from.milliseconds + 3_600_000))!
        #expect(SimulatedBuilding(range: hour).faults.isEmpty)
        let empty = SimulatedBuilding(range: TimeRange(from: from, to: from)!)
        #expect(empty.faults.isEmpty)
        #expect(empty.samples(of: 0, in: hour).count == 0)
    }

    @Test("stalls a point for good") func stalled() throws {
        let fault = try #require(building.faults.first { $0.kind == .stalled })
        guard case .point(let index) = fault.subject else {
            Issue.record("a stall is of a point, not of \(fault.subject)")
            return
        }
        #expect(building.value(of: index, at: fault.range.from) == nil)
        #expect(building.value(of: index, at: range.to) == nil)
        #expect(fault.range.to == range.to)
    }
}

extension SimulatedPoint {
    /// Sensors whose value never rests; others rest by nature.
    var isRestless: Bool {
        guard address.type == .input, dataType == .analog else { return false }
        return ["°C", "%RH", "ppm"].contains(unitSymbol)
    }
}
