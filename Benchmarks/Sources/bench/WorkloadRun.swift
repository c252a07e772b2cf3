import ColumnCodec
import Dispatch
import Foundation
import SegmentStore
import TimeSeriesModel

/// Imports a workload into a fresh store and asks it the workload's queries.
struct WorkloadRun {
    private let options: RunOptions
    private let workload: Workload
    private let queries: Queries?
    private let store: String

    init(_ options: RunOptions) throws {
        self.options = options
        workload = try Workload(path: options.file)
        let path = options.file + ".queries"
        let hasQueries = !workload.isReal && FileManager.default.fileExists(atPath: path)
        queries = hasQueries ? try Queries(path: path) : nil
        store = options.work + "/store"
    }

    func run() throws {
        try? FileManager.default.removeItem(atPath: options.work)
        try FileManager.default.createDirectory(
            atPath: options.work, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: options.work) }
        var result = RunResult()
        let series = try ingest(&result)
        try measureSize(&result)
        try measureReimport(&result, series)
        if let queries {
            try measureOpening(&result, queries)
            let snapshot = try Snapshot.open(at: store)
            for _ in 0..<options.repetitions {
                try ask(snapshot, series, queries, &result)
            }
            try compareWithExpected(result)
            try TickRun(workload: workload, store: store, end: queries.end).run(&result)
        }
        result.print()
        if let path = options.result {
            try result.write(
                to: path, series: workload.series.count, samples: workload.sampleCount,
                info: ["cores": String(ProcessInfo.processInfo.activeProcessorCount)])
        }
    }

    // MARK: - Writing

    private func ingest(_ result: inout RunResult) throws -> [SeriesID] {
        var series: [SeriesID] = []
        let writer = try Store.open(at: store)
        defer { writer.close() }
        let start = DispatchTime.now().uptimeNanoseconds
        let report: ImportReport
        (series, report) = try importAll(into: writer)
        try writer.compact()
        let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
        guard report.stored == workload.sampleCount else {
            throw WrongAnswer("\(report.stored) samples stored of \(workload.sampleCount)")
        }
        result.add("ingest_sps", Double(workload.sampleCount) / seconds, unit: "samples/s")
        return series
    }

    private func importAll(into writer: Store) throws -> ([SeriesID], ImportReport) {
        let bulk = try writer.beginImport()
        var series: [SeriesID] = []
        for item in workload.series {
            let id = try bulk.series(
                of: item.address, deviceName: "d\(item.address.device.rawValue)",
                pointName: item.name, unit: "", dataType: .analog,
                validFrom: Timestamp(milliseconds: 0))
            series.append(id)
            try bulk.append(
                SampleColumns(
                    times: item.times, values: item.values,
                    qualities: [UInt8](repeating: 0, count: item.times.count)), to: id)
        }
        return (series, try bulk.commit())
    }

    private func measureSize(_ result: inout RunResult) throws {
        var bytes = 0
        for file in FileManager.default.enumerator(atPath: store)! {
            let attributes = try FileManager.default.attributesOfItem(
                atPath: "\(store)/\(file)")
            if attributes[.type] as? FileAttributeType == .typeRegular {
                bytes += (attributes[.size] as! NSNumber).intValue
            }
        }
        result.add("bytes_per_sample", Double(bytes) / Double(workload.sampleCount), unit: "B")
    }

    /// The same year again, into a store that holds it: all of it is found to be known.
    private func measureReimport(_ result: inout RunResult, _ series: [SeriesID]) throws {
        let writer = try Store.open(at: store)
        defer { writer.close() }
        let start = DispatchTime.now().uptimeNanoseconds
        let (again, report) = try importAll(into: writer)
        let seconds = Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
        guard report.duplicates == workload.sampleCount, again == series else {
            throw WrongAnswer("\(report.duplicates) duplicates of \(workload.sampleCount)")
        }
        result.add("ingest_again_sps", Double(workload.sampleCount) / seconds, unit: "samples/s")
    }

    // MARK: - Reading

    private func measureOpening(_ result: inout RunResult, _ queries: Queries) throws {
        for _ in 0..<5 {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            let address = workload.series[queries.lookups[0].series].address
            process.arguments = [
                "first", store, address.description, String(queries.lookups[0].time),
            ]
            let pipe = Pipe()
            process.standardOutput = pipe
            try process.run()
            process.waitUntilExit()
            let text = String(
                decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            guard let milliseconds = Double(text.trimmingCharacters(in: .whitespacesAndNewlines))
            else { throw WrongAnswer("first answer of a fresh process: \(text)") }
            result.add("open", milliseconds, unit: "ms")
        }
    }

    private func ask(
        _ snapshot: Snapshot, _ series: [SeriesID], _ queries: Queries, _ result: inout RunResult
    ) throws {
        var value = 0.0
        var offset = 0.0
        result.add(
            "lookup",
            nanoseconds: try queries.lookups.map { query in
                try timed {
                    try snapshot.sample(
                        of: series[query.series], atOrBefore: Timestamp(rawValue: query.time))!
                } then: { (sample: Sample) in
                    value += sample.value
                    offset += Double(sample.time.rawValue - queries.start)
                }
            })
        result.check("lookup", [value, offset])

        value = 0
        result.add(
            "latest",
            nanoseconds: try queries.latest.map { index in
                try timed {
                    try snapshot.latestSample(of: series[index])!
                } then: {
                    (sample: Sample) in
                    value += sample.value
                }
            })
        result.check("latest", [value])

        value = 0
        var count = 0
        result.add(
            "range1000",
            nanoseconds: try queries.ranges.map { query in
                let range = TimeRange(
                    from: Timestamp(rawValue: query.from), to: Timestamp(rawValue: query.to))!
                return try timed {
                    try snapshot.samples(of: series[query.series], in: range)
                } then: {
                    (samples: SampleColumns) in
                    value += samples.values.reduce(0, +)
                    count += samples.count
                }
            })
        result.check("range", [value, Double(count)])
        try askAggregates(snapshot, series, queries, &result)
        try askDashboards(snapshot, series, queries, &result)
        try scanAll(snapshot, series, queries, &result)
    }

    private func askAggregates(
        _ snapshot: Snapshot, _ series: [SeriesID], _ queries: Queries, _ result: inout RunResult
    ) throws {
        for (name, source) in [
            ("scan_agg", AggregateSource.statistics), ("scan_agg_decoded", .samples),
        ] {
            var sums = [0.0, 0.0, 0.0]
            result.add(
                name,
                nanoseconds: try queries.scans.map { query in
                    let range = TimeRange(
                        from: Timestamp(rawValue: query.from), to: Timestamp(rawValue: query.to))!
                    return try timed {
                        try snapshot.aggregate(of: series[query.series], in: range, from: source)
                    } then: { (aggregate: Aggregate) in
                        sums[0] += aggregate.sum
                        sums[1] += aggregate.minimum!
                        sums[2] += aggregate.maximum!
                    }
                })
            if let known = result.check["scan_agg"],
                known.map(\.bitPattern) != sums.map(\.bitPattern),
                source == .samples
            {
                throw WrongAnswer("decoded \(sums), from statistics \(known)")
            }
            result.check("scan_agg", sums)
        }
        var means = 0.0
        var buckets = 0
        result.add(
            "scan_day",
            nanoseconds: try queries.scans.map { query in
                let range = TimeRange(
                    from: Timestamp(rawValue: query.from), to: Timestamp(rawValue: query.to))!
                let grid = BucketGrid(covering: range, every: .seconds(86_400))!
                return try timed {
                    try snapshot.aggregates(of: series[query.series], in: grid)
                } then: {
                    (days: [Aggregate]) in
                    for case let mean? in days.map(\.mean) {
                        means += mean
                        buckets += 1
                    }
                }
            })
        result.check("scan_day", [means, Double(buckets)])
    }

    private func askDashboards(
        _ snapshot: Snapshot, _ series: [SeriesID], _ queries: Queries, _ result: inout RunResult
    ) throws {
        var means = 0.0
        var buckets = 0
        result.add(
            "dash",
            nanoseconds: try queries.dashboards.map { query in
                let range = TimeRange(
                    from: Timestamp(rawValue: query.from), to: Timestamp(rawValue: query.to))!
                return try timed {
                    let grid = BucketGrid(covering: range, every: .seconds(3600))!
                    return try snapshot.aggregates(of: query.series.map { series[$0] }, in: grid)
                } then: { (all: [[Aggregate]]) in
                    for hours in all {
                        for case let mean? in hours.map(\.mean) {
                            means += mean
                            buckets += 1
                        }
                    }
                }
            }, unit: "ms")
        result.check("dash", [means, Double(buckets)])
    }

    private func scanAll(
        _ snapshot: Snapshot, _ series: [SeriesID], _ queries: Queries, _ result: inout RunResult
    ) throws {
        let grid = BucketGrid(
            bounds: [Timestamp(rawValue: queries.start), Timestamp(rawValue: queries.end)])!
        var total = [0.0, Double.infinity, -Double.infinity, 0.0]
        let nanoseconds = try timed {
            try snapshot.aggregates(of: series, in: grid, from: .samples)
        } then: { (all: [[Aggregate]]) in
            for aggregate in all.map({ $0[0] }) {
                total[0] += aggregate.sum
                total[1] = min(total[1], aggregate.minimum!)
                total[2] = max(total[2], aggregate.maximum!)
                total[3] += Double(aggregate.count)
            }
        }
        result.add("fullscan_sps", total[3] / (Double(nanoseconds) / 1e9), unit: "samples/s")
        result.check("full", total)
    }

    private func timed<Answer>(
        _ body: () throws -> Answer, then use: (Answer) -> Void
    ) rethrows -> UInt64 {
        let start = DispatchTime.now().uptimeNanoseconds
        let answer = try body()
        let end = DispatchTime.now().uptimeNanoseconds
        use(answer)
        return end - start
    }

    private func compareWithExpected(_ result: RunResult) throws {
        let path = options.file + ".expected.json"
        guard let data = FileManager.default.contents(atPath: path) else {
            print("answers not compared: no \(path)")
            return
        }
        let expected = try JSONDecoder().decode([String: [Double]].self, from: data)
        for (name, answers) in result.check {
            for (found, wanted) in zip(answers, expected[name] ?? []) {
                guard abs(found - wanted) <= 1e-9 * max(1, abs(wanted)) else {
                    throw WrongAnswer("\(name): \(answers) found, \(expected[name]!) expected")
                }
            }
        }
    }
}

/// What a fresh process needs from opening the store to its first answered look-up.
struct FirstAnswer {
    private let path: String
    private let address: PointAddress
    private let time: Timestamp

    init(_ arguments: ArraySlice<String>) throws {
        let words = Array(arguments)
        guard words.count == 3, let address = PointAddress(words[1]), let time = Timestamp(words[2])
        else { throw UsageError("usage: bench first STORE POINT TIME") }
        path = words[0]
        self.address = address
        self.time = time
    }

    func run() throws {
        let start = DispatchTime.now().uptimeNanoseconds
        let snapshot = try Snapshot.open(at: path)
        guard let series = snapshot.catalog.series(of: address),
            try snapshot.sample(of: series, atOrBefore: time) != nil
        else { throw WrongAnswer("no sample of \(address) at \(time)") }
        print(Double(DispatchTime.now().uptimeNanoseconds - start) / 1e6)
    }
}
