import Almanac
import Testing

@Suite("BucketCalendar") struct BucketCalendarTests {
    private func starts(
        _ width: String, _ zone: String, _ from: String, _ to: String
    ) throws -> [String] {
        let calendar = BucketCalendar(
            width: try #require(BucketWidth(width)), zone: try TimeZoneRules.named(zone))
        let range = TimeRange(from: Timestamp(from)!, to: Timestamp(to)!)!
        let span = try #require(calendar.span(of: range, countMax: 1000))
        #expect(span.next == nil)
        #expect(span.bounds.count == span.starts.count + 1)
        return span.starts.map(\.description)
    }

    private func hours(_ zone: String, of day: String) throws -> Int64 {
        let calendar = BucketCalendar(width: .days(1), zone: try TimeZoneRules.named(zone))
        let index = calendar.index(containing: Timestamp(day + "T12:00:00Z")!)
        let length =
            calendar.start(of: index + 1).milliseconds
            - calendar.start(of: index).milliseconds
        return length / 3_600_000
    }

    @Test("gives the spring day 23 hours and the autumn day 25") func days() throws {
        #expect(try hours("Europe/Zurich", of: "2025-03-30") == 23)
        #expect(try hours("Europe/Zurich", of: "2025-10-26") == 25)
        #expect(try hours("Europe/Zurich", of: "2025-06-01") == 24)
        #expect(try hours("UTC", of: "2025-03-30") == 24)
    }

    @Test("begins days at the first moment of their date where midnight is skipped or comes twice")
    func midnights() throws {
        // Clocks of Sao Paulo jumped from 24:00 to 01:00; those of Havana go from 01:00 to 00:00.
        #expect(try hours("America/Sao_Paulo", of: "2018-11-04") == 23)
        #expect(try hours("America/Havana", of: "2024-11-03") == 25)
    }

    @Test("steps over the day that Samoa never had") func skippedDay() throws {
        let found = try starts("1d", "Pacific/Apia", "2011-12-29T10:00:00Z", "2011-12-31T10:00:00Z")
        #expect(found == ["2011-12-29T10:00:00.000Z", "2011-12-30T10:00:00.000Z"])
    }

    @Test("begins weeks on Monday, months and years on their first") func longer() throws {
        #expect(
            try starts("week", "UTC", "2025-01-01", "2025-01-07")
                == ["2024-12-30T00:00:00.000Z", "2025-01-06T00:00:00.000Z"])
        #expect(
            try starts("month", "Europe/Zurich", "2025-03-01", "2025-04-02")
                == ["2025-02-28T23:00:00.000Z", "2025-03-31T22:00:00.000Z"])
        #expect(
            try starts("year", "UTC", "2025-03-01", "2025-03-02") == ["2025-01-01T00:00:00.000Z"])
        #expect(
            try starts("3months", "UTC", "2025-05-01", "2025-05-02") == ["2025-04-01T00:00:00.000Z"]
        )
    }

    @Test("counts fixed widths from 1970, and cuts the first and last bucket to the range")
    func fixed() throws {
        let calendar = BucketCalendar(width: try #require(BucketWidth("15m")), zone: .utc)
        let range = TimeRange(
            from: Timestamp(milliseconds: -1_000_000), to: Timestamp(milliseconds: 900_001))!
        let span = try #require(calendar.span(of: range, countMax: 10))
        #expect(span.starts.map(\.milliseconds) == [-1_800_000, -900_000, 0, 900_000])
        #expect(
            span.bounds.map(\.milliseconds) == [-1_000_000, -900_000, 0, 900_000, 900_001])
    }

    @Test("goes on where a bounded span ended") func parts() throws {
        let calendar = BucketCalendar(
            width: .days(1), zone: try TimeZoneRules.named("Europe/Zurich"))
        let whole = TimeRange(from: Timestamp("2025-03-01")!, to: Timestamp("2025-11-01")!)!
        var bounds: [Timestamp] = []
        var rest: TimeRange? = whole
        while let range = rest, let span = calendar.span(of: range, countMax: 7) {
            bounds += span.bounds.dropLast()
            rest = span.next.flatMap { TimeRange(from: $0, to: whole.to) }
        }
        #expect(bounds == calendar.span(of: whole, countMax: 1000)!.bounds.dropLast())
    }

    @Test("refuses widths that are none", arguments: ["", "0d", "5x", "-1d", "1.5h", "m", "s"])
    func widths(text: String) { #expect(BucketWidth(text) == nil) }
}
