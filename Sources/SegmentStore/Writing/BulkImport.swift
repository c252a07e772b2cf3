public import ColumnCodec
import DurableFiles
import Synchronization
public import TimeSeriesModel

/// What happens to a sample whose point and time the store already knows with another value.
public enum ConflictRule: Sendable {
    /// The new one wins.
    case replace
    /// The stored one stays.
    case keep
}

/// What an import did.
public struct ImportReport: Sendable {
    /// Samples that the store did not have.
    public internal(set) var stored = 0
    /// Samples that the store, or a later row of the import, had already, bit for bit.
    public internal(set) var duplicates = 0
    /// Samples that took the place of another, stored or earlier in the import.
    public internal(set) var replaced = 0
    /// Samples that were dropped because the stored one was to stay.
    public internal(set) var kept = 0
    /// Samples older than what retention keeps: they were left out.
    public internal(set) var belowFloor = 0
    /// Points that the import made known.
    public internal(set) var newPoints = 0
}

/// An import under way: takes samples in any order and makes all of them part of the store at once,
/// in their years and in final form, or none.
///
/// Memory is bounded: beyond ``StoreOptions/importSampleCountInMemory`` samples sorted runs go to
/// `tmp/`. One import of a store at a time; not to be shared between threads.
public final class BulkImport {
    /// Times that the engine keeps: the years 1900 up to and including 2199.
    public static let supportedRange = TimeRange(
        from: UTCYear(1900).start, to: UTCYear(2200).start)!

    let store: Store
    /// What new samples are compared with: at the commit, everything that was acknowledged.
    private(set) var base: Snapshot
    let rule: ConflictRule
    private(set) var catalog: Catalog
    private var change = CatalogChange()
    private(set) var report = ImportReport()
    private var pending: [SeriesID: SampleColumns] = [:]
    private var pendingCount = 0
    private var runs: ImportRuns
    private var isOver = false

    init(_ store: Store, onConflict rule: ConflictRule) throws(StoreError) {
        base = try store.beginImporting()
        self.store = store
        self.rule = rule
        catalog = base.catalog
        runs = ImportRuns(store)
    }

    deinit { cancel() }

    /// The series of a point, made known with the import if it is new.
    ///
    /// A name, unit or data type other than the known one adds a version, valid from `time`.
    public func series(
        of address: PointAddress, deviceName: String, pointName: String, unit: String,
        dataType: DataType, validFrom time: Timestamp
    ) throws(StoreError) -> SeriesID {
        if catalog.series(of: address) == nil { report.newPoints += 1 }
        try catalog.setName(deviceName, of: address.device, into: &change)
        try catalog.define(
            address,
            as: PointVersion(name: pointName, unit: unit, dataType: dataType, validFrom: time),
            into: &change)
        return try catalog.addSeries(for: address, into: &change)
    }

    /// Adds samples of a series, in any order.
    ///
    /// - Throws: ``StoreError`` with code `invalidParameter` for an unknown series or a time outside
    ///   ``supportedRange``; none of these columns is taken then. `diskFull` and its kin where a
    ///   run did not reach the disk.
    public func append(_ columns: SampleColumns, to series: SeriesID) throws(StoreError) {
        precondition(!isOver, "an import that was committed or cancelled takes no samples")
        guard catalog.address(of: series) != nil else {
            throw StoreError(
                .invalidParameter, "series \(series.rawValue) is not known to this store")
        }
        let range = BulkImport.supportedRange
        if let time = columns.times.first(where: { !range.contains(Timestamp(rawValue: $0)) }) {
            throw StoreError(
                .invalidParameter,
                "time \(time) ms found, the years 1900 to 2199 are supported")
        }
        let taken = columnsAboveFloor(columns)
        if pending[series] == nil {
            pending[series] = taken
        } else {
            pending[series]!.append(contentsOf: taken)
        }
        pendingCount += taken.count
        if pendingCount >= store.options.importSampleCountInMemory { try spill() }
    }

    /// Retention may move the floor while the import is under way: the commit looks again.
    private func columnsAboveFloor(_ columns: SampleColumns) -> SampleColumns {
        guard let floor = base.manifest.floor, columns.times.contains(where: { $0 < floor }) else {
            return columns
        }
        var taken = SampleColumns()
        for index in 0..<columns.count where columns.times[index] >= floor {
            taken.append(
                time: columns.times[index], value: columns.values[index],
                quality: columns.qualities[index])
        }
        report.belowFloor += columns.count - taken.count
        return taken
    }

    /// Makes everything part of the store: durable on return, or nothing of it is there.
    ///
    /// Batches that are appended meanwhile wait, and come after the import.
    public func commit() throws(StoreError) -> ImportReport {
        precondition(!isOver, "an import is committed once")
        defer { cancel() }
        if !runs.isEmpty { try spill() }
        return try store.withMaintenance { () throws(StoreError) in
            let result = store.writer.withLock { writer in
                Result { () throws(StoreError) in try commit(&writer) }
            }
            return try result.get()
        }
    }

    /// In the writer's turn: what is in memory goes to segments first, so that the import is
    /// classified against all of it and its number follows theirs.
    private func commit(_ writer: inout Store.Writer) throws(StoreError) -> ImportReport {
        // An append may have failed while this call waited for the turn.
        if let refusal = store.state.withLock({ $0.refusal }) { throw refusal }
        try store.refuseBelowReserve()
        try store.flushHeads(&writer)
        base = store.snapshot()
        for (series, columns) in pending { pending[series] = columnsAboveFloor(columns) }
        let lsn = writer.log.lastLSN + 1
        let years = runs.isEmpty ? try writeFromMemory(lsn) : try writeFromRuns(lsn)
        if try publish(years, lsn) {
            // Only a published number is used up: the log has no gaps.
            writer.log.skip(to: lsn)
            writer.newest = NewestTimes()
        }
        return report
    }

    /// Ends the import without a trace. Harmless after ``commit()``.
    public func cancel() {
        guard !isOver else { return }
        isOver = true
        runs.discard()
        pending = [:]
        store.endImporting()
    }

    private func writeFromMemory(_ lsn: LSN) throws(StoreError) -> [YearWriter.Outcome] {
        let sorted = try sortPending()
        pending = [:]
        var outcomes: [YearWriter.Outcome] = []
        do throws(StoreError) {
            for year in SortedSeries.years(of: sorted) {
                let writer = YearWriter(self, year, lsn)
                if let outcome = try writer.write(sorted) { outcomes.append(outcome) }
            }
        } catch {
            for outcome in outcomes { outcome.segment?.discard(in: store.storage) }
            throw error
        }
        return outcomes
    }

    private func writeFromRuns(_ lsn: LSN) throws(StoreError) -> [YearWriter.Outcome] {
        var outcomes: [YearWriter.Outcome] = []
        do throws(StoreError) {
            for (year, view) in try runs.years() {
                let writer = YearWriter(self, year, lsn)
                if let outcome = try writer.write(view) { outcomes.append(outcome) }
            }
        } catch {
            for outcome in outcomes { outcome.segment?.discard(in: store.storage) }
            throw error
        }
        report.replaced += runs.sampleCount - outcomes.reduce(0) { $0 + $1.readCount }
        return outcomes
    }

    /// Whether there was anything to publish.
    private func publish(
        _ years: [YearWriter.Outcome], _ lsn: LSN
    ) throws(StoreError) -> Bool {
        for year in years {
            report.stored += year.counts.new
            report.duplicates += year.counts.duplicates
            report.replaced += year.counts.replaced
            report.kept += year.counts.kept
            report.belowFloor += year.counts.belowFloor
        }
        let segments = years.compactMap(\.segment)
        guard !change.isEmpty || !segments.isEmpty else { return false }
        var edit = ManifestEdit()
        edit.lastLSN = lsn
        for year in years where year.segment != nil {
            edit.sampleCountChanges[year.year.number, default: 0] += year.counts.new
        }
        let frames = change.payloads.map { RecordFrame(type: .catalog, lsn: lsn, payload: $0) }
        try store.publish(edit, segments: segments, catalogFrames: frames, catalog: catalog)
        return true
    }
}

// MARK: - Sorting and spilling

extension BulkImport {
    private func sortPending() throws(StoreError) -> [SortedSeries] {
        let rows = pending.sorted { $0.key < $1.key }.filter { !$0.value.isEmpty }
        var sorted: [SortedSeries] = []
        try OrderedWorkers.run(rows) {
            $0.value.count
        } make: { row in
            var columns = row.value
            let superseded = SampleSorter.sort(&columns)
            return SortedSeries(series: row.key, columns: columns, superseded: superseded)
        } consume: { (made: SortedSeries) throws(StoreError) in
            report.duplicates += made.superseded.duplicates
            report.replaced += made.superseded.replaced
            sorted.append(made)
        }
        return sorted
    }

    private func spill() throws(StoreError) {
        // Beside the next writer of a store that was closed, nothing more is written.
        if let refusal = store.state.withLock({ $0.refusal }) { throw refusal }
        let sorted = try sortPending()
        pending = [:]
        pendingCount = 0
        for year in SortedSeries.years(of: sorted) {
            try runs.add(sorted, of: year)
        }
    }

}

/// The samples of a series in ascending order, each time once.
struct SortedSeries: Sendable {
    let series: SeriesID
    let columns: SampleColumns
    let superseded: SampleSorter.Superseded

    /// The UTC years that samples of any of the series lie in, ascending.
    static func years(of sorted: [SortedSeries]) -> [UTCYear] {
        var years: Set<UTCYear> = []
        for series in sorted {
            let times = series.columns.times
            var next = 0
            while next < times.count {
                let year = UTCYear(containing: Timestamp(rawValue: times[next]))
                years.insert(year)
                let end = year.end.rawValue
                next = times.firstPosition(in: next..<times.count) { $0 >= end }
            }
        }
        return years.sorted()
    }

    /// The positions that lie in a year.
    func positions(in year: UTCYear) -> Range<Int> {
        ReadBounds(year.range)!.positions(in: columns.times)
    }
}
