import Synchronization
import TimeSeriesModel

/// The newest sample of each series of a snapshot, filled as they are asked for.
final class LatestValues: Sendable {
    private let samples: Mutex<[Sample?]>

    init(seriesCount: Int) {
        samples = Mutex([Sample?](repeating: nil, count: seriesCount))
    }

    subscript(series: SeriesID) -> Sample? {
        get {
            samples.withLock { samples in
                let index = Int(series.rawValue)
                return index < samples.count ? samples[index] : nil
            }
        }
        set {
            samples.withLock { samples in
                let index = Int(series.rawValue)
                if index < samples.count { samples[index] = newValue }
            }
        }
    }
}
