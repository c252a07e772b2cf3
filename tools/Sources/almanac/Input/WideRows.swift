import TimeSeriesModel

/// Samples of the columns of a wide file, until they are handed on.
struct ColumnBatch {
    private(set) var times: [[Int64]]
    private(set) var values: [[Double]]
    private(set) var sampleCount = 0

    init(columnCount: Int) {
        times = Array(repeating: [], count: columnCount)
        values = Array(repeating: [], count: columnCount)
    }

    @inline(__always)
    mutating func append(_ value: Double, at time: Int64, to column: Int) {
        times[column].append(time)
        values[column].append(value)
        sampleCount += 1
    }

    mutating func removeAll() {
        for column in times.indices {
            times[column].removeAll(keepingCapacity: true)
            values[column].removeAll(keepingCapacity: true)
        }
        sampleCount = 0
    }
}

/// Reads rows of the wide form as fast as they come, as long as they are of the plain kind: an
/// integer, then numbers without exponent, quotes or blanks, or nothing.
///
/// Anything else, wrong or only unusual, is left for ``CSVReader/nextRecord()``, which takes any
/// form and can say what is wrong.
struct PlainRows {
    private let columnCount: Int
    private let times: ClosedRange<Int64>
    /// The cells of the row under way: only a row that is plain to its end is stored.
    private var cells: [PlainCell] = []
    /// Behind the last row that was stored.
    private(set) var place = 0
    private(set) var lineCount = 0

    private struct PlainCell {
        let column: Int
        let value: Double
    }

    /// - Parameter times: rows of other times are not plain.
    init(columnCount: Int, times: ClosedRange<Int64>) {
        self.columnCount = columnCount
        self.times = times
        cells.reserveCapacity(columnCount)
    }

    /// Takes rows until `end`, a row that is not plain, or `sampleCountMax`.
    ///
    /// - Returns: whether it stopped before a row that is not plain.
    mutating func take(
        _ bytes: Span<UInt8>, _ range: Range<Int>, into batch: inout ColumnBatch,
        sampleCountMax: Int
    ) -> Bool {
        place = range.lowerBound
        lineCount = 0
        while place < range.upperBound, batch.sampleCount < sampleCountMax {
            guard takeRow(bytes, range.upperBound, into: &batch) else { return true }
        }
        return false
    }

    private mutating func takeRow(
        _ bytes: Span<UInt8>, _ end: Int, into batch: inout ColumnBatch
    ) -> Bool {
        var at = place
        guard let time = PlainTime.take(bytes, end, &at), times.contains(time) else { return false }
        cells.removeAll(keepingCapacity: true)
        var column = 0
        while column < columnCount {
            // Each turn stands behind a comma; a cell ends at a comma or, the last, at the line's.
            guard at < end else { return false }
            let mark = bytes[at]
            if mark != UInt8(ascii: ","), mark != 0x0A, mark != 0x0D {
                let number = DecimalNumber.plainPrefix(bytes, from: at)
                guard number.byteCount > 0 else { return false }
                cells.append(PlainCell(column: column, value: number.value))
                at += number.byteCount
            }
            column += 1
            guard column < columnCount else { break }
            guard at < end, bytes[at] == UInt8(ascii: ",") else { return false }
            at += 1
        }
        if at < end, bytes[at] == 0x0D { at += 1 }
        guard at < end, bytes[at] == 0x0A else { return false }
        for cell in cells { batch.append(cell.value, at: time, to: cell.column) }
        place = at + 1
        lineCount += 1
        return true
    }
}
