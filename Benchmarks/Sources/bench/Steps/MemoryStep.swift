import ColumnCodec
import SegmentStore
import TimeSeriesModel

/// One step of `bench memory`: prints the greatest private memory that a sampler saw.
enum MemoryStep {
    static func peak(_ name: String, _ store: String, series: Int) throws -> Double {
        try ChildProcess.figure(["memory", name, store, String(series)])
    }

    static func run(_ arguments: ArraySlice<String>) throws {
        let words = try Arguments(arguments, of: "step memory", words: 3, options: [])
        let peak = PrivateMemoryPeak()
        switch words[0] {
        case "import": try importYears(at: words[1], try words.number(at: 2))
        case "merge":
            let store = try Store.open(at: words[1])
            try store.compact()
            store.close()
        default: try scan(words[1])
        }
        print(peak.stop())
    }

    /// Two imports of alternate samples, so that a merge has to interleave every chunk.
    private static func importYears(at path: String, _ seriesCount: Int) throws {
        let store = try Store.open(at: path)
        for half in 0..<2 {
            let bulk = try store.beginImport()
            for index in 0..<seriesCount {
                let id = try bulk.series(
                    of: PointAddress(device: 1, type: .imported, number: UInt32(index + 1)),
                    deviceName: "d", pointName: "p\(index)", unit: "", dataType: .analog,
                    validFrom: Timestamp(milliseconds: 0))
                var columns = SampleColumns()
                columns.reserve(17_520)
                var tenths = 200
                for slot in 0..<17_520 {
                    tenths += (slot &* 2_654_435_761 &+ index &* 40_503) >> 7 & 3 - 1
                    columns.append(
                        time: 1_735_689_600_000 + Int64(slot * 2 + half) * 900_000,
                        value: Double(tenths) / 10, quality: 0)
                }
                try bulk.append(columns, to: id)
            }
            _ = try bulk.commit()
        }
        store.close()
    }

    private static func scan(_ path: String) throws {
        let snapshot = try Snapshot.open(at: path)
        let grid = BucketGrid(bounds: [UTCYear(2025).start, UTCYear(2026).start])!
        let all = try snapshot.aggregates(
            of: snapshot.catalog.allSeries.map(\.id), in: grid, from: .samples)
        guard all.reduce(0, { $0 + $1[0].count }) == snapshot.sampleCount else {
            throw WrongAnswer("the scan missed samples")
        }
    }
}
