import Almanac
import SegmentStore
import TimeSeriesModel

/// What is to be exported: the points with samples, the range, and what had to be left out.
final class Export {
    let points: [ExportPoint]
    let range: TimeRange
    let limit: Int?
    let calendar: BucketCalendar?
    let notes: Notes
    /// Samples that are bad, or no number that a cell could hold.
    var leftOutCount = 0
    /// Samples that a form which keeps all qualities still cannot hold.
    var nonFiniteCount = 0

    let store: String
    private let snapshot: Snapshot
    private let log = DamageLog()

    init(
        _ glob: String?, _ option: StoreOption, _ scope: ExportScope,
        _ buckets: ExportBucketOptions, _ notes: Notes
    ) throws(ToolFailure) {
        let zone = try scope.zone.zone()
        let asked = try scope.span.range(in: zone, now: SystemClock.now)
        let width = try buckets.every.map { (text) throws(ToolFailure) in
            try BucketWidth.every(text)
        }
        let snapshot = try option.openSnapshot()
        self.snapshot = snapshot
        calendar = width.map { BucketCalendar(width: $0, zone: zone) }
        store = option.path
        limit = scope.limit.count
        self.notes = notes
        let log = log
        let store = store
        let catalog = snapshot.catalog
        let points: [ExportPoint] = try catalog.points(fitting: glob, in: store).compactMap {
            point in
            guard let series = point.series else { return nil }
            return ExportPoint(
                point: point, name: catalog.title(of: point.address),
                reader: SeriesReader(snapshot: snapshot, store: store, log: log, series: series))
        }
        try Export.checkNames(points)
        self.points = points
        range = asked.clipped(to: BulkImport.supportedRange)
    }

    /// The same state as the façade reads it.
    var history: HistorySnapshot { HistorySnapshot(of: snapshot, skipping: log) }

    /// What describes the samples of a point.
    func course(of point: ExportPoint) throws(ToolFailure) -> PointCourse {
        try PointCourse(of: point.address, in: range, snapshot, store: store)
    }

    /// From the first sample of any point up to behind the last; nil where there is none.
    func extent() throws(ToolFailure) -> TimeRange? {
        var all: TimeRange?
        for point in points {
            guard let own = try point.reader.extent(in: range) else { continue }
            all = TimeRange(
                from: min(all?.from ?? own.from, own.from), to: max(all?.to ?? own.to, own.to))
        }
        return all
    }

    /// Says what was left out, after everything was written.
    func finish() throws(ToolFailure) {
        if leftOutCount > 0 {
            notes.say(
                "left out: \(NumberText.count(leftOutCount, of: "sample")) without a usable value")
        }
        if nonFiniteCount > 0 {
            // Always said: who keeps an export as the whole of a store has to know.
            Notes.error(
                "left out: \(NumberText.count(nonFiniteCount, of: "sample")) whose value is no "
                    + "finite number, which nothing that is imported holds")
        }
        try log.report(of: store, snapshot.catalog)
    }
}

/// Which part of the store is exported.
struct ExportScope {
    let span: SpanOptions
    let limit: LimitOption
    let zone: ZoneOption
}

/// A point with samples.
struct ExportPoint {
    let point: CatalogPoint
    let name: String
    let reader: SeriesReader

    var address: PointAddress { point.address }
}

extension Export {
    /// - Throws: where two points share a name: who reads the export would take them for one.
    private static func checkNames(_ points: [ExportPoint]) throws(ToolFailure) {
        var seen: Set<String> = []
        for point in points where !seen.insert(point.name).inserted {
            throw ToolFailure(
                .wrongData,
                "two points are named \(point.name): export them one by one, by address")
        }
    }

    /// What stands over the columns: without the device where all points are of one.
    func columnNames() -> [String] {
        let names = points.map { PointName($0.name) }
        let devices = Set(names.map { $0?.device })
        let isOneSite = devices.count == 1 && !devices.contains(nil)
        if !isOneSite, points.count > 1 {
            notes.say("columns are full names: import them with --prefix ''")
        }
        return points.enumerated().map { (place, point) in
            isOneSite ? names[place]?.point ?? point.name : point.name
        }
    }
}
