import Testing

@testable import almanac

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
