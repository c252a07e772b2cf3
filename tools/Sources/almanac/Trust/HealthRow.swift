import Almanac
import TimeSeriesModel

/// One point's health, as `health` prints it.
struct HealthRow {
    let point: String
    let address: PointAddress
    let report: QualityReport

    /// In percent; nil where nothing was due.
    var coverage: Double? { report.coverage.fraction.map { $0 * 100 } }
    var longestGap: Int64 { report.longestGap?.range.milliseconds ?? 0 }
    var flatLength: Int64 { report.flatLines.reduce(0) { $0 + $1.milliseconds } }

    static let columns = [
        Column("point"), Column("address"), Column("expected", .right), Column("actual", .right),
        Column("coverage", .right), Column("gaps", .right), Column("longest_gap_ms", .right),
        Column("last_time"), Column("stalled"), Column("no_data"), Column("flat", .right),
        Column("flat_ms", .right), Column("out_of_range", .right), Column("bad", .right),
        Column("duplicates", .right), Column("late", .right), Column("quarantined", .right),
        Column("future", .right), Column("level"),
    ]

    /// For programs: everything.
    var cells: [Cell] {
        [
            .text(point), .text(address.description), .integer(report.coverage.expectedTickCount),
            .integer(report.coverage.coveredTickCount), .number(coverage, places: 1),
            .integer(report.gaps.count), .length(milliseconds: longestGap), .time(report.lastSeen),
            .flag(report.isStalled), .flag(report.hasNoData), .integer(report.flatLines.count),
            .length(milliseconds: flatLength), .integer(report.outOfRangeCount),
            .integer(report.badCount), .integer(report.counters.duplicates),
            .integer(report.counters.late), .integer(report.counters.quarantined),
            .integer(report.futureCount), .text(report.level.rawValue),
        ]
    }

    /// - Parameter showsTrend: whether the screen can show it.
    static func tableColumns(showsTrend: Bool) -> [Column] {
        [
            Column("point"), Column("coverage", .right, title: "coverage %"),
            Column("actual", .right), Column("expected", .right), Column("gaps", .right),
            Column("longest", .right), Column("last_time", title: "last seen"),
        ] + (showsTrend ? [Column("trend")] : []) + [Column("level"), Column("found")]
    }

    /// For people: what is wrong in words.
    func tableCells(trend: String?) -> [Cell] {
        [
            .text(point), .number(coverage, places: 1), .integer(report.coverage.coveredTickCount),
            .integer(report.coverage.expectedTickCount), .integer(report.gaps.count),
            report.gaps.isEmpty ? .missing : .length(milliseconds: longestGap),
            .time(report.lastSeen),
        ] + (trend.map { [.text($0)] } ?? []) + [.text(report.level.rawValue), .text(found)]
    }

    private var found: String? {
        var words: [String] = []
        if report.hasNoData { words.append("no data") }
        if report.isStalled { words.append("stalled") }
        if flatLength > 0 { words.append("flat \(LengthText.text(milliseconds: flatLength))") }
        for (count, what) in [
            (report.outOfRangeCount, "out of range"), (report.badCount, "bad"),
            (report.counters.duplicates, "came again"), (report.counters.late, "late"),
            (report.counters.quarantined, "quarantined"), (report.futureCount, "in the future"),
        ] where count > 0 {
            words.append("\(NumberText.grouped(count)) \(what)")
        }
        return words.isEmpty ? nil : words.joined(separator: ", ")
    }

    var color: ScreenColor? {
        switch report.level {
        case .good: nil
        case .warning: .yellow
        case .red: .red
        }
    }
}
