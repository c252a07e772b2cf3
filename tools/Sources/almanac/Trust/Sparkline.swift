import SegmentStore
import TimeSeriesModel

/// A point's course in one line of signs, each as high as the mean of its time.
struct Sparkline {
    static let width = 24
    private static let signs = Array("▁▂▃▄▅▆▇█")

    private let reader: SeriesReader?
    private let range: TimeRange

    init(_ reader: SeriesReader?, in range: TimeRange) {
        self.reader = reader
        self.range = range
    }

    /// As wide for every point; time without usable samples is a space.
    func text() throws(ToolFailure) -> String {
        let empty = String(repeating: " ", count: Sparkline.width)
        guard let reader, let grid = grid else { return empty }
        return Sparkline.line(try reader.aggregates(in: grid).map(\.mean))
    }

    /// A sign a mean; a space where there is none.
    static func line(_ means: [Double?]) -> String {
        let known = means.compactMap { $0 }.filter(\.isFinite)
        guard let least = known.min(), let greatest = known.max() else {
            return String(repeating: " ", count: means.count)
        }
        let top = Double(Sparkline.signs.count - 1)
        // Halves, because the difference of two doubles may be none.
        let height = greatest / 2 - least / 2
        return String(
            means.map { mean in
                guard let mean, mean.isFinite else { return " " }
                // A value that never moves runs in the middle.
                let share = height > 0 ? (mean / 2 - least / 2) / height : 0.5
                return Sparkline.signs[Int((share * top).rounded())]
            })
    }

    private var grid: BucketGrid? {
        let length = range.milliseconds
        let bounds = (0...Int64(Sparkline.width)).map { place in
            let part = length.multipliedFullWidth(by: place)
            return Int64(Sparkline.width).dividingFullWidth(part).quotient
        }
        return BucketGrid(
            bounds: bounds.map { Timestamp(milliseconds: range.from.milliseconds + $0) })
    }
}
