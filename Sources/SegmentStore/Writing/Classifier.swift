import ColumnCodec
import TimeSeriesModel

/// Tells new samples of a series from those that a year of the store has already.
struct Classifier {
    struct Counts: Sendable {
        var new = 0
        var duplicates = 0
        var replaced = 0
        var kept = 0
        /// Left out because retention has passed their time.
        var belowFloor = 0

        var total: Int { new + duplicates + replaced + kept + belowFloor }

        mutating func add(_ other: Counts) {
            new += other.new
            duplicates += other.duplicates
            replaced += other.replaced
            kept += other.kept
            belowFloor += other.belowFloor
        }
    }

    private(set) var counts = Counts()
    private let known: YearView?
    private let series: SeriesID
    private let rule: ConflictRule
    private let scratches: ScratchPool

    init(_ known: YearView?, _ series: SeriesID, _ rule: ConflictRule, _ scratches: ScratchPool) {
        self.known = known
        self.series = series
        self.rule = rule
        self.scratches = scratches
    }

    /// Counts samples that are left out.
    mutating func skip(belowFloor count: Int) { counts.belowFloor += count }

    /// What is to be written of ascending columns. Reads the store between their first and last.
    ///
    /// - Throws: code `damaged` where what the store has there cannot be read: whether a sample is
    ///   new could not be told, and the count would be wrong for good.
    mutating func survivors(
        of columns: SampleColumns, _ range: Range<Int>
    ) throws(StoreError) -> SampleColumns {
        guard !range.isEmpty else { return SampleColumns() }
        let bounds = ReadBounds(
            first: columns.times[range.lowerBound], last: columns.times[range.upperBound - 1])
        var survivors = SampleColumns()
        var next = range.lowerBound
        if let known {
            var counts = counts
            _ = try known.forEachRun(of: series, bounds, .forward, scratches, nil) {
                (frame, positions) in
                for position in positions {
                    let time = frame.times[position]
                    let gap = next
                    while next < range.upperBound, columns.times[next] < time { next += 1 }
                    counts.new += next - gap
                    survivors.append(contentsOf: columns, gap..<next)
                    guard next < range.upperBound, columns.times[next] == time else { continue }
                    if frame.has(position, sameAs: columns, next) {
                        counts.duplicates += 1
                    } else if rule == .keep {
                        counts.kept += 1
                    } else {
                        counts.replaced += 1
                        survivors.append(contentsOf: columns, next..<next + 1)
                    }
                    next += 1
                }
                return true
            }
            self.counts = counts
        }
        counts.new += range.upperBound - next
        survivors.append(contentsOf: columns, next..<range.upperBound)
        return survivors
    }
}

extension FrameBuffer {
    fileprivate func has(_ position: Int, sameAs columns: SampleColumns, _ other: Int) -> Bool {
        values[position].bitPattern == columns.values[other].bitPattern
            && qualities[position] == columns.qualities[other]
    }
}
