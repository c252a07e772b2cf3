extension QuerySession {
    /// Sum, least and greatest of a year: pushed down, and from the samples where that is another
    /// way. Both must agree in every bit.
    func askYears(_ result: inout RunResult) throws {
        var sums = [0.0, 0.0, 0.0]
        result.add(
            "scan_agg",
            nanoseconds: try times(queries.scans, reader.extremes) { add($0, to: &sums) })
        result.check("scan_agg", sums)

        guard let first = queries.scans.first, try reader.decodedExtremes(first) != nil else {
            return
        }
        var decoded = [0.0, 0.0, 0.0]
        let nanoseconds = try times(queries.scans, reader.decodedExtremes) { answer in
            if let answer { add(answer, to: &decoded) }
        }
        guard decoded.map(\.bitPattern) == sums.map(\.bitPattern) else {
            throw WrongAnswer("decoded \(decoded), from statistics \(sums)")
        }
        result.add("scan_agg_decoded", nanoseconds: nanoseconds)
    }

    /// The same years by day.
    func askDays(_ result: inout RunResult) throws {
        var means = MeanSum()
        let nanoseconds = try times(queries.scans) {
            try reader.buckets($0, every: Span.day)
        } then: { days in
            means.add(days)
        }
        result.add("scan_day", nanoseconds: nanoseconds)
        result.check("scan_day", means.answer)
    }

    /// Hourly means of many series.
    func askDashboards(_ result: inout RunResult) throws {
        var means = MeanSum()
        let nanoseconds = try times(queries.dashboards) {
            try reader.buckets($0, every: Span.hour)
        } then: { all in
            for hours in all { means.add(hours) }
        }
        result.add("dash", nanoseconds: nanoseconds, unit: "ms")
        result.check("dash", means.answer)
    }

    /// Every sample there is.
    func askEverything(_ result: inout RunResult) throws {
        var total = Extremes()
        let nanoseconds = try timed {
            try reader.total(from: queries.start, to: queries.end)
        } then: {
            total = $0
        }
        result.add(
            "fullscan_sps", Double(total.count) / (Double(nanoseconds) / 1e9), unit: "samples/s")
        result.check(
            "full", [total.sum, total.minimum, total.maximum, Double(total.count)])
    }

    private func add(_ answer: Extremes, to sums: inout [Double]) {
        sums[0] += answer.sum
        sums[1] += answer.minimum
        sums[2] += answer.maximum
    }
}

/// The means of all buckets that have samples, added up, and their number.
private struct MeanSum {
    private var sum = 0.0
    private var count = 0

    var answer: [Double] { [sum, Double(count)] }

    mutating func add(_ buckets: [some MeanBucket]) {
        for case let mean? in buckets.map(\.mean) {
            sum += mean
            count += 1
        }
    }
}
