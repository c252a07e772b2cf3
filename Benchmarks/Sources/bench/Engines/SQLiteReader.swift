import Foundation
import TimeSeriesModel

/// Answers from SQLite: one prepared statement for each kind of query and table.
final class SQLiteReader: EngineReader {
    struct Bucket: MeanBucket {
        fileprivate var sum = 0.0
        fileprivate var count = 0
        var mean: Double? { count > 0 ? sum / Double(count) : nil }
    }

    /// The statements of one table, and the years whose samples it holds.
    fileprivate struct Table {
        let name: String
        let from: Int64
        let to: Int64
        let before: SQLiteStatement
        let range: SQLiteStatement
        let values: SQLiteStatement
    }

    private let folder: String
    private let layout: SQLite.Layout
    private let points: [Int64]
    private let database: SQLiteDatabase
    /// Oldest first.
    private let tables: [Table]

    init(_ folder: String, _ layout: SQLite.Layout, _ series: [SeriesKey]) throws {
        self.folder = folder
        self.layout = layout
        points = series.map { Int64($0.number) }
        let database = try SQLite.open(folder, SQLite.reading, readOnly: true)
        self.database = database
        tables = try SQLiteReader.years(database, layout).map { try Table($0, database) }
        // One state for all queries, and no file lock for each of them.
        try database.run("BEGIN")
    }

    /// The tables by year; the one of all years has none.
    private static func years(
        _ database: SQLiteDatabase, _ layout: SQLite.Layout
    ) throws -> [Int?] {
        guard layout == .yearTables else { return [nil] }
        var years: [Int?] = []
        let names = try database.prepare(
            "SELECT CAST(substr(name, 9) AS INTEGER) FROM sqlite_schema "
                + "WHERE type = 'table' AND name GLOB 'samples_*' ORDER BY 1")
        try names.rows { row in
            years.append(Int(row.integer(0)))
            return true
        }
        return years
    }

    // MARK: - Single samples

    func sample(of series: Int, atOrBefore time: Int64) throws -> TimedValue? {
        for table in tables.reversed() where table.from <= time {
            var found: TimedValue?
            try table.before.rows(points[series], time) { row in
                found = TimedValue(time: row.integer(0), value: row.number(1))
                return false
            }
            if let found { return found }
        }
        return nil
    }

    func latest(of series: Int) throws -> TimedValue? {
        try sample(of: series, atOrBefore: .max)
    }

    // MARK: - Ranges

    func columns(_ window: Queries.Window) throws -> (times: [Int64], values: [Double]) {
        var times: [Int64] = []
        var values: [Double] = []
        try rows(window) { time, value in
            times.append(time)
            values.append(value)
        }
        return (times, values)
    }

    /// Folded here, which is faster than `sum`, `min` and `max` in the statement.
    func extremes(_ window: Queries.Window) throws -> Extremes {
        var total = Extremes()
        for table in tables where table.from < window.to && table.to > window.from {
            try table.values.rows(points[window.series], window.from, window.to) { row in
                total.add(row.number(0))
                return true
            }
        }
        return total
    }

    func decodedExtremes(_ window: Queries.Window) -> Extremes? { nil }

    /// Folded here: a GROUP BY over an expression would sort what is in order already.
    func buckets(_ window: Queries.Window, every width: Int64) throws -> [Bucket] {
        var buckets = [Bucket](
            repeating: Bucket(), count: Int((window.to - window.from + width - 1) / width))
        try rows(window) { time, value in
            let index = Int((time - window.from) / width)
            buckets[index].sum += value
            buckets[index].count += 1
        }
        return buckets
    }

    func buckets(_ dashboard: Queries.Dashboard, every width: Int64) throws -> [[Bucket]] {
        try dashboard.series.map {
            try buckets(
                Queries.Window(series: $0, from: dashboard.from, to: dashboard.to), every: width)
        }
    }

    private func rows(_ window: Queries.Window, each: (Int64, Double) -> Void) throws {
        for table in tables where table.from < window.to && table.to > window.from {
            try table.range.rows(points[window.series], window.from, window.to) { row in
                each(row.integer(0), row.number(1))
                return true
            }
        }
    }

    // MARK: - Everything

    /// Each core takes an equal part of every table through a connection of its own.
    func total(from: Int64, to: Int64) throws -> Extremes {
        let workers = ProcessInfo.processInfo.activeProcessorCount
        let (folder, layout, names) = (folder, layout, tables.map(\.name))
        let parts = Parts()
        DispatchQueue.concurrentPerform(iterations: workers) { worker in
            parts.add(
                Result { try SQLiteReader.part(worker, of: workers, folder, layout, names) })
        }
        return try parts.sum()
    }

    private static func part(
        _ worker: Int, of workers: Int, _ folder: String, _ layout: SQLite.Layout,
        _ tables: [String]
    ) throws -> Extremes {
        let database = try SQLite.open(folder, SQLite.reading, readOnly: true)
        let key = layout == .clustered ? "point" : "rowid"
        var total = Extremes()
        for table in tables {
            var end: Int64 = 0
            try database.prepare("SELECT max(\(key)) FROM \(table)").rows { row in
                end = row.integer(0) + 1
                return true
            }
            let statement = try database.prepare(
                "SELECT value FROM \(table) WHERE \(key) >= ? AND \(key) < ?")
            let bounds = [worker, worker + 1].map { end * Int64($0) / Int64(workers) }
            try statement.rows(bounds[0], bounds[1]) { row in
                total.add(row.number(0))
                return true
            }
        }
        return total
    }
}

extension SQLiteReader.Table {
    init(_ year: Int?, _ database: SQLiteDatabase) throws {
        let name = year.map { "samples_\($0)" } ?? "samples"
        self.name = name
        from = year.map { UTCYear($0).start.rawValue } ?? .min
        to = year.map { UTCYear($0).end.rawValue } ?? .max
        before = try database.prepare(
            "SELECT time, value FROM \(name) WHERE point = ? AND time <= ? "
                + "ORDER BY time DESC LIMIT 1")
        range = try database.prepare(
            "SELECT time, value FROM \(name) WHERE point = ? AND time >= ? AND time < ? "
                + "ORDER BY time")
        values = try database.prepare(
            "SELECT value FROM \(name) WHERE point = ? AND time >= ? AND time < ?")
    }
}

extension Extremes {
    fileprivate mutating func add(_ value: Double) {
        sum += value
        minimum = min(minimum, value)
        maximum = max(maximum, value)
        count += 1
    }

    fileprivate mutating func add(_ other: Extremes) {
        sum += other.sum
        minimum = min(minimum, other.minimum)
        maximum = max(maximum, other.maximum)
        count += other.count
    }
}

/// What the workers of a full scan found.
private final class Parts: @unchecked Sendable {
    private let lock = NSLock()
    private var results: [Result<Extremes, any Error>] = []

    func add(_ result: Result<Extremes, any Error>) {
        lock.withLock { results.append(result) }
    }

    func sum() throws -> Extremes {
        try lock.withLock {
            try results.reduce(into: Extremes()) { total, part in total.add(try part.get()) }
        }
    }
}
