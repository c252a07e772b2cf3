import ColumnCodec
import DurableFiles
import SegmentStore
import TestSupport
import Testing
import TimeSeriesModel

/// Where the bytes of a store go.
@Suite("Breakdown") struct BreakdownTests {
    /// A year's end inside, so that there are two segments; a second flushed one; and a log.
    private func makeStore() throws -> Store {
        let store = try Store.open(in: SimulatedStorage(seed: 7))
        let hours = (0..<5000).map { (newYear2025 + ($0 - 2000) * 3_600_000, Double($0 % 90) / 10) }
        try store.importColumns([0: SampleColumns(hours), 1: SampleColumns(hours)])
        var batch = SampleBatch()
        let series = store.snapshot().catalog.series(of: point(0))!
        // The first takes the place of one that a segment has, the second is new.
        batch.append(series, time: newYear2025, value: 1)
        batch.append(series, time: newYear2025 + 1, value: 2)
        _ = try store.append(batch)
        return store
    }

    @Test("adds up to the size and the samples of the store") func sums() throws {
        let store = try makeStore()
        let snapshot = store.snapshot()
        let files = try snapshot.fileBreakdown()
        #expect(files.reduce(0) { $0 + $1.byteCount } == (try snapshot.summary().byteCount))
        #expect(files.contains { $0.kind == .log && $0.byteCount > 0 })
        var sampleCount = 0
        var unflushedCount = 0
        var chunkByteCounts: [Int: Int] = [:]
        try snapshot.forEachSeriesYear { part in
            sampleCount += part.sampleCount
            unflushedCount += part.unflushedCount
            for chunk in part.chunks {
                chunkByteCounts[part.year, default: 0] += chunk.byteCount
                #expect(chunk.encodedByteCounts.values.reduce(0, +) < chunk.byteCount)
                #expect(Set(chunk.encodedByteCounts.keys.map(\.column)).count == 3)
            }
        }
        #expect(sampleCount == snapshot.sampleCount && sampleCount == 10_001)
        #expect(unflushedCount == 2)
        for file in files where file.kind == .segment {
            #expect(chunkByteCounts[file.year!]! < file.byteCount)
        }
    }

    @Test("tells what of a series is in no segment") func unflushed() throws {
        let store = try makeStore()
        let snapshot = store.snapshot()
        func times(_ index: Int) -> [Int64] {
            snapshot.unflushedSamples(of: snapshot.catalog.series(of: point(index))!).times
        }
        #expect(times(0) == [newYear2025, newYear2025 + 1])
        #expect(times(1) == [])
        try store.flush()
        #expect(
            store.snapshot().unflushedSamples(of: snapshot.catalog.series(of: point(0))!).isEmpty)
    }

    @Test("names encodings as other programs know them") func names() {
        #expect(
            ValueCodec.allCases.map(\.name) == [
                "constant", "scaled_delta", "scaled", "scaled_varints", "runs", "rank",
                "ordered_float32", "ratio", "raw_float64", "raw_float32",
            ])
        #expect(
            TimeCodec.allCases.map(\.name)
                == [
                    "regular", "grid", "jittered_grid", "jittered_grid_mixed_radix", "delta",
                    "delta_varints", "raw",
                ])
        #expect(QualityCodec.allCases.map(\.name) == ["uniform", "runs", "raw"])
    }
}
