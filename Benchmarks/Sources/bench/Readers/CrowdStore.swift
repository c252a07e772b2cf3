import Almanac
import ColumnCodec
import Foundation
import SegmentStore
import Synchronization

/// Twenty devices of 98 points with a month of quarter hours, whose values follow from point and slot:
/// every answer can be told right from wrong, also of ticks that are stored meanwhile.
final class CrowdStore: Sendable {
    static let deviceCount = 20
    static let pointsPerDevice = 98
    /// Slots that are there from the start.
    static let slotCount = 2880
    private static let start: Int64 = 1_735_689_600_000
    private static let step: Int64 = 900_000

    let manager: DataManager
    let points: [PointAddress]
    /// The first slot that was not given to `store`, and the first that is not acknowledged.
    let begun = Atomic(CrowdStore.slotCount)
    let acknowledged = Atomic(CrowdStore.slotCount)

    init(at path: String) throws {
        let points = (1...CrowdStore.deviceCount).flatMap { device in
            (1...CrowdStore.pointsPerDevice).map { number in
                PointAddress(
                    device: DeviceID(UInt32(device)), type: .input, number: UInt32(number))
            }
        }
        let store = try Store.open(at: path)
        let bulk = try store.beginImport()
        for (index, point) in points.enumerated() {
            let id = try bulk.series(
                of: point, deviceName: "panel \(point.device.rawValue)",
                pointName: point.description, unit: "", dataType: .analog,
                validFrom: Timestamp(milliseconds: 0))
            let slots = 0..<CrowdStore.slotCount
            try bulk.append(
                SampleColumns(
                    times: slots.map { CrowdStore.time(of: $0).milliseconds },
                    values: slots.map { CrowdStore.value(of: index, at: $0) },
                    qualities: [UInt8](repeating: 0, count: CrowdStore.slotCount)), to: id)
        }
        _ = try bulk.commit()
        try store.compact()
        store.close()
        self.points = points
        manager = try DataManager.open(at: path)
    }

    static func time(of slot: Int) -> Timestamp {
        Timestamp(milliseconds: start + Int64(slot) * step)
    }

    /// Tenths that go up and down.
    static func value(of point: Int, at slot: Int) -> Double {
        Double((slot * 7 + point * 13) % 1000) / 10
    }

    func tick(_ slot: Int) -> [PointSample] {
        points.enumerated().map { index, point in
            PointSample(
                point: point, value: CrowdStore.value(of: index, at: slot),
                at: CrowdStore.time(of: slot))
        }
    }
}
