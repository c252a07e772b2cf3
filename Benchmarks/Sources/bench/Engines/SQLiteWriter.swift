import TimeSeriesModel

/// Durable batches into SQLite: one transaction each, write-ahead log, synced at the commit.
final class SQLiteWriter: EngineWriter {
    private let layout: SQLite.Layout
    private let points: [Int]
    private let database: SQLiteDatabase
    private var inserts: [String: SQLiteStatement] = [:]

    init(_ folder: String, _ layout: SQLite.Layout, _ series: [SeriesKey]) throws {
        self.layout = layout
        points = series.map(\.number)
        database = try SQLite.open(folder, SQLite.ticking)
    }

    func batch(time: Int64, values: [Double]) -> (time: Int64, values: [Double]) {
        (time, values)
    }

    func commit(_ batch: (time: Int64, values: [Double])) throws {
        let insert = try insertion(at: batch.time)
        try database.run("BEGIN IMMEDIATE")
        for (index, point) in points.enumerated() {
            try insert.insert(point, batch.time, batch.values[index])
        }
        try database.run("COMMIT")
    }

    func close() throws { try database.run("PRAGMA wal_checkpoint(TRUNCATE)") }

    private func insertion(at time: Int64) throws -> SQLiteStatement {
        let year = UTCYear(containing: Timestamp(rawValue: time)).number
        let table = layout == .clustered ? "samples" : "samples_\(year)"
        if let known = inserts[table] { return known }
        if layout == .yearTables {
            try database.run(SQLite.table(of: year))
            try database.run(SQLite.index(of: year))
        }
        let insert = try database.prepare("INSERT INTO \(table) VALUES (?, ?, ?)")
        inserts[table] = insert
        return insert
    }
}
