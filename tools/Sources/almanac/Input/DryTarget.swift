import ColumnCodec
import SegmentStore
import TimeSeriesModel

/// An import that only counts what it would do. Compares with the store, if there is one.
///
/// Samples go to a scratch store, which sorts them and finds equal times as a real import does, so
/// that memory stays bounded for any file; then each point's samples are compared with the store's,
/// both streamed.
final class DryTarget: ImportTarget {
    private let snapshot: Snapshot?
    private let store: String
    private let rule: ConflictRule
    private let scratch: ScratchStore
    private let bulk: BulkImport
    private var names: NameBook
    private var points: [Point] = []
    private var belowFloor = 0

    private struct Point {
        /// In the store; nil for one that is new to it.
        let known: SeriesID?
        let scratch: SeriesID
    }

    init(_ snapshot: Snapshot?, path: String, onConflict rule: ConflictRule) throws(ToolFailure) {
        self.snapshot = snapshot
        self.rule = rule
        store = path
        names = NameBook(snapshot?.catalog ?? Catalog())
        let scratch = try ScratchStore()
        self.scratch = scratch
        bulk = try withStoreErrors(of: scratch.path) { () throws(StoreError) in
            try scratch.store.beginImport()
        }
    }

    func point(_ name: PointName, _ entry: PointsTable.Entry?) throws(ToolFailure) -> Int {
        let address = try names.address(of: name)
        let series = try withStoreErrors(of: store) { () throws(StoreError) in
            try bulk.series(
                of: address, deviceName: name.device, pointName: name.point,
                unit: entry?.unit ?? "", dataType: entry?.dataType ?? .analog,
                validFrom: BulkImport.supportedRange.from)
        }
        points.append(Point(known: snapshot?.catalog.series(of: address), scratch: series))
        return points.count - 1
    }

    func append(_ samples: SampleColumns, to point: Int) throws(ToolFailure) {
        let kept = samplesAboveFloor(samples)
        try withStoreErrors(of: scratch.path) { () throws(StoreError) in
            try bulk.append(kept, to: points[point].scratch)
        }
    }

    func commit() throws(ToolFailure) -> ImportCounts {
        let report = try withStoreErrors(of: scratch.path) { () throws(StoreError) in
            try bulk.commit()
        }
        var counts = ImportCounts()
        counts.samples = report.stored + report.duplicates + report.replaced
        counts.duplicates = report.duplicates
        counts.replaced = report.replaced
        counts.belowFloor = belowFloor
        counts.floor = snapshot?.floor
        let imported = scratch.store.snapshot()
        for point in points { try compare(point, of: imported, into: &counts) }
        return counts
    }

    func cancel() { bulk.cancel() }

    private func samplesAboveFloor(_ samples: SampleColumns) -> SampleColumns {
        let floor = snapshot?.floor?.milliseconds ?? .min
        guard samples.times.contains(where: { $0 < floor }) else { return samples }
        var kept = SampleColumns()
        for place in 0..<samples.count where samples.times[place] >= floor {
            kept.append(
                time: samples.times[place], value: samples.values[place],
                quality: samples.qualities[place])
        }
        belowFloor += samples.count - kept.count
        return kept
    }

    /// Counts the samples of a point whose times the store knows.
    private func compare(
        _ point: Point, of imported: Snapshot, into counts: inout ImportCounts
    ) throws(ToolFailure) {
        guard let snapshot, let known = point.known else { return }
        var duplicates = 0
        var others = 0
        try withStoreErrors(of: store) { () throws(StoreError) in
            try imported.forEachRun(of: point.scratch, in: .all) {
                (frame, positions) throws(StoreError) in
                guard let first = positions.first, let last = positions.last else { return true }
                var place = first
                let range = TimeRange(
                    from: Timestamp(milliseconds: frame.times[first]),
                    to: Timestamp(milliseconds: frame.times[last]).next)!
                try snapshot.forEachRun(of: known, in: range) { (stored, run) in
                    for other in run {
                        while place <= last, frame.times[place] < stored.times[other] { place += 1 }
                        guard place <= last else { return false }
                        guard frame.times[place] == stored.times[other] else { continue }
                        let isEqual =
                            frame.values[place].bitPattern == stored.values[other].bitPattern
                            && frame.qualities[place] == stored.qualities[other]
                        if isEqual { duplicates += 1 } else { others += 1 }
                    }
                    return true
                }
                return true
            }
        }
        counts.duplicates += duplicates
        if rule == .keep { counts.kept += others } else { counts.replaced += others }
    }
}
