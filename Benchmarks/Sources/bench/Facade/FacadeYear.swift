import Almanac
import AlmanacSimulation
import ColumnCodec
import Foundation
import SegmentStore

/// A device of 98 points with a year of samples, as a service holds it.
struct FacadeYear {
    let manager: DataManager
    let sampleCount: Int
    let points: [PointAddress]
    let snapshot: Snapshot
    let series: [SeriesID]
    /// The value of each point at each slot: what every answer is compared with.
    let values: [[Double]]
    static let slotCount = 35_040
    static let slotsPerDay = 96
    private static let step: Int64 = 900_000
    private static let start: Int64 = 1_735_689_600_000

    init(at path: String) throws {
        let site = try SimulatedSite(FacadeYear.plan, on: VirtualRun())
        let device = site.devices[0]
        points = site.points(of: device)
        let times = (0..<FacadeYear.slotCount).map { FacadeYear.time($0).rawValue }
        let simulated = SimulatedValues.panels()
        let values = points.map { point in
            times.map { FacadeYear.shown(simulated, point, $0) }
        }
        self.values = values
        let store = try Store.open(at: path)
        let bulk = try store.beginImport()
        for (index, point) in points.enumerated() {
            let id = try bulk.series(
                of: point, deviceName: "panel", pointName: point.description, unit: "",
                dataType: .analog, validFrom: Timestamp(milliseconds: 0))
            try bulk.append(
                SampleColumns(
                    times: times, values: values[index],
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

    static func time(_ slot: Int) -> Timestamp {
        Timestamp(rawValue: start + Int64(slot) * step)
    }

    /// So many slots from one on.
    static func range(from slot: Int, count: Int) -> TimeRange {
        TimeRange(from: time(slot), to: time(slot + count))!
    }

    private static func shown(
        _ values: SimulatedValues, _ point: PointAddress, _ time: Int64
    ) -> Double {
        guard case .value(let value, _, _, _) = values.shown(point, Timestamp(rawValue: time))
        else { return .nan }
        return value
    }

    func close() {
        let done = DispatchSemaphore(value: 0)
        Task { [manager] in
            await manager.close()
            done.signal()
        }
        done.wait()
    }
}
