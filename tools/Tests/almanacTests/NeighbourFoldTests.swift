import SegmentStore
import Testing
import TimeSeriesModel

@testable import almanac

@Suite("NeighbourFold") struct NeighbourFoldTests {
    private func fold(
        _ bounds: [Int64], _ samples: [(Int64, Double)], isLinear: Bool, interval: Int64 = 10
    ) -> NeighbourFold {
        let grid = BucketGrid(bounds: bounds.map { Timestamp(milliseconds: $0) })!
        var fold = NeighbourFold(grid, isLinear: isLinear, interval: interval)
        for (time, value) in samples {
            fold.add(Sample(time: Timestamp(milliseconds: time), value: value))
        }
        fold.finish()
        return fold
    }

    @Test("weighs held values by how long they hold") func held() {
        let made = fold(
            [0, 20, 40], [(-5, 1), (5, 3), (15, 1), (25, 0), (35, 0), (45, 9)], isLinear: false)
        #expect(made.timeWeightedMean(0) == 2)
        #expect(made.timeWeightedMean(1) == 0.25)
    }

    @Test("runs lines between samples of a sampled point") func linear() {
        let made = fold([0, 10, 20], [(0, 0), (10, 10), (20, 0)], isLinear: true)
        #expect(made.timeWeightedMean(0) == 5)
        #expect(made.timeWeightedMean(1) == 5)
    }

    @Test("gives time in a gap no weight, but one interval of a held value") func gaps() {
        let held = fold([0, 100], [(0, 2), (90, 6)], isLinear: false)
        #expect(held.timeWeightedMean(0) == 4)
        let line = fold([0, 100], [(0, 2), (10, 4), (90, 6)], isLinear: true)
        #expect(line.timeWeightedMean(0) == 3)
        #expect(fold([0, 100], [(50, 2)], isLinear: true).timeWeightedMean(0) == nil)
    }

    @Test("gives differences that add up") func deltas() {
        let made = fold(
            [0, 10, 20, 30], [(-3, 5), (4, 7), (10, 8), (25, 12), (31, 99)], isLinear: true)
        let deltas = (0..<3).map { made.delta($0, first: nil) }
        #expect(deltas == [3, 0, 4])
        let begun = fold([0, 10], [(4, 7), (8, 9)], isLinear: true)
        #expect(begun.delta(0, first: 7) == 2)
    }
}

@Suite("FillRule") struct FillRuleTests {
    private func filled(
        _ choice: FillChoice, _ values: [Double?], after previous: FilledBucket? = nil,
        before next: FilledBucket? = nil
    ) -> [Double?] {
        var values = values
        var previous = previous
        FillRule(choice: choice, interval: 2).fill(
            &values, starts: (0..<Int64(values.count)).map { $0 }, after: &previous, before: next)
        return values
    }

    @Test("holds and draws lines over what is no gap") func fill() {
        #expect(filled(.hold, [1, nil, 5]) == [1, 1, 5])
        #expect(filled(.linear, [1, nil, 5]) == [1, 3, 5])
        #expect(filled(.none, [1, nil, 5]) == [1, nil, 5])
    }

    @Test("leaves gaps open, and holds one interval into them") func gap() {
        let values: [Double?] = [1, nil, nil, nil, nil, nil, 7]
        #expect(filled(.hold, values) == [1, 1, 1, nil, nil, nil, 7])
        #expect(filled(.linear, values) == values)
        #expect(filled(.hold, [nil, 4]) == [nil, 4])
    }

    @Test("knows the buckets on either side") func sides() {
        let left = FilledBucket(start: -1, value: 2)
        let right = FilledBucket(start: 2, value: 8)
        #expect(filled(.linear, [nil, nil], after: left, before: right) == [4, 6])
    }
}
