import Almanac
import AlmanacSimulation
import ColumnCodec
import Foundation
import SegmentStore

/// A device of 98 points with a year of samples, as a service holds it.
struct FacadeYear {
    let manager: DataManager
    let sampleCount: Int
    private let points: [PointAddress]
    private let snapshot: Snapshot
    private let series: [SeriesID]
    private let values = SimulatedValues.panels()
    private static let step: Int64 = 900_000
    private static let slotCount = 35_040
    private static let start: Int64 = 1_735_689_600_000

    init(at path: String) throws {
        let site = SimulatedSite(FacadeYear.plan, on: VirtualRun())
        let device = site.devices[0]
        points = site.points(of: device)
        let values = values
        let store = try Store.open(at: path)
        let bulk = try store.beginImport()
        for point in points {
            let id = try bulk.series(
                of: point, deviceName: "panel", pointName: point.description, unit: "",
                dataType: .analog, validFrom: Timestamp(milliseconds: 0))
            let times = (0..<FacadeYear.slotCount).map(FacadeYear.time)
            try bulk.append(
                SampleColumns(
                    times: times, values: times.map { FacadeYear.shown(values, point, $0) },
                    qualities: [UInt8](repeating: 0, count: times.count)), to: id)
        }
        _ = try bulk.commit()
        try store.compact()
        store.close()
        manager = try DataManager.open(at: path)
        snapshot = try Snapshot.open(at: path)
        let catalog = snapshot.catalog
        series = try points.map {
            guard let id = catalog.series(of: $0) else { throw WrongAnswer("no \($0)") }
            return id
        }
        sampleCount = snapshot.sampleCount
    }

    private static var plan: SimulatedSite.Plan {
        var plan = SimulatedSite.Plan()
        plan.deviceCount = 1
        return plan
    }

    private static func time(_ slot: Int) -> Int64 { start + Int64(slot) * step }

    private static func shown(
        _ values: SimulatedValues, _ point: PointAddress, _ time: Int64
    ) -> Double {
        guard case .value(let value, _, _, _) = values.shown(point, Timestamp(rawValue: time))
        else { return .nan }
        return value
    }

    func close() throws {
        let done = DispatchSemaphore(value: 0)
        Task { [manager] in
            await manager.close()
            done.signal()
        }
        done.wait()
    }
}

extension FacadeYear {
    func questions() throws -> [FacadeQuestion] {
        try [cached(), newest(), summary(), pointInTime(), range(), statistics(), days()]
    }

    private func question(
        _ name: String, _ count: Int, engine: ((Int) throws -> Double)?,
        _ facade: @escaping (Int) throws -> Double, expected: (Int) -> Double
    ) -> FacadeQuestion {
        FacadeQuestion(
            name: name, count: count, expected: (0..<count).reduce(0) { $0 + expected($1) },
            engine: engine, facade: facade)
    }

    /// A point and a slot by chance, always the same for a number.
    private func place(_ index: Int) -> (point: Int, slot: Int) {
        var random = SampleRandom(seed: UInt64(index + 1))
        return (random.below(points.count), 1000 + random.below(FacadeYear.slotCount - 2000))
    }

    private func value(_ point: Int, _ slot: Int) -> Double {
        FacadeYear.shown(values, points[point], FacadeYear.time(slot))
    }

    private func cached() throws -> FacadeQuestion {
        let now = SystemTime().now
        try manager.cache(
            points.map {
                RealtimeValue(
                    point: $0, value: Double($0.number), timestamp: now, dataType: .analog,
                    timeToLive: .seconds(3600))
            })
        return question("cached value", 200_000, engine: nil) {
            manager.cachedValue(of: points[$0 % 98])?.value ?? .nan
        } expected: {
            Double(points[$0 % 98].number)
        }
    }

    private func newest() throws -> FacadeQuestion {
        let view = manager.snapshot()
        return question("newest sample of a point", 200_000) {
            try snapshot.latestSample(of: series[$0 % 98])?.value ?? .nan
        } _: {
            try view.latestValue(of: points[$0 % 98])?.value ?? .nan
        } expected: {
            value($0 % 98, FacadeYear.slotCount - 1)
        }
    }

    private func summary() throws -> FacadeQuestion {
        question("cached values of the device", 5000, engine: nil) { _ in
            manager.cachedValues(of: points[0].device).reduce(0) { $0 + $1.value }
        } expected: { _ in
            points.reduce(0) { $0 + Double($1.number) }
        }
    }

    private func pointInTime() throws -> FacadeQuestion {
        question("point in time", 20_000) {
            let (point, slot) = place($0)
            let time = Timestamp(rawValue: FacadeYear.time(slot) + 1)
            return try snapshot.sample(of: series[point], atOrBefore: time)?.value ?? .nan
        } _: {
            let (point, slot) = place($0)
            let time = Timestamp(rawValue: FacadeYear.time(slot) + 1)
            return try manager.value(of: points[point], at: time)?.value ?? .nan
        } expected: {
            value(place($0).point, place($0).slot)
        }
    }

    private func span(_ slot: Int, _ count: Int) -> TimeRange {
        TimeRange(
            from: Timestamp(rawValue: FacadeYear.time(slot)),
            to: Timestamp(rawValue: FacadeYear.time(slot + count)))!
    }

    private func range() throws -> FacadeQuestion {
        question("range of 1,000", 5000) {
            let (point, slot) = place($0)
            let columns = try snapshot.samples(of: series[point], in: span(slot, 1000))
            return columns.count == 1000 ? columns.values[999] : .nan
        } _: {
            let (point, slot) = place($0)
            let samples = try manager.samples(of: points[point], in: span(slot, 1000))
            return samples.count == 1000 ? samples[999].value : .nan
        } expected: {
            value(place($0).point, place($0).slot + 999)
        }
    }

    private func statistics() throws -> FacadeQuestion {
        let counts = (0..<98).map { _ in FacadeYear.slotCount }
        return question("statistics of a year", 5000) {
            let all = span(0, FacadeYear.slotCount)
            let found = try snapshot.aggregate(of: series[$0 % 98], in: all)
            return Double(found.count)
        } _: {
            let all = span(0, FacadeYear.slotCount)
            return Double(try manager.statistics(of: points[$0 % 98], in: all).count)
        } expected: {
            Double(counts[$0 % 98])
        }
    }

    private func days() throws -> FacadeQuestion {
        question("a year by day", 500, engine: nil) {
            let all = span(0, FacadeYear.slotCount)
            let days = try manager.buckets(of: points[$0 % 98], in: all, every: .day)
            return Double(days.count)
        } expected: { _ in
            365
        }
    }
}
