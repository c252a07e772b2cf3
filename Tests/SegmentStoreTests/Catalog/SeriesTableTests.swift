import TestSupport
import Testing
import TimeSeriesModel

@testable import SegmentStore

@Suite("SeriesTable") struct SeriesTableTests {
    @Test("answers as a dictionary does, whatever the ids and their order") func model() {
        for seed in 1...20 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            var table = SeriesTable()
            var truth: [SeriesID: PointAddress] = [:]
            for index in 0..<500 {
                let far = UInt32.random(in: 1...(.max - 1), using: &random)
                let near = UInt32.random(in: 1...20_000, using: &random)
                let id = SeriesID(rawValue: random.once(in: 10) ? far : near)
                table.bind(id, to: point(index))
                truth[id] = point(index)
            }
            #expect(table.count == truth.count, "seed \(seed)")
            #expect(truth.allSatisfy { table[$0.key] == $0.value }, "seed \(seed)")
            let sorted = table.sorted
            #expect(sorted.map(\.id) == truth.keys.sorted(), "seed \(seed)")
            #expect(sorted.allSatisfy { truth[$0.id] == $0.address }, "seed \(seed)")
            #expect(table[SeriesID(rawValue: 0)] == nil)
        }
    }
}

@Suite("SeriesMap") struct SeriesMapTests {
    @Test("answers as a dictionary does, whatever the ids and their order") func model() {
        for seed in 1...20 as ClosedRange<UInt64> {
            var random = SplitMix64(seed: seed)
            var map = SeriesMap(absent: -1)
            var truth: [SeriesID: Int] = [:]
            for step in 0..<3000 {
                let far = UInt32.random(in: 1...(.max), using: &random)
                let near = UInt32.random(in: 1...20_000, using: &random)
                let id = SeriesID(rawValue: random.once(in: 10) ? far : near)
                map[id] += step
                truth[id, default: -1] += step
            }
            #expect(map.count == truth.count, "seed \(seed)")
            #expect(map.ids == truth.keys.sorted(), "seed \(seed)")
            #expect(truth.allSatisfy { map[$0.key] == $0.value }, "seed \(seed)")
            #expect(map[SeriesID(rawValue: 0)] == -1)
        }
    }

    /// An array by id had four thousand million elements after one sample of the last id, and an
    /// array that doubled with each id came there in twenty steps.
    @Test("takes memory for its values, not for their ids") func memory() {
        var map = SeriesMap(absent: 0)
        var id: UInt32 = 1000
        while id < .max / 2 {
            map[SeriesID(rawValue: id)] = 1
            id *= 2
        }
        map[SeriesID(rawValue: .max)] = 1
        #expect(map.placeCount <= 4096 + 2 * map.count)
    }
}
