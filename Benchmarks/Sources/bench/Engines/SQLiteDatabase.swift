import CAlmanacSQLite

/// A connection to an SQLite database; not to be shared between threads.
final class SQLiteDatabase {
    fileprivate let handle: OpaquePointer

    init(path: String, readOnly: Bool = false) throws {
        var handle: OpaquePointer?
        let flags =
            SQLITE_OPEN_NOMUTEX
            | (readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)
        guard sqlite3_open_v2(path, &handle, flags, nil) == SQLITE_OK, let handle else {
            throw SQLiteFailure("open \(path)", String(cString: sqlite3_errmsg(handle)))
        }
        self.handle = handle
    }

    deinit { sqlite3_close_v2(handle) }

    static var version: String { String(cString: sqlite3_libversion()) }

    func run(_ statement: String) throws {
        guard sqlite3_exec(handle, statement, nil, nil, nil) == SQLITE_OK else {
            throw failure(statement)
        }
    }

    func prepare(_ statement: String) throws -> SQLiteStatement {
        try SQLiteStatement(statement, self)
    }

    fileprivate func failure(_ doing: String) -> SQLiteFailure {
        SQLiteFailure(doing, String(cString: sqlite3_errmsg(handle)))
    }
}

/// A statement prepared once and run often.
final class SQLiteStatement {
    private let database: SQLiteDatabase
    private let handle: OpaquePointer

    fileprivate init(_ text: String, _ database: SQLiteDatabase) throws {
        var handle: OpaquePointer?
        let flags = UInt32(SQLITE_PREPARE_PERSISTENT)
        guard
            sqlite3_prepare_v3(database.handle, text, -1, flags, &handle, nil) == SQLITE_OK,
            let handle
        else { throw database.failure(text) }
        self.database = database
        self.handle = handle
    }

    deinit { sqlite3_finalize(handle) }

    /// Runs it from the beginning and shows every row to the closure, until that says to stop.
    func rows(
        _ parameters: Int64..., each: (SQLiteRow) throws -> Bool
    ) throws {
        for (index, parameter) in parameters.enumerated() {
            sqlite3_bind_int64(handle, Int32(index + 1), parameter)
        }
        defer { sqlite3_reset(handle) }
        while true {
            switch sqlite3_step(handle) {
            case SQLITE_ROW: if try !each(SQLiteRow(handle: handle)) { return }
            case SQLITE_DONE: return
            default: throw database.failure("step")
            }
        }
    }

    /// Runs an insertion of a point, a time and a value.
    func insert(_ point: Int, _ time: Int64, _ value: Double) throws {
        sqlite3_bind_int64(handle, 1, Int64(point))
        sqlite3_bind_int64(handle, 2, time)
        sqlite3_bind_double(handle, 3, value)
        let code = sqlite3_step(handle)
        sqlite3_reset(handle)
        guard code == SQLITE_DONE else { throw database.failure("insert") }
    }
}

/// The row under a statement: valid until the next step.
struct SQLiteRow {
    fileprivate let handle: OpaquePointer

    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }
    func number(_ column: Int32) -> Double { sqlite3_column_double(handle, column) }
}

struct SQLiteFailure: Error, CustomStringConvertible {
    let description: String

    init(_ doing: String, _ message: String) { description = "SQLite: \(doing): \(message)" }
}
