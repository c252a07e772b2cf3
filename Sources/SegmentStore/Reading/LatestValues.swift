import DurableFiles
import Synchronization
import TimeSeriesModel

/// The newest sample that segments have of each series, filled as they are asked for.
final class LatestValues: Sendable {
    private let samples = Guarded(SeriesMap<Sample?>(absent: nil))

    subscript(series: SeriesID) -> Sample? {
        get { samples.withLock { $0[series] } }
        set { samples.withLock { $0[series] = newValue } }
    }
}
