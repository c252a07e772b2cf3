import DurableFiles
import Synchronization
import TimeSeriesModel

/// The newest sample that segments have of each series, filled as they are asked for.
final class LatestValues: Sendable {
    private let samples = Guarded<[Sample?]>([])

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
                if index >= samples.count {
                    samples += repeatElement(nil, count: index + 1 - samples.count)
                }
                samples[index] = newValue
            }
        }
    }
}
