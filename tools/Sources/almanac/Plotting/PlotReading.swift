import Almanac
import ColumnCodec
import SegmentStore
import TimeSeriesModel

/// Reads the points of a picture.
struct PlotReading {
    let snapshot: Snapshot
    let store: String
    let log: DamageLog
    let zone: TimeZoneRules
    let now: Timestamp

    /// Colours and room end somewhere.
    static let pointCountMax = 12

    /// The points that names and patterns stand for, each once, in their order.
    func points(named names: [String]) throws(ToolFailure) -> [CatalogPoint] {
        var found: [CatalogPoint] = []
        for name in names {
            let isPattern = name.contains { $0 == "*" || $0 == "?" }
            let points =
                isPattern && snapshot.catalog.addresses(named: name).isEmpty
                ? try snapshot.catalog.points(fitting: name, in: store)
                : [try snapshot.catalog.point(named: name, in: store)]
            for point in points where !found.contains(point) { found.append(point) }
        }
        guard found.count <= PlotReading.pointCountMax else {
            throw ToolFailure(
                .usage,
                "\(found.count) points found, at most \(PlotReading.pointCountMax) expected: no "
                    + "picture of more can be read")
        }
        return found
    }

    /// - Parameter columnCount: of the picture; finer than this nothing is kept.
    /// - Throws: with `missing` where none of the points has a sample in the range.
    func chart(
        of points: [CatalogPoint], in range: TimeRange, columnCount: Int
    ) throws(ToolFailure) -> Chart {
        let readers = points.map { point in
            point.series.map {
                SeriesReader(snapshot: snapshot, store: store, log: log, series: $0)
            }
        }
        var shown = range
        if range.from == TimeRange.all.from || range.to == TimeRange.all.to {
            var extent: TimeRange?
            for case let reader? in readers {
                guard let own = try reader.extent(in: range) else { continue }
                extent = TimeRange(
                    from: min(extent?.from ?? own.from, own.from),
                    to: max(extent?.to ?? own.to, own.to))
            }
            guard let extent else { throw try noSamples(points, range) }
            shown = PlotReading.widened(
                TimeRange(
                    from: range.from == TimeRange.all.from ? extent.from : range.from,
                    to: range.to == TimeRange.all.to ? extent.to : range.to)!)
        }
        guard !shown.isEmpty else { throw try noSamples(points, range) }
        var traces: [Trace] = []
        for (point, reader) in zip(points, readers) {
            traces.append(try trace(point, reader, shown, columnCount))
        }
        guard traces.contains(where: { $0.summary.sampleCount > 0 }) else {
            throw try noSamples(points, range)
        }
        return Chart(time: TimeScale(range: shown, zone: zone), traces: traces)
    }

    private func trace(
        _ point: CatalogPoint, _ reader: SeriesReader?, _ range: TimeRange, _ columnCount: Int
    ) throws(ToolFailure) -> Trace {
        let empty = Trace(
            name: snapshot.catalog.title(of: point.address), unit: point.current?.unit ?? "",
            form: TraceForm(point.current?.dataType ?? .analog))
        var builder = TraceBuilder(empty, range: range, now: now, columnCount: columnCount)
        guard let reader else { return builder.finish() }
        if let past = TimeRange(from: TimeRange.all.from, to: range.from) {
            let before = try reader.samples(in: past, limit: 1, order: .backward)
            if !before.isEmpty { builder.add(before.sample(at: 0)) }
        }
        try reader.forEachRun(in: range) { frame, positions in
            for place in positions {
                builder.add(
                    Sample(
                        time: Timestamp(milliseconds: frame.times[place]),
                        value: frame.values[place],
                        quality: Quality(rawValue: frame.qualities[place])))
            }
            return true
        }
        if let future = TimeRange(from: range.to, to: TimeRange.all.to) {
            let after = try reader.samples(in: future, limit: 1)
            if !after.isEmpty { builder.add(after.sample(at: 0)) }
        }
        return builder.finish()
    }

    /// A range that samples gave, from minute to minute; a single sample has something around it.
    private static func widened(_ range: TimeRange) -> TimeRange {
        let minute: Int64 = 60_000
        let isShort = range.to.milliseconds - range.from.milliseconds < 1000
        let margin = isShort ? minute / 2 : 0
        let isLong = range.to.milliseconds - range.from.milliseconds > 60 * minute
        let unit = isLong ? minute : 1
        let from = (range.from.milliseconds - margin).floorDivided(by: unit) * unit
        let to = -(-range.to.milliseconds - margin).floorDivided(by: unit) * unit
        return TimeRange(from: Timestamp(milliseconds: from), to: Timestamp(milliseconds: to))!
    }

    private func noSamples(
        _ points: [CatalogPoint], _ range: TimeRange
    ) throws(ToolFailure) -> ToolFailure {
        // Damage may be why, and is told instead.
        try log.report(of: store, snapshot.catalog)
        let names = points.map { snapshot.catalog.title(of: $0.address) }.joined(separator: ", ")
        return ToolFailure(
            .missing,
            "no samples of \(names) in that time; `almanac ls points` tells when there are")
    }
}

extension TraceForm {
    init(_ type: DataType) {
        switch type {
        case .analog: self = .line
        case .multistate: self = .step
        case .digital: self = .lane
        }
    }
}
