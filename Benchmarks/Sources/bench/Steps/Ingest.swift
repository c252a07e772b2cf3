/// Bulk into a fresh folder, until it is on the medium, and what it takes there.
enum Ingest {
    static func run(
        _ engine: some Engine, _ workload: Workload, into folder: String,
        _ result: inout RunResult
    ) throws {
        try DiskUsage.makeEmpty(folder)
        let seconds = try seconds { try engine.ingest(workload, into: folder) }
        let count = Double(workload.sampleCount)
        result.add("ingest_sps", count / seconds, unit: "samples/s")
        result.add(
            "bytes_per_sample", Double(try DiskUsage.byteCount(of: folder)) / count, unit: "B")
    }
}
