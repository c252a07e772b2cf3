import SegmentStore
import TimeSeriesModel

/// What a store will grow by in a year if it goes on as in its last one.
struct GrowthForecast: Equatable, Sendable {
    let bytesPerYear: Double
    let samplesPerYear: Double
}

/// Measures the samples of a store's last 365 days, or of all its days where there are fewer.
///
/// Chunks that reach into that time count by the part of their own time that lies in it.
struct GrowthMeasure {
    private static let yearLength = 365.0 * 86_400_000
    /// What is shorter tells nothing about a year.
    private static let lengthMin: Int64 = 86_400_000

    private let start: Int64
    private let end: Int64
    private var bytes = 0.0
    private var samples = 0.0
    private var unflushed = 0.0

    init(from first: Timestamp?, to last: Timestamp?) {
        end = last?.milliseconds ?? 0
        start = max(first?.milliseconds ?? 0, end - Int64(GrowthMeasure.yearLength))
    }

    mutating func add(_ part: SeriesYearBreakdown) {
        // What the log has is new, so all of it lies in the last year.
        unflushed += Double(part.unflushedCount)
        for chunk in part.chunks {
            let share = share(of: chunk)
            bytes += share * Double(chunk.byteCount)
            samples += share * Double(chunk.sampleCount)
        }
    }

    private func share(of chunk: ChunkBreakdown) -> Double {
        let first = chunk.firstTime.milliseconds
        let last = chunk.lastTime.milliseconds
        // Samples in the future are not part of the last year.
        guard last >= start, first <= end else { return 0 }
        guard first < start else { return 1 }
        return Double(last - start) / Double(last - first)
    }

    /// nil where there is less than a day of samples to go by, or none in segments.
    var forecast: GrowthForecast? {
        guard end - start >= GrowthMeasure.lengthMin, samples > 0 else { return nil }
        let scale = GrowthMeasure.yearLength / Double(end - start)
        let all = samples + unflushed
        return GrowthForecast(
            bytesPerYear: (bytes / samples * all * scale).rounded(),
            samplesPerYear: (all * scale).rounded())
    }
}
