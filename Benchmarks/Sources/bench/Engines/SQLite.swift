import Foundation
import TimeSeriesModel

/// SQLite, with the care that somebody takes who wants to keep it: prepared statements, one
/// transaction a bulk load, the index made last.
struct SQLite: Engine {
    enum Layout: String {
        /// A table per year, rows in order of time, an index by point and time.
        case yearTables = "sqlite-years"
        /// One table without row ids, clustered by point and time.
        case clustered = "sqlite-clustered"
    }

    let layout: Layout
    var name: String { layout.rawValue }
    var version: String { SQLiteDatabase.version }
    var settings: String {
        let shape =
            layout == .yearTables
            ? "table per year, rows in order of time, index (point, time)"
            : "WITHOUT ROWID, primary key (point, time)"
        return shape + ", no column for quality; load: one transaction, rollback journal, "
            + "synchronous=FULL, index after the rows, ANALYZE; ticks: WAL, synchronous=FULL; reads: "
            + "\(SQLite.reading.joined(separator: ", ")), one read transaction, "
            + "aggregates folded from rows, full scan with a connection for each core"
    }

    static let file = "samples.db"
    static let loading = ["cache_size=-262144", "synchronous=FULL", "temp_store=MEMORY"]
    static let reading = ["cache_size=-65536", "mmap_size=2147418112", "temp_store=MEMORY"]
    static let ticking = ["journal_mode=WAL", "synchronous=FULL", "cache_size=-65536"]

    func ingest(_ workload: Workload, into folder: String) throws {
        let database = try SQLite.open(folder, SQLite.loading)
        try database.run("BEGIN")
        switch layout {
        case .clustered: try loadClustered(workload, into: database)
        case .yearTables: try loadYears(workload, into: database)
        }
        try database.run("COMMIT")
        try database.run("ANALYZE")
    }

    func reader(of folder: String, _ series: [SeriesKey]) throws -> SQLiteReader {
        try SQLiteReader(folder, layout, series)
    }

    func writer(of folder: String, _ series: [SeriesKey]) throws -> SQLiteWriter {
        try SQLiteWriter(folder, layout, series)
    }

    static func open(
        _ folder: String, _ pragmas: [String], readOnly: Bool = false
    ) throws -> SQLiteDatabase {
        let database = try SQLiteDatabase(path: "\(folder)/\(file)", readOnly: readOnly)
        for pragma in pragmas { try database.run("PRAGMA \(pragma)") }
        return database
    }

    // MARK: - Loading

    /// Rows in the order of the table, so that every page is filled once.
    private func loadClustered(_ workload: Workload, into database: SQLiteDatabase) throws {
        try database.run(SQLite.clusteredTable)
        let statement = try database.prepare("INSERT INTO samples VALUES (?, ?, ?)")
        for index in workload.series.indices {
            let values = workload.values(of: index)
            for (position, time) in workload.times(of: index).enumerated() {
                try statement.insert(index, time, values[position])
            }
        }
    }

    /// Rows as a collector writes them: all points of a moment, then the next moment.
    private func loadYears(_ workload: Workload, into database: SQLiteDatabase) throws {
        var statements: [Int: SQLiteStatement] = [:]
        let count = workload.series.map(\.count).max() ?? 0
        for position in 0..<count {
            for index in workload.series.indices where position < workload.series[index].count {
                let time = workload.time(of: index, at: position)
                let year = UTCYear(containing: Timestamp(rawValue: time)).number
                if statements[year] == nil {
                    try database.run(SQLite.table(of: year))
                    statements[year] = try database.prepare(
                        "INSERT INTO samples_\(year) VALUES (?, ?, ?)")
                }
                try statements[year]!.insert(
                    index, time, workload.value(of: index, at: position))
            }
        }
        for year in statements.keys.sorted() { try database.run(SQLite.index(of: year)) }
    }

    static let clusteredTable =
        "CREATE TABLE IF NOT EXISTS samples (point INTEGER NOT NULL, time INTEGER NOT NULL, "
        + "value REAL NOT NULL, PRIMARY KEY (point, time)) WITHOUT ROWID"

    static func table(of year: Int) -> String {
        "CREATE TABLE IF NOT EXISTS samples_\(year) (point INTEGER NOT NULL, "
            + "time INTEGER NOT NULL, value REAL NOT NULL)"
    }

    static func index(of year: Int) -> String {
        "CREATE INDEX IF NOT EXISTS point_time_\(year) ON samples_\(year) (point, time)"
    }
}
