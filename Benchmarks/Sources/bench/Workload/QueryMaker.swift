import TimeSeriesModel

/// Makes the queries of a workload: the same for the same data.
struct QueryMaker {
    static let pointQueryCount = 2000
    static let scanCount = 100
    static let dashboardCount = 40

    let workload: Workload

    func make() -> Queries {
        var random = SampleRandom(seed: 7)
        var queries = Queries()
        let years = yearBounds
        (queries.start, queries.end) = (years[0], years[years.count - 1])
        for _ in 0..<QueryMaker.pointQueryCount {
            let time = random.time(from: queries.start + Span.hour, to: queries.end)
            queries.lookups.append((series(&random), time))
        }
        for _ in 0..<QueryMaker.pointQueryCount { queries.latest.append(series(&random)) }
        for _ in 0..<QueryMaker.pointQueryCount {
            let series = series(&random)
            let first = random.below(workload.series[series].count - 1001)
            queries.ranges.append(
                Queries.Window(
                    series: series, from: workload.time(of: series, at: first),
                    to: workload.time(of: series, at: first + 1000)))
        }
        for _ in 0..<QueryMaker.scanCount {
            let year = random.below(years.count - 1)
            queries.scans.append(
                Queries.Window(series: series(&random), from: years[year], to: years[year + 1]))
        }
        let days = Int((queries.end - queries.start) / Span.day)
        for _ in 0..<QueryMaker.dashboardCount {
            let from = queries.start + Int64(random.below(days - 30)) * Span.day
            queries.dashboards.append(
                Queries.Dashboard(
                    from: from, to: from + 30 * Span.day, series: distinctSeries(&random)))
        }
        return queries
    }

    /// The bounds of the years that the data lie in.
    private var yearBounds: [Int64] {
        let count = workload.series[0].count
        let last = UTCYear(
            containing: Timestamp(rawValue: workload.time(of: 0, at: count - 1)))
        return (workload.year...last.number + 1).map { UTCYear($0).start.rawValue }
    }

    private func series(_ random: inout SampleRandom) -> Int {
        random.below(workload.series.count)
    }

    private func distinctSeries(_ random: inout SampleRandom) -> [Int] {
        var all = Array(workload.series.indices)
        for index in 0..<Queries.dashboardSeriesCount {
            all.swapAt(index, index + random.below(all.count - index))
        }
        return Array(all.prefix(Queries.dashboardSeriesCount))
    }
}

extension SampleRandom {
    fileprivate mutating func time(from start: Int64, to end: Int64) -> Int64 {
        start + Int64(next() % UInt64(end - start))
    }
}
