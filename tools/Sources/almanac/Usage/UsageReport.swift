import Almanac
import ColumnCodec
import TimeSeriesModel

/// Usage in the form that was asked for.
struct UsageReport {
    let usage: StoreUsage
    let grouping: UsageGrouping
    /// nil where it is not known.
    let freeByteCount: Int?
    let zone: TimeZoneRules
    let options: FormOptions

    private var isForPeople: Bool { options.form == .table }

    func write(to output: OutputBuffer, rowCountMax: Int) throws(ToolFailure) {
        let rows = try RowWriter(
            columns, schema: "almanac.stat/1",
            fields: [
                .init("by", .text(grouping.rawValue)), .init("total", .fields(totalFields)),
                .init("forecast", forecast.map { .fields($0) } ?? .missing),
            ], in: options.form, to: output, options: options, zone: zone, limit: .max)
        for row in usage.rows.prefix(rowCountMax) { try rows.append(cells(row.key, row.usage)) }
        if isForPeople { try rows.append(cells("total", usage.total)) }
        try rows.finish()
        if isForPeople { try output.append(forecastText) }
    }

    private var columns: [Column] {
        var columns = [
            Column("key", title: grouping.rawValue), Column("samples", .right),
            Column("bytes", .right), Column("bytes_per_sample", .right, title: "B/sample"),
            Column("time_bytes", .right, title: "time"),
            Column("value_bytes", .right, title: "value"),
            Column("quality_bytes", .right, title: "quality"),
            Column("overhead_bytes", .right, title: "overhead"), Column("encodings"),
        ]
        if isForPeople { columns.insert(Column("share", .right), at: 3) }
        return columns
    }

    private func cells(_ key: String, _ part: ByteUsage) -> [Cell] {
        var cells: [Cell] = [
            .text(key), .integer(part.sampleCount), .bytes(part.byteCount),
            .number(part.bytesPerSample, places: 3), .bytes(part.byteCount(of: .time)),
            .bytes(part.byteCount(of: .value)), .bytes(part.byteCount(of: .quality)),
            .bytes(part.overheadByteCount), encodings(of: part),
        ]
        if isForPeople { cells.insert(.text(share(of: part)), at: 3) }
        return cells
    }

    private func share(of part: ByteUsage) -> String {
        guard usage.total.byteCount > 0 else { return "-" }
        let percent = Double(part.byteCount) * 100 / Double(usage.total.byteCount)
        return NumberText.rounded(percent, places: 1) + " %"
    }

    /// All for programs; for people those of the most bytes, in short.
    private func encodings(of part: ByteUsage) -> Cell {
        let sorted = part.encodedByteCounts.sorted {
            ($1.value, $0.key.name) < ($0.value, $1.key.name)
        }
        guard isForPeople else {
            return .fields(
                sorted.sorted { $0.key.name < $1.key.name }
                    .map { .init($0.key.name, .integer($0.value)) })
        }
        let named = sorted.filter { $0.value > 0 }.prefix(3).map(\.key.name)
        guard !named.isEmpty else { return sorted.isEmpty ? .missing : .text("constant") }
        return .text(named.joined(separator: ", "))
    }

    private var totalFields: [RowWriter.Field] {
        let total = usage.total
        return [
            .init("samples", .integer(total.sampleCount)),
            .init("bytes", .integer(total.byteCount)),
            .init("bytes_per_sample", .number(total.bytesPerSample)),
            .init("time_bytes", .integer(total.byteCount(of: .time))),
            .init("value_bytes", .integer(total.byteCount(of: .value))),
            .init("quality_bytes", .integer(total.byteCount(of: .quality))),
            .init("overhead_bytes", .integer(total.overheadByteCount)),
            .init("wal_bytes", .integer(usage.logByteCount)),
        ]
    }

    /// nil where there is too little to go by.
    private var forecast: [RowWriter.Field]? {
        usage.growth.map { growth in
            [
                .init("bytes_per_year", .integer(Int(growth.bytesPerYear))),
                .init("samples_per_year", .integer(Int(growth.samplesPerYear))),
                .init("free_bytes", freeByteCount.map { .integer($0) } ?? .missing),
                .init("years_until_full", .number(yearsUntilFull)),
            ]
        }
    }

    private var yearsUntilFull: Double? {
        guard let growth = usage.growth, growth.bytesPerYear >= 1, let freeByteCount else {
            return nil
        }
        return (Double(freeByteCount) / growth.bytesPerYear * 10).rounded() / 10
    }

    private var forecastText: String {
        guard let growth = usage.growth else {
            return "\nforecast: no growth can be told from less than a day of samples\n"
        }
        var text =
            "\nforecast: \(NumberText.bytes(Int(growth.bytesPerYear))) and "
            + "\(NumberText.grouped(Int(growth.samplesPerYear))) samples a year, as in the last "
            + "365 days of samples"
        if let freeByteCount, let years = yearsUntilFull {
            let room = years > 1000 ? "more than 1,000 years" : "\(NumberText.text(years)) years"
            text += "; \(NumberText.bytes(freeByteCount)) free: enough for \(room)"
        }
        return text + "\n"
    }
}
