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
    func point(
        _ name: PointName, _ entry: PointsTable.Entry?, from time: Timestamp
    ) throws(ToolFailure) -> Int

    func append(_ samples: SampleColumns, to point: Int) throws(ToolFailure)

    func commit() throws(ToolFailure) -> ImportCounts

    /// Forgets everything; harmless after ``commit()``.
    func cancel()
}

extension Catalog {
    /// What a point is to be described as: by the table, else as it is known, else as a number
    /// without unit. An import without a table takes nothing away from what another one said.
    func entry(of address: PointAddress, _ entry: PointsTable.Entry?) -> PointsTable.Entry {
        let known = self[address]?.current
        return entry
            ?? PointsTable.Entry(unit: known?.unit ?? "", dataType: known?.dataType ?? .analog)
    }
}

/// An import into a store.
final class StoreTarget: ImportTarget {
    private let bulk: BulkImport
    private let catalog: Catalog
    private let store: String
    private let floor: Timestamp?
    private var names: NameBook
    private var series: [SeriesID] = []

    init(_ store: Store, path: String, onConflict rule: ConflictRule) throws(ToolFailure) {
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
        _ name: PointName, _ entry: PointsTable.Entry?, from time: Timestamp
    ) throws(ToolFailure) -> Int {
        let address = try names.address(of: name)
        let described = catalog.entry(of: address, entry)
        // What is said first of a point holds for all its past.
        let isNew = catalog[address]?.current == nil
        let id = try withStoreErrors(of: store) { () throws(StoreError) in
            try bulk.series(
                of: address, deviceName: name.device, pointName: name.point, unit: described.unit,
                dataType: described.dataType,
                validFrom: isNew ? BulkImport.supportedRange.from : time)
        }
        series.append(id)
        return series.count - 1
    }

    func append(_ samples: SampleColumns, to point: Int) throws(ToolFailure) {
        try withStoreErrors(of: store) { () throws(StoreError) in
            try bulk.append(samples, to: series[point])
        }
    }

    func commit() throws(ToolFailure) -> ImportCounts {
        let report = try withStoreErrors(of: store) { () throws(StoreError) in try bulk.commit() }
        return ImportCounts(
            samples: report.stored + report.duplicates + report.replaced + report.kept,
            duplicates: report.duplicates, replaced: report.replaced, kept: report.kept,
            belowFloor: report.belowFloor, floor: floor)
    }

    func cancel() { bulk.cancel() }
}
