import ColumnCodec
import SegmentStore
import TimeSeriesModel

/// An import that only counts what it would do. Compares with the store, where there is one.
final class DryTarget: ImportTarget {
    private let snapshot: Snapshot?
    private let store: String
    private let rule: ConflictRule
    private var names: NameBook
    private var points: [Point] = []

    private struct Point {
        let series: SeriesID?
        var samples = SampleColumns()
    }

    init(_ snapshot: Snapshot?, path: String, onConflict rule: ConflictRule) {
        self.snapshot = snapshot
        self.rule = rule
        store = path
        names = NameBook(snapshot?.catalog ?? Catalog())
    }

    func point(_ name: PointName, _ entry: PointsTable.Entry?) throws(ToolFailure) -> Int {
        let address = try names.address(of: name)
        points.append(Point(series: snapshot?.catalog.series(of: address)))
        return points.count - 1
    }

    func append(_ samples: SampleColumns, to point: Int) {
        points[point].samples.append(contentsOf: samples)
    }

    func commit() throws(ToolFailure) -> ImportCounts {
        var counts = ImportCounts()
        counts.floor = snapshot?.floor
        for point in points { try add(point, to: &counts) }
        return counts
    }

    func cancel() { points = [] }

    /// A row for a known time is a duplicate or takes the other's place; the later row wins.
    private func add(_ point: Point, to counts: inout ImportCounts) throws(ToolFailure) {
        var known = try stored(point)
        let storedTimes = rule == .keep ? Set(known.keys) : []
        let floor = counts.floor?.milliseconds ?? .min
        for place in 0..<point.samples.count {
            let time = point.samples.times[place]
            guard time >= floor else {
                counts.belowFloor += 1
                continue
            }
            counts.samples += 1
            let bits = SampleBits(
                value: point.samples.values[place].bitPattern,
                quality: point.samples.qualities[place])
            guard let other = known[time] else {
                known[time] = bits
                continue
            }
            if other == bits {
                counts.duplicates += 1
            } else if storedTimes.contains(time) {
                counts.kept += 1
            } else {
                counts.replaced += 1
                known[time] = bits
            }
        }
    }

    private struct SampleBits: Hashable {
        let value: UInt64
        let quality: UInt8
    }

    private func stored(_ point: Point) throws(ToolFailure) -> [Int64: SampleBits] {
        guard let snapshot, let series = point.series, let first = point.samples.times.min(),
            let last = point.samples.times.max(),
            let range = TimeRange(
                from: Timestamp(milliseconds: first), to: Timestamp(milliseconds: last + 1))
        else { return [:] }
        let samples = try withStoreErrors(of: store) { () throws(StoreError) in
            try snapshot.samples(of: series, in: range)
        }
        var known: [Int64: SampleBits] = [:]
        for place in 0..<samples.count {
            known[samples.times[place]] = SampleBits(
                value: samples.values[place].bitPattern, quality: samples.qualities[place])
        }
        return known
    }
}
