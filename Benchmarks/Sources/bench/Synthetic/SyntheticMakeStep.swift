import ColumnCodec
import Foundation
import SegmentStore
import TimeSeriesModel

/// Imports synthetic series, a year at a time, each sample through the ordinary way: sorted runs on
/// disk, merged into the year's segment. Memory stays bounded however many there are.
enum SyntheticMakeStep {
    static func figures(_ folder: String, _ source: SyntheticSeries) throws -> RunResult {
        let data = try ChildProcess.output(["synthetic-make", folder] + source.arguments)
        return try JSONDecoder().decode(RunResult.self, from: data)
    }

    static func run(_ arguments: ArraySlice<String>) throws {
        let words = try Arguments(arguments, of: "step synthetic-make", words: 4, options: [])
        let source = try SyntheticSeries(words, from: 1)
        let peak = PrivateMemoryPeak()
        var stored = 0
        let seconds = try seconds {
            let store = try Store.open(at: words[0])
            var ids: [SeriesID] = []
            for year in source.years { stored += try add(year, of: source, to: store, &ids) }
            store.close()
        }
        guard stored == source.sampleCount else {
            throw WrongAnswer("\(stored) samples stored of \(source.sampleCount)")
        }
        var result = RunResult(of: Engines.almanac)
        result.add("ingest_sps", Double(stored) / seconds, unit: "samples/s")
        result.add("ingest_rss_mb", peak.stop(), unit: "MB")
        FileHandle.standardOutput.write(try JSONEncoder().encode(result))
    }

    private static func add(
        _ year: UTCYear, of source: SyntheticSeries, to store: Store, _ ids: inout [SeriesID]
    ) throws -> Int {
        let bulk = try store.beginImport()
        if ids.isEmpty { ids = try define(source, in: bulk) }
        let slots = source.slots(of: year)
        let times = slots.map(source.time(at:))
        let qualities = [UInt8](repeating: 0, count: times.count)
        for (index, id) in ids.enumerated() {
            try bulk.append(
                SampleColumns(
                    times: times, values: slots.map { source.value(of: index, at: $0) },
                    qualities: qualities), to: id)
        }
        return try bulk.commit().stored
    }

    private static func define(
        _ source: SyntheticSeries, in bulk: BulkImport
    ) throws -> [SeriesID] {
        try source.keys.map { key in
            try bulk.series(
                of: key.address, deviceName: "d\(key.address.device.rawValue)",
                pointName: "p\(key.number)", unit: "", dataType: .analog,
                validFrom: Timestamp(milliseconds: 0))
        }
    }
}
