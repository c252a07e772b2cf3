import Almanac
import ColumnCodec
import SegmentStore
import TimeSeriesModel

/// What became of the samples of one file.
struct ImportCounts: Hashable, Sendable {
    var samples = 0
    var duplicates = 0
    var replaced = 0
    var kept = 0
    /// Samples that were left out because they are older than what the store keeps.
    var belowFloor = 0
    /// Where that begins; nil where the store keeps samples of any age.
    var floor: Timestamp?
}

/// Where the samples of one file go, all of them or none.
protocol ImportTarget: AnyObject {
    /// A number for the point, to be used for its samples.
    ///
    /// - Parameter entry: what it is to be described as, where that was told: a known point from
    ///   the earliest of its samples on, a new one for all its past.
    func point(_ name: PointName, _ entry: PointsTable.Entry?) throws(ToolFailure) -> Int

    func append(_ samples: SampleColumns, to point: Int) throws(ToolFailure)

    func commit() throws(ToolFailure) -> ImportCounts

    /// Forgets everything; harmless after ``commit()``.
    func cancel()
}

/// An import into a store.
final class StoreTarget: ImportTarget {
    private let engine: Store
    private let bulk: BulkImport
    /// The file whose samples they are, for the record of the import.
    private let source: String
    private let catalog: Catalog
    private let store: String
    private let floor: Timestamp?
    private var names: NameBook
    private var points: [Point] = []

    private struct Point {
        let series: SeriesID
        let name: PointName
        let address: PointAddress
        /// What a known point is to be described as from now on; nil where nothing was told of it.
        var change: PointsTable.Entry?
        var leastTime: Int64?
        var greatestTime: Int64?
    }

    /// - Parameter source: the name of the file that is imported.
    init(
        _ store: Store, path: String, onConflict rule: SegmentStore.ConflictRule, source: String
    ) throws(ToolFailure) {
        engine = store
        self.source = source
        self.store = path
        catalog = store.snapshot().catalog
        names = NameBook(catalog)
        bulk = try withStoreErrors(of: path) { () throws(StoreError) in
            try store.beginImport(onConflict: rule)
        }
        // While the import is under way it does not move.
        floor = store.snapshot().floor
    }

    func point(
        _ name: PointName, _ entry: PointsTable.Entry?
    ) throws(ToolFailure) -> Int {
        let address = try names.address(of: name)
        let known = catalog[address]?.current
        // What is said first of a point holds for all its past. A known one stays what it is for
        // now: its samples come in any order, and tell only at their end from when on it changes.
        let described =
            known.map { .init(unit: $0.unit, dataType: $0.dataType) }
            ?? entry ?? PointsTable.Entry(unit: "", dataType: .analog)
        let series = try define(
            address, name, described,
            from: known?.validFrom ?? BulkImport.supportedRange.from)
        points.append(
            Point(
                series: series, name: name, address: address, change: known == nil ? nil : entry))
        return points.count - 1
    }

    func append(_ samples: SampleColumns, to point: Int) throws(ToolFailure) {
        guard let least = samples.times.min(), let greatest = samples.times.max() else { return }
        points[point].leastTime = min(points[point].leastTime ?? least, least)
        points[point].greatestTime = max(points[point].greatestTime ?? greatest, greatest)
        try withStoreErrors(of: store) { () throws(StoreError) in
            try bulk.append(samples, to: points[point].series)
        }
    }

    func commit() throws(ToolFailure) -> ImportCounts {
        for point in points {
            guard let change = point.change, let least = point.leastTime else { continue }
            _ = try define(
                point.address, point.name, change, from: Timestamp(milliseconds: least))
        }
        let report = try withStoreErrors(of: store) { () throws(StoreError) in try bulk.commit() }
        record(report.stored + report.replaced)
        return ImportCounts(
            samples: report.stored + report.duplicates + report.replaced + report.kept,
            duplicates: report.duplicates, replaced: report.replaced, kept: report.kept,
            belowFloor: report.belowFloor, floor: floor)
    }

    /// Records in the journal how the samples came. They are stored, so a failure is a warning.
    private func record(_ count: Int) {
        guard count > 0, let first = points.compactMap(\.leastTime).min(),
            let last = points.compactMap(\.greatestTime).max()
        else { return }
        let event = SampleOrigin.imported.event(
            of: count, in: points.filter { $0.leastTime != nil }.map(\.address),
            from: Timestamp(milliseconds: first), to: Timestamp(milliseconds: last),
            at: SystemClock.now, source: source)
        do throws(StoreError) { try engine.record(event) } catch {
            Notes.error("warning: the journal has no record of this import: \(error.message)")
        }
    }

    /// Adds a version where it says something new.
    private func define(
        _ address: PointAddress, _ name: PointName, _ entry: PointsTable.Entry,
        from time: Timestamp
    ) throws(ToolFailure) -> SeriesID {
        try withStoreErrors(of: store) { () throws(StoreError) in
            try bulk.series(
                of: address, deviceName: name.device, pointName: name.point, unit: entry.unit,
                dataType: entry.dataType, validFrom: time)
        }
    }

    func cancel() { bulk.cancel() }
}
