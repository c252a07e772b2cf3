import Almanac

/// What `health --fail-on` calls a finding: `coverage<90`, `longest_gap>6h`, `stalled`.
struct HealthLimit {
    enum Field: String, CaseIterable {
        /// In percent.
        case coverage
        case gaps
        case longestGap = "longest_gap"
        case stalled
        case noData = "no_data"
        case flat
        case outOfRange = "out_of_range"
        case bad
        case duplicates
        case late
        case quarantined
        case future
        case level
    }

    enum Comparison: String, CaseIterable {
        // The longer ones first: each begins with a shorter one.
        case atMost = "<="
        case atLeast = ">="
        case notEqual = "!="
        case below = "<"
        case above = ">"
        case equal = "="
    }

    let text: String
    private let field: Field
    private let comparison: Comparison
    private let bound: Double

    /// A field alone stands for "any": `stalled` is `stalled>0`.
    init(_ text: String) throws(ToolFailure) {
        self.text = text
        let signs: Set<Character> = ["<", ">", "=", "!"]
        let name = text.prefix { !signs.contains($0) }
        guard let field = Field(rawValue: String(name)) else { throw HealthLimit.unknown(text) }
        self.field = field
        let rest = text.dropFirst(name.count)
        if rest.isEmpty {
            guard field != .coverage else { throw HealthLimit.unknown(text) }
            comparison = .above
            bound = 0
            return
        }
        guard let sign = Comparison.allCases.first(where: { rest.hasPrefix($0.rawValue) }),
            let bound = HealthLimit.bound(rest.dropFirst(sign.rawValue.count), of: field)
        else { throw HealthLimit.unknown(text) }
        comparison = sign
        self.bound = bound
    }

    /// Whether the point is a finding. What is not known is none: a point of which nothing was due
    /// has no coverage.
    func isMet(by row: HealthRow) -> Bool {
        guard let value = value(of: row) else { return false }
        return switch comparison {
        case .below: value < bound
        case .atMost: value <= bound
        case .above: value > bound
        case .atLeast: value >= bound
        case .equal: value == bound
        case .notEqual: value != bound
        }
    }

    private func value(of row: HealthRow) -> Double? {
        let report = row.report
        return switch field {
        case .coverage: row.coverage
        case .gaps: Double(report.gaps.count)
        case .longestGap: Double(row.longestGap)
        case .stalled: report.isStalled ? 1 : 0
        case .noData: report.hasNoData ? 1 : 0
        case .flat: Double(report.flatLines.count)
        case .outOfRange: Double(report.outOfRangeCount)
        case .bad: Double(report.badCount)
        case .duplicates: Double(report.counters.duplicates)
        case .late: Double(report.counters.late)
        case .quarantined: Double(report.counters.quarantined)
        case .future: Double(report.futureCount)
        case .level: HealthLimit.rank(report.level)
        }
    }

    private static func bound(_ text: Substring, of field: Field) -> Double? {
        switch field {
        case .level: TrustLevel(rawValue: String(text)).map(rank)
        case .longestGap: BucketWidth.milliseconds(text).map(Double.init)
        default: Double(text).flatMap { $0.isFinite ? $0 : nil }
        }
    }

    private static func rank(_ level: TrustLevel) -> Double {
        Double(TrustLevel.allCases.firstIndex(of: level)!)
    }

    private static func unknown(_ text: String) -> ToolFailure {
        ToolFailure(
            .usage,
            "--fail-on: found \(CellProblem.quoted(text)), expected coverage<90, longest_gap>6h, "
                + "level>=warning, or one of gaps, stalled, no_data, flat, out_of_range, bad, "
                + "duplicates, late, quarantined, future alone or with < <= > >= = != and a number")
    }
}
