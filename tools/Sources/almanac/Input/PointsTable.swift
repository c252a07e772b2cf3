import TimeSeriesModel

/// What `--points FILE` tells of points: `site,point,kind,unit[,data_type]`.
struct PointsTable {
    struct Entry: Hashable {
        let unit: String
        let dataType: DataType
    }

    private var entries: [PointName: Entry] = [:]

    subscript(name: PointName) -> Entry? { entries[name] }

    var count: Int { entries.count }

    init() {}

    /// - Throws: with `wrongData` for a file of another form, naming line and column.
    init(path: String) throws(ToolFailure) {
        var reader = try CSVReader(TextSource(path))
        let hasDataType = try PointsTable.readHeader(&reader)
        while let record = try reader.nextRecord() {
            let columns = PointsTable.columns.count + (hasDataType ? 1 : 0)
            guard record.problem == nil, record.cells.count == columns else {
                throw CellProblem(
                    path: path, line: record.line,
                    found: record.problem ?? "\(record.cells.count) cells",
                    expected: "\(columns) cells"
                ).failure
            }
            let cells = record.cells.map { String(decoding: $0, as: UTF8.self) }
            let dataType = try PointsTable.dataType(
                kind: cells[2], named: hasDataType ? cells[4] : "", path, record.line)
            entries[PointName(device: cells[0], point: cells[1])] = Entry(
                unit: cells[3], dataType: dataType)
        }
    }

    private static let columns = ["site", "point", "kind", "unit"]

    /// - Returns: whether the fifth column is there.
    private static func readHeader(_ reader: inout CSVReader) throws(ToolFailure) -> Bool {
        let record = try reader.nextRecord()
        let names = (record?.cells ?? []).map { String(decoding: $0, as: UTF8.self) }
        if names == columns { return false }
        if names == columns + ["data_type"] { return true }
        let isCollectors = names.contains("device_id") && names.contains("object")
        throw CellProblem(
            path: reader.path, line: record?.line ?? 1,
            found: CellProblem.quoted(names.joined(separator: ",")),
            expected: "site,point,kind,unit[,data_type]"
                + (isCollectors ? " (this is the collector's points.csv, not an import's)" : "")
        ).failure
    }

    private static func dataType(
        kind: String, named name: String, _ path: String, _ line: Int
    ) throws(ToolFailure) -> DataType {
        if name.isEmpty { return kind.hasPrefix("binary") ? .digital : .analog }
        guard let type = DataType(rawValue: name) else {
            throw CellProblem(
                path: path, line: line, column: "data_type", found: CellProblem.quoted(name),
                expected: "analog, digital or multistate"
            ).failure
        }
        return type
    }
}
