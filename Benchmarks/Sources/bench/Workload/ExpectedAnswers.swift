import Foundation

/// The answers to the queries of a workload: from a file, or straight from the data by the plainest
/// means there are.
enum ExpectedAnswers {
    /// Those of `FILE.expected.json`, else computed.
    static func of(_ workload: Workload, _ queries: Queries) throws -> [String: [Double]] {
        let path = workload.path + ".expected.json"
        if let data = FileManager.default.contents(atPath: path) {
            return try JSONDecoder().decode([String: [Double]].self, from: data)
        }
        return computed(workload, queries)
    }

    static func computed(_ workload: Workload, _ queries: Queries) -> [String: [Double]] {
        var answers: [String: [Double]] = [:]
        var sums = (value: 0.0, offset: 0.0)
        for query in queries.lookups {
            let index = workload.position(of: query.series, from: query.time + 1) - 1
            sums.value += workload.value(of: query.series, at: index)
            sums.offset += Double(workload.time(of: query.series, at: index) - queries.start)
        }
        answers["lookup"] = [sums.value, sums.offset]
        answers["latest"] = [
            queries.latest.reduce(0) {
                $0 + workload.value(of: $1, at: workload.series[$1].count - 1)
            }
        ]
        var range = (value: 0.0, count: 0)
        for query in queries.ranges {
            for index in workload.positions(query) {
                range.value += workload.value(of: query.series, at: index)
                range.count += 1
            }
        }
        answers["range"] = [range.value, Double(range.count)]
        addScans(workload, queries, &answers)
        addDashboards(workload, queries, &answers)
        addTotal(workload, &answers)
        return answers
    }

    private static func addScans(
        _ workload: Workload, _ queries: Queries, _ answers: inout [String: [Double]]
    ) {
        var sums = [0.0, 0.0, 0.0]
        var days = [0.0, 0.0]
        for query in queries.scans {
            let values = workload.positions(query).map { workload.value(of: query.series, at: $0) }
            sums[0] += values.reduce(0, +)
            sums[1] += values.min() ?? 0
            sums[2] += values.max() ?? 0
            add(means(workload, query, every: Span.day), to: &days)
        }
        answers["scan_agg"] = sums
        answers["scan_day"] = days
    }

    private static func addDashboards(
        _ workload: Workload, _ queries: Queries, _ answers: inout [String: [Double]]
    ) {
        var hours = [0.0, 0.0]
        for item in queries.dashboards {
            for series in item.series {
                let window = Queries.Window(series: series, from: item.from, to: item.to)
                add(means(workload, window, every: Span.hour), to: &hours)
            }
        }
        answers["dash"] = hours
    }

    private static func addTotal(_ workload: Workload, _ answers: inout [String: [Double]]) {
        var total = [0.0, Double.infinity, -Double.infinity, Double(workload.sampleCount)]
        for index in workload.series.indices {
            for value in workload.values(of: index) {
                total[0] += value
                total[1] = min(total[1], value)
                total[2] = max(total[2], value)
            }
        }
        answers["full"] = total
    }

    /// The means of the buckets that have samples.
    private static func means(
        _ workload: Workload, _ window: Queries.Window, every width: Int64
    ) -> [Double] {
        var sums: [Int64: (sum: Double, count: Int)] = [:]
        for index in workload.positions(window) {
            let bucket = (workload.time(of: window.series, at: index) - window.from) / width
            sums[bucket, default: (0, 0)].sum += workload.value(of: window.series, at: index)
            sums[bucket]!.count += 1
        }
        return sums.sorted { $0.key < $1.key }.map { $0.value.sum / Double($0.value.count) }
    }

    private static func add(_ means: [Double], to answer: inout [Double]) {
        answer[0] += means.reduce(0, +)
        answer[1] += Double(means.count)
    }
}

/// Milliseconds.
enum Span {
    static let hour: Int64 = 3_600_000
    static let day: Int64 = 86_400_000
}

extension Workload {
    /// The place of the first sample that is not before a time.
    func position(of index: Int, from time: Int64) -> Int {
        var low = 0
        var high = series[index].count
        while low < high {
            let middle = (low + high) / 2
            if self.time(of: index, at: middle) < time { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func positions(_ window: Queries.Window) -> Range<Int> {
        position(
            of: window.series, from: window.from)..<position(of: window.series, from: window.to)
    }
}
