import DurableFiles
import SegmentStore
import Synchronization

/// The sizes that the store had, as far back as the forecast looks; kept in the catalog.
///
/// Two hundred documents of some forty bytes are used in turn, two a day: one document with all of
/// them would be written anew each time, and the catalog grows by what is written.
final class DiskWatch: Sendable {
    private let history: Guarded<DiskHistory>

    /// More than ``DiskHistory/span`` by ``DiskHistory/interval``.
    private static let slotCount: Int64 = 192

    /// A measurement that cannot be read is left out.
    init(_ catalog: Catalog?, _ documents: DocumentCache) {
        var found: [DiskHistory.Measurement] = []
        for key in catalog?.documentKeys(withPrefix: DocumentKey.disk) ?? [] {
            guard let catalog,
                let stored = try? documents.value(key, in: catalog, as: StoredMeasurement.self)
            else { continue }
            found.append(.init(time: Timestamp(rawValue: stored.at), byteCount: stored.bytes))
        }
        history = Guarded(DiskHistory(found))
    }

    /// Takes a measurement where one is due.
    ///
    /// - Returns: whether it was.
    func add(_ measurement: DiskHistory.Measurement) -> Bool {
        history.withLock { history in
            history.add(measurement)
            return history.measurements.last == measurement
        }
    }

    /// Where a measurement is kept.
    static func key(of measurement: DiskHistory.Measurement) -> String {
        let number = measurement.time.milliseconds.floorDivided(
            by: DiskHistory.interval.milliseconds)
        return DocumentKey.disk((number % slotCount + slotCount) % slotCount)
    }

    func forecast(pointCount: Int, availableByteCount: Int) -> DiskForecast? {
        history.withLock { history in
            history.forecast(pointCount: pointCount, availableByteCount: availableByteCount)
        }
    }
}
