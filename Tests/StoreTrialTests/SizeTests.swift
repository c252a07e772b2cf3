import BuildingSimulation
import ColumnCodec
import DurableFiles
import SegmentStore
import TestSupport
import Testing
import TimeSeriesModel

/// What a year of a building takes, every file counted. The bounds are a little above what it takes
/// now: a change that costs bytes has to say so here.
@Suite("Size") struct SizeTests {
    @Test("of a simulated building's year stays what it was") func buildingYear() throws {
        let year = UTCYear(2025)
        let building = SimulatedBuilding(seed: 5, pointCount: 98, range: year.range)
        let store = try Store.open(in: SimulatedStorage(seed: 3))
        var columns: [Int: SampleColumns] = [:]
        for index in building.points.indices {
            let samples = building.samples(of: index, in: year.range)
            columns[index] = SampleColumns(
                times: samples.times.map(\.milliseconds), values: samples.values,
                qualities: samples.qualities.map(\.rawValue))
        }
        try store.importColumns(columns)
        try store.flush()
        let summary = try store.snapshot().summary()
        let byteCount = Double(summary.byteCount) / Double(summary.sampleCount)
        print("a building's year: \(summary.sampleCount) samples, \(byteCount) B each")
        #expect(summary.sampleCount > 2_000_000)
        #expect(byteCount < 1.13)
    }

    /// Lateness of 0 to 3 s has 11.55 bits; nothing else is in these bytes that could not be 0.
    @Test("of polls up to three seconds late is what their chance asks for") func lateness() throws
    {
        var random = SplitMix64(seed: 8)
        let count = 35_040
        let times = (0..<count).map {
            newYear2025 + Int64($0) * 900_000 + Int64.random(in: 0...3000, using: &random)
        }
        let store = try Store.open(in: SimulatedStorage(seed: 4))
        try store.importColumns([
            0: SampleColumns(
                times: times, values: [Double](repeating: 21.5, count: count),
                qualities: [UInt8](repeating: 0, count: count))
        ])
        var encoded = 0
        try store.snapshot().forEachSeriesYear { part in
            for chunk in part.chunks { encoded += chunk.byteCount }
        }
        #expect(Double(8 * encoded) / Double(count) < 11.9)
    }
}
