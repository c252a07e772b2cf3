import Almanac
import ColumnCodec
import SegmentStore
import TimeSeriesModel

/// Makes the lists of what a store holds. Reads indexes, and samples only to count them where
/// segments overlap.
struct StoreListing {
    let snapshot: Snapshot
    let store: String
    let glob: String?
    /// State texts are one text for people and an object for programs.
    let isForPeople: Bool
    /// Samples that could not be counted, because they are damaged.
    let log = DamageLog()

    private var catalog: Catalog { snapshot.catalog }

    func devices() throws(ToolFailure) -> StoreList {
        var list = StoreList([
            Column("device_id", .right), Column("name"), Column("points", .right),
            Column("samples", .right), Column("bytes", .right), Column("first_time"),
            Column("last_time"),
        ])
        let pattern = glob.map { NamePattern($0) }
        for id in catalog.deviceIDs {
            let name = catalog.name(of: id) ?? String(id.rawValue)
            if let pattern, !pattern.matches(name) { continue }
            let points = catalog.points(of: id)
            var usage = SeriesUsage()
            for point in points { usage.add(try self.usage(of: point)) }
            list.rows.append(
                .init(
                    cells: [
                        .name(Int(id.rawValue)), .text(name), .integer(points.count),
                    ] + usage.cells,
                    name: name, byteCount: usage.byteCount, firstTime: usage.first,
                    lastTime: usage.last))
        }
        return list
    }

    func points() throws(ToolFailure) -> StoreList {
        var list = StoreList([
            Column("address"), Column("name"), Column("unit"), Column("data_type"),
            Column("samples", .right), Column("bytes", .right), Column("first_time"),
            Column("last_time"), Column("decimals", .right), Column("states"),
        ])
        let history = HistorySnapshot(of: snapshot, skipping: DamageLog())
        for point in try fitting() {
            let usage = try usage(of: point)
            let described = try withHistoryErrors(of: store) { () throws(HistoryError) in
                try history.descriptions(of: point.address).last
            }
            let name = catalog.title(of: point.address)
            list.rows.append(
                .init(
                    cells: [
                        .text(point.address.description), .text(name),
                        .text(point.current?.unit ?? ""),
                        .text(point.current?.dataType.rawValue),
                    ] + usage.cells + [
                        described?.profile.decimals.map { .integer($0) } ?? .missing,
                        states(of: described),
                    ],
                    name: name, byteCount: usage.byteCount, firstTime: usage.first,
                    lastTime: usage.last))
        }
        return list
    }

    private func states(of described: PointDescription?) -> Cell {
        guard let described else { return .missing }
        return isForPeople
            ? .text(described.statesText.isEmpty ? nil : described.statesText)
            : described.statesCell
    }

    /// Ordered and chosen by the samples of their points.
    func logs() throws(ToolFailure) -> StoreList {
        var list = StoreList([
            Column("device_id", .right), Column("name"), Column("interval_seconds", .right),
            Column("points", .right),
        ])
        let pattern = glob.map { NamePattern($0) }
        for (log, items) in try trendLogs() {
            if let pattern, !pattern.matches(log.trendLogName) { continue }
            var usage = SeriesUsage()
            for point in items.compactMap({ catalog[$0.point] }) {
                usage.add(try self.usage(of: point))
            }
            list.rows.append(
                .init(
                    cells: [
                        .name(Int(log.deviceID.rawValue)), .text(log.trendLogName),
                        .number(log.interval / .seconds(1)), .integer(items.count),
                    ],
                    name: log.trendLogName, byteCount: usage.byteCount, firstTime: usage.first,
                    lastTime: usage.last))
        }
        return list
    }

    private func trendLogs() throws(ToolFailure) -> [(TrendLog, [TrendLogItem])] {
        try withHistoryErrors(of: store) { () throws(HistoryError) in
            // A log's newest samples are looked at with it; damage among them is for verify to tell.
            let history = HistorySnapshot(of: snapshot, skipping: DamageLog())
            var found: [(TrendLog, [TrendLogItem])] = []
            for log in try history.trendLogs() {
                guard let id = log.id else { continue }
                found.append((log, try history.items(of: id)))
            }
            return found
        }
    }

    func segments() -> StoreList {
        var list = StoreList([
            Column("file"), Column("year", .right), Column("role"), Column("samples", .right),
            Column("bytes", .right), Column("first_time"), Column("last_time"),
        ])
        let pattern = glob.map { NamePattern($0) }
        for segment in snapshot.segments {
            if let pattern, !pattern.matches(segment.file) { continue }
            list.rows.append(
                .init(
                    cells: [
                        .text(segment.file), .name(segment.year),
                        .text(segment.role.rawValue), .integer(segment.sampleCount),
                        .bytes(segment.byteCount), .time(segment.firstTime),
                        .time(segment.lastTime),
                    ], name: segment.file, byteCount: segment.byteCount,
                    firstTime: segment.firstTime, lastTime: segment.lastTime))
        }
        return list
    }

    func chunks() throws(ToolFailure) -> StoreList {
        var list = StoreList([
            Column("file"), Column("offset", .right), Column("name"), Column("samples", .right),
            Column("bytes", .right), Column("first_time"), Column("last_time"),
        ])
        for point in try fitting() {
            let name = catalog.title(of: point.address)
            for chunk in try chunks(of: point) {
                list.rows.append(
                    .init(
                        cells: [
                            .text(chunk.file), .name(chunk.offset), .text(name),
                            .integer(chunk.sampleCount), .bytes(chunk.byteCount),
                            .time(chunk.firstTime), .time(chunk.lastTime),
                        ], name: name, byteCount: chunk.byteCount,
                        firstTime: chunk.firstTime, lastTime: chunk.lastTime))
            }
        }
        return list
    }

    private func fitting() throws(ToolFailure) -> [CatalogPoint] {
        try catalog.points(fitting: glob, in: store)
    }

    private func chunks(of point: CatalogPoint) throws(ToolFailure) -> [ChunkSummary] {
        guard let series = point.series else { return [] }
        return try withStoreErrors(of: store) { () throws(StoreError) in
            try snapshot.chunks(of: series)
        }
    }

    private func usage(of point: CatalogPoint) throws(ToolFailure) -> SeriesUsage {
        var usage = SeriesUsage(try chunks(of: point))
        guard let series = point.series else { return usage }
        usage.add(unflushed: snapshot.unflushedSamples(of: series).times)
        if usage.hasOverlap {
            // What lies over each other in time may hold the same sample twice, so it is counted
            // by reading.
            let reader = SeriesReader(snapshot: snapshot, store: store, log: log, series: series)
            usage.sampleCount = try reader.count(in: .all, upTo: .max)
        }
        return usage
    }
}

/// What a series takes.
struct SeriesUsage {
    var sampleCount = 0
    private(set) var byteCount = 0
    private(set) var first: Timestamp?
    private(set) var last: Timestamp?
    /// Chunks of several segments, or the log and chunks, lie over each other in time.
    private(set) var hasOverlap = false

    init() {}

    init(_ chunks: [ChunkSummary]) {
        for chunk in chunks.sorted(by: { $0.firstTime < $1.firstTime }) {
            if let last, chunk.firstTime <= last { hasOverlap = true }
            sampleCount += chunk.sampleCount
            byteCount += chunk.byteCount
            first = first ?? chunk.firstTime
            last = max(last ?? chunk.lastTime, chunk.lastTime)
        }
    }

    /// - Parameter times: ascending.
    mutating func add(unflushed times: [Int64]) {
        guard let start = times.first.map(Timestamp.init(milliseconds:)),
            let end = times.last.map(Timestamp.init(milliseconds:))
        else { return }
        if let last, start <= last { hasOverlap = true }
        sampleCount += times.count
        first = min(first ?? start, start)
        last = max(last ?? end, end)
    }

    mutating func add(_ other: SeriesUsage) {
        sampleCount += other.sampleCount
        byteCount += other.byteCount
        if let start = other.first { first = min(first ?? start, start) }
        if let end = other.last { last = max(last ?? end, end) }
    }

    var cells: [Cell] {
        [.integer(sampleCount), .bytes(byteCount), .time(first), .time(last)]
    }
}
