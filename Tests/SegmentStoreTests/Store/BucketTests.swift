import ColumnCodec
import DurableFiles
import SegmentStore
import TestSupport
import Testing
import TimeSeriesModel

@Suite("Buckets") struct BucketTests {
    /// Tenths, some alike in runs, over several chunks; jittered and with gaps, or neither.
    private func tenths(_ count: Int, runs: Bool, jitter: Bool) -> (SampleColumns, [Int64]) {
        var random = SplitMix64(seed: 7)
        var samples = SampleColumns()
        var integers: [Int64] = []
        var k: Int64 = 200
        var slot: Int64 = 0
        for _ in 0..<count {
            if !runs || random.once(in: 20) { k += Int64.random(in: -3...3, using: &random) }
            slot += jitter && random.once(in: 100) ? 5 : 1
            let late = jitter ? Int64.random(in: 0...3000, using: &random) : 0
            samples.append(
                time: newYear2025 + slot * 900_000 + late, value: Double(k) / 10, quality: 0)
            integers.append(k)
        }
        return (samples, integers)
    }

    @Test(
        "hold exact decimals, whatever cuts them", arguments: [true, false],
        [Duration.seconds(3600), .seconds(86_400), .seconds(977), .seconds(30_000_000)])
    func exact(runs: Bool, width: Duration) throws {
        for jitter in [false, true] {
            let (samples, integers) = tenths(20_000, runs: runs, jitter: jitter)
            let store = try Store.open(in: SimulatedStorage(seed: 1))
            try store.importColumns([0: samples])
            let snapshot = store.snapshot()
            let range = TimeRange(
                from: Timestamp(rawValue: samples.times[100]),
                to: Timestamp(rawValue: samples.times[19_900] + 1))!
            let grid = try #require(BucketGrid(covering: range, every: width))
            for source in [AggregateSource.statistics, .samples] {
                let found = try snapshot.aggregates(
                    of: snapshot.testSeries(0), in: grid, from: source)
                var position = 100
                for (bucket, aggregate) in found.enumerated() {
                    let start = position
                    let end = grid.bounds[bucket + 1].rawValue
                    while position < 20_000, samples.times[position] < end { position += 1 }
                    check(aggregate, samples, integers[start..<position])
                }
                #expect(position == 19_901)
            }
            store.close()
        }
    }

    private func check(_ found: Aggregate, _ samples: SampleColumns, _ part: ArraySlice<Int64>) {
        #expect(found.count == part.count && found.badCount == 0)
        guard let first = part.first, let last = part.last else { return }
        let sum = Double(part.reduce(0, +)) / 10
        // Several chunks add up with one rounding each.
        #expect((found.sum - sum).magnitude <= sum.ulp)
        if part.startIndex / 8192 == (part.endIndex - 1) / 8192 { #expect(found.sum == sum) }
        #expect(found.minimum == Double(part.min()!) / 10)
        #expect(found.maximum == Double(part.max()!) / 10)
        #expect(found.first == Double(first) / 10 && found.last == Double(last) / 10)
        #expect(found.firstTime?.rawValue == samples.times[part.startIndex])
        #expect(found.lastTime?.rawValue == samples.times[part.endIndex - 1])
    }
}
