/// `bench data`: writes a workload file and its queries, for `bench run` here or for another engine.
struct DataRun {
    private let path: String
    private let pointCount: Int
    private let yearCount: Int

    init(_ arguments: ArraySlice<String>) throws {
        let words = try Arguments(
            arguments, of: "data", words: 1, options: ["--points", "--years"])
        path = words[0]
        pointCount = try words.number("--points", default: 98)
        yearCount = try words.number("--years", default: 1)
        guard pointCount >= Queries.dashboardSeriesCount else {
            throw UsageError(
                "--points: \(pointCount) found, at least \(Queries.dashboardSeriesCount) expected")
        }
    }

    func run() throws {
        let (workload, _) = try DataRun.make(at: path, points: pointCount, years: yearCount)
        announce("\(workload.series.count) series, \(workload.sampleCount) samples in \(path)")
    }

    /// The file, mapped; its queries lie beside it.
    static func make(at path: String, points: Int, years: Int) throws -> (Workload, Queries) {
        try WorkloadMaker(pointCount: points, yearCount: years).write(to: path)
        let workload = try Workload(path: path)
        let queries = QueryMaker(workload: workload).make()
        try queries.write(to: path + ".queries")
        return (workload, queries)
    }
}
