import Testing
import TimeSeriesModel
import ToolTestSupport

@testable import almanac

@Suite("NumberText") struct NumberTextTests {
    @Test(
        "writes the shortest decimal",
        arguments: [
            (21.5, "21.5"), (2, "2"), (0, "0"), (-0.0, "-0"), (0.1, "0.1"), (-3.25, "-3.25"),
            (0.0001, "0.0001"), (0.05, "0.05"), (1e16, "1e+16"), (1e-5, "1e-05"),
            (123_456_789.0125, "123456789.0125"), (.infinity, "inf"),
            (.leastNonzeroMagnitude, "5e-324"),
        ] as [(Double, String)])
    func text(value: Double, expected: String) { #expect(NumberText.text(value) == expected) }

    @Test("is what the language writes, without a trailing .0, for any double")
    func random() {
        var random = SplitMix64(seed: 3)
        for turn in 0..<300_000 {
            let value =
                turn.isMultiple(of: 3)
                ? Double(bitPattern: random.next())
                : Double(Int64(truncatingIfNeeded: random.next() >> 30))
                    / [1, 10, 100, 1000, 1e4, 1e5, 1e6][turn % 7]
            guard value.isFinite else { continue }
            var expected = value.description
            if expected.hasSuffix(".0") { expected.removeLast(2) }
            guard NumberText.text(value) == expected else {
                Issue.record("\(NumberText.text(value)) instead of \(expected)")
                return
            }
        }
    }

    @Test("groups, rounds and measures for people") func people() {
        #expect(NumberText.grouped(2_657_608) == "2,657,608")
        #expect(NumberText.grouped(-1000) == "-1,000")
        #expect(NumberText.grouped(999) == "999")
        #expect(NumberText.rounded(0.39930555, places: 3) == "0.399")
        #expect(NumberText.bytes(812) == "812 B")
        #expect(NumberText.bytes(2_752_672) == "2.8 MB")
    }
}
