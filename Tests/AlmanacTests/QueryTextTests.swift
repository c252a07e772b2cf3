import Almanac
import Foundation
import SegmentStore
import TestSupport
import Testing
import TimeSeriesModel

/// Texts of queries, changed at random: an answer or a refusal, never a
/// trap. With `ALMANAC_LONG_FORMS=1` a hundred times as many.
@Suite("Changed texts of queries") struct QueryTextTests {
    private static let roundCount =
        ProcessInfo.processInfo.environment["ALMANAC_LONG_FORMS"] == nil ? 20_000 : 2_000_000

    private func changed(_ texts: [String], _ random: inout SplitMix64) -> String {
        let text = texts.randomElement(using: &random)!
        return String(decoding: random.mutated(Array(text.utf8)), as: UTF8.self)
    }

    @Test("are times that print as they are read, or none") func times() {
        print("times: seed 19, \(Self.roundCount) texts")
        var random = SplitMix64(seed: 19)
        let texts = [
            "2025-03-01T08:00:00+01:00", "2024-02-29", "1969-12-31T23:59:59.9999999Z",
            "9999-12-31T23:59:59.999-23:59", "0000-01-01T00:00:00+23:59", "-9223372036854775808",
        ]
        for _ in 0..<Self.roundCount {
            let text = changed(texts, &random)
            guard let time = Timestamp(text) else { continue }
            let printed = time.description
            // Years of four digits are read back; the text of others is for people.
            guard !printed.hasPrefix("-"), printed.utf8.count == 24 else { continue }
            #expect(Timestamp(printed) == time, "\(text.debugDescription)")
        }
    }

    @Test("are durations and widths of buckets that are positive, or none") func durations() {
        print("durations: seed 23, \(Self.roundCount) texts")
        var random = SplitMix64(seed: 23)
        let texts = ["15m", "1h", "3months", "1000000year", "week", "86400000ms", "500000000d"]
        for _ in 0..<Self.roundCount {
            let text = changed(texts, &random)
            if let milliseconds = BucketWidth.milliseconds(text[...]) { #expect(milliseconds > 0) }
            switch BucketWidth(text) {
            case .milliseconds(let count)?, .days(let count)?, .weeks(let count)?,
                .months(let count)?:
                #expect(count > 0, "\(text.debugDescription)")
            case nil: break
            }
            _ = TimeOfDay(text)
        }
    }

    @Test("are patterns of names that end, whatever the names") func patterns() {
        print("patterns: seed 29, \(Self.roundCount) texts")
        var random = SplitMix64(seed: 29)
        let texts = ["site/*temp*", "*/*", "??/a", "ahu-1/supply temp", "*a*a*a*a*a*b"]
        for _ in 0..<Self.roundCount {
            let pattern = changed(texts, &random)
            let name = changed(texts + [String(repeating: "a", count: 200)], &random)
            _ = NamePattern(pattern).matches(name)
            // A name without special signs matches itself.
            if !pattern.contains(where: { "*?".contains($0) }) {
                #expect(NamePattern(pattern).matches(pattern), "\(pattern.debugDescription)")
            }
        }
    }
}
