/// The private memory that a full scan adds at its peak to a fresh process that has the store open.
enum FullScanStep {
    static func megabytes(_ folder: String, _ workload: Workload) throws -> Double {
        try ChildProcess.figure(["fullscan", folder, workload.path])
    }

    static func run(_ arguments: ArraySlice<String>) throws {
        let words = try Arguments(arguments, of: "step fullscan", words: 2, options: [])
        let workload = try Workload(path: words[1])
        let queries = try Queries(path: words[1] + ".queries")
        let reader = try Engines.almanac.reader(of: words[0], workload.keys)
        _ = try reader.sample(of: 0, atOrBefore: queries.end)
        let before = PrivateMemory.megabytes()
        let peak = PrivateMemoryPeak()
        let total = try reader.total(from: queries.start, to: queries.end)
        let after = peak.stop()
        guard total.count == workload.sampleCount else {
            throw WrongAnswer("\(total.count) samples scanned of \(workload.sampleCount)")
        }
        print(after - before)
    }
}
