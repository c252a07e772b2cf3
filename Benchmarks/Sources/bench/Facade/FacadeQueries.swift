import Almanac
import ColumnCodec
import Foundation
import SegmentStore

/// The queries of `bench facade` with the answers that follow from the data.
struct FacadeQueries {
    private static let rangeCount = 1000

    private let year: FacadeYear
    /// Points and slots at random, the same in every run.
    private let places: [(point: Int, slot: Int)]
    private let all365: TimeRange
    private let wholeYear: [SlotSummary]
    private let days: [[SlotSummary]]

    init(_ year: FacadeYear) {
        self.year = year
        var random = SampleRandom(seed: 11)
        places = (0..<20_000).map { _ in
            (random.below(year.points.count), 1000 + random.below(FacadeYear.slotCount - 2000))
        }
        all365 = FacadeYear.range(from: 0, count: FacadeYear.slotCount)
        wholeYear = year.values.map { SlotSummary($0, slots: 0..<FacadeYear.slotCount) }
        days = year.values.map { values in
            stride(from: 0, to: FacadeYear.slotCount, by: FacadeYear.slotsPerDay).map { first in
                SlotSummary(values, slots: first..<first + FacadeYear.slotsPerDay)
            }
        }
    }

    func all() throws -> [FacadeQuery] {
        try [cached(), cachedOfDevice(), newest(), pointInTime(), range(), statistics(), byDay()]
    }

    private func query<EngineAnswer, Answer>(
        _ name: String, count: Int, engine: @escaping (Int) throws -> EngineAnswer,
        facade: @escaping (Int) throws -> Answer,
        isEngineRight: @escaping (Int, EngineAnswer) -> Bool,
        isRight: @escaping (Int, Answer) -> Bool
    ) -> FacadeQuery {
        FacadeQuery(
            name: name,
            engine: {
                try FacadeQuery.round(
                    of: "\(name), engine", count: count, ask: engine, isRight: isEngineRight)
            },
            facade: {
                try FacadeQuery.round(of: name, count: count, ask: facade, isRight: isRight)
            })
    }

    private func point(_ index: Int) -> Int { index % year.points.count }

    private func sample(_ point: Int, _ slot: Int) -> Sample {
        Sample(time: FacadeYear.time(slot), value: year.values[point][slot])
    }
}

extension FacadeQueries {
    private func cached() throws -> FacadeQuery {
        let now = SystemTime().now
        let held = year.points.map {
            RealtimeValue(
                point: $0, value: Double($0.number), timestamp: now, dataType: .analog,
                timeToLive: .seconds(3600))
        }
        try year.manager.cache(held)
        let (manager, points) = (year.manager, year.points)
        return FacadeQuery(name: "cached value", engine: nil) {
            try FacadeQuery.round(of: "cached value", count: 200_000) {
                manager.cachedValue(of: points[$0 % points.count])
            } isRight: { index, found in
                found.map { FacadeQueries.isSame($0, held[index % held.count]) } ?? false
            }
        }
    }

    private func cachedOfDevice() throws -> FacadeQuery {
        let manager = year.manager
        let device = year.points[0].device
        let held = year.points.compactMap { manager.cachedValue(of: $0) }
            .sorted {
                ($0.point.type.rawValue, $0.point.number) < (
                    $1.point.type.rawValue, $1.point.number
                )
            }
        guard held.count == year.points.count else { throw WrongAnswer("a value is not cached") }
        let name = "cached values of the device (\(held.count))"
        return FacadeQuery(name: name, engine: nil) {
            try FacadeQuery.round(of: name, count: 1000) { _ in
                manager.cachedValues(of: device)
            } isRight: { _, found in
                found.elementsEqual(held, by: FacadeQueries.isSame)
            }
        }
    }

    /// Equal except for the ages, which the cache computes at each call.
    private static func isSame(_ found: RealtimeValue, _ held: RealtimeValue) -> Bool {
        found.point == held.point && found.value == held.value && found.quality == held.quality
            && found.timestamp == held.timestamp && found.dataType == held.dataType
            && found.timeToLive == held.timeToLive
    }

    private func newest() -> FacadeQuery {
        let view = year.manager.snapshot()
        return query("newest sample of a point", count: 200_000) { [year] index in
            try year.snapshot.latestSample(of: year.series[index % 98])
        } facade: { [year] index in
            try view.latestValue(of: year.points[index % 98])
        } isEngineRight: { index, found in
            found == sample(point(index), FacadeYear.slotCount - 1)
        } isRight: { index, found in
            found == sample(point(index), FacadeYear.slotCount - 1)
        }
    }

    private func pointInTime() -> FacadeQuery {
        // A millisecond after the sample that is the answer.
        let times = places.map {
            Timestamp(rawValue: FacadeYear.time($0.slot).rawValue + 1)
        }
        return query("point in time", count: places.count) { [year, places] index in
            try year.snapshot.sample(of: year.series[places[index].point], atOrBefore: times[index])
        } facade: { [year, places] index in
            try year.manager.value(of: year.points[places[index].point], at: times[index])
        } isEngineRight: { index, found in
            found == sample(places[index].point, places[index].slot)
        } isRight: { index, found in
            found == sample(places[index].point, places[index].slot)
        }
    }

    private func range() -> FacadeQuery {
        let count = FacadeQueries.rangeCount
        let ranges = places.map { FacadeYear.range(from: $0.slot, count: count) }
        return query("range of 1,000", count: 2000) { [year, places] index in
            try year.snapshot.samples(of: year.series[places[index].point], in: ranges[index])
        } facade: { [year, places] index in
            try year.manager.samples(of: year.points[places[index].point], in: ranges[index])
        } isEngineRight: { index, found in
            let (point, slot) = places[index]
            let slots = slot..<slot + count
            return found.times.elementsEqual(slots) { $0 == FacadeYear.time($1).rawValue }
                && found.values.elementsEqual(year.values[point][slots])
                && found.qualities.elementsEqual(slots) { quality, _ in quality == 0 }
        } isRight: { index, found in
            let (point, slot) = places[index]
            return found.elementsEqual(slot..<slot + count) { $0 == sample(point, $1) }
        }
    }

    private func statistics() -> FacadeQuery {
        query("statistics of a year", count: 5000) { [year, all365] index in
            try year.snapshot.aggregate(of: year.series[index % 98], in: all365)
        } facade: { [year, all365] index in
            try year.manager.statistics(of: year.points[index % 98], in: all365)
        } isEngineRight: { index, found in
            wholeYear[point(index)].agrees(with: found)
        } isRight: { index, found in
            wholeYear[point(index)].agrees(with: found)
        }
    }

    private func byDay() -> FacadeQuery {
        let width = Int64(FacadeYear.slotsPerDay) * 900_000
        return query("a year by day", count: 500) { [year, all365] index in
            try year.snapshot.aggregates(
                of: year.series[index % 98], in: all365.grid(every: width))
        } facade: { [year, all365] index in
            try year.manager.buckets(of: year.points[index % 98], in: all365, every: .day)
        } isEngineRight: { index, found in
            found.elementsEqual(days[point(index)]) { $1.agrees(with: $0) }
        } isRight: { index, found in
            found.elementsEqual(days[point(index)]) { $1.agrees(with: $0) }
        }
    }
}
