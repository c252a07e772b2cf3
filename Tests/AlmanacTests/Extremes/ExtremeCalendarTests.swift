import Almanac
import Testing

// A width of 0 divided by zero, and a range of all time ran over the end of Int64.
@Suite("Extreme calendars") struct ExtremeCalendarTests {
    static let times = [Int64.min, .min + 1, -1, 0, 1, .max - 1, .max].map {
        Timestamp(milliseconds: $0)
    }
    static let counts = [Int64.min, -1, 0, 1, 3, .max]
    static let zones = ["utc", "Europe/Zurich", "Pacific/Apia", "Etc/GMT+12", "Etc/GMT-14"]

    static var widths: [BucketWidth] {
        counts.flatMap { [.milliseconds($0), .days($0), .weeks($0), .months($0)] }
    }

    @Test("number every moment, and begin every bucket", arguments: zones)
    func indices(zone: String) throws {
        let zone = try TimeZoneRules.named(zone)
        for width in Self.widths {
            let calendar = BucketCalendar(width: width, zone: zone)
            for time in Self.times {
                let index = calendar.index(containing: time)
                #expect(calendar.start(of: index) <= time || time.milliseconds < .min + 200_000_000)
            }
            let starts = Self.counts.sorted().map(calendar.start)
            #expect(starts == starts.sorted())
        }
    }

    @Test("cover every range with a bounded number of buckets", arguments: zones)
    func spans(zone: String) throws {
        let zone = try TimeZoneRules.named(zone)
        for width in Self.widths {
            let calendar = BucketCalendar(width: width, zone: zone)
            for from in Self.times {
                for to in Self.times where from <= to {
                    let range = TimeRange(from: from, to: to)!
                    for countMax in [Int.min, 0, 1, 7] {
                        let span = calendar.span(of: range, countMax: countMax)
                        #expect((span == nil) == range.isEmpty)
                        guard let span else { continue }
                        #expect(span.bounds.first == from)
                        #expect(zip(span.bounds, span.bounds.dropFirst()).allSatisfy { $0 < $1 })
                        #expect((1...max(1, countMax)).contains(span.starts.count))
                        #expect(span.next.map { from < $0 && $0 < to } ?? (span.bounds.last == to))
                    }
                }
            }
        }
    }

    @Test("bound a span of which the caller asks for everything")
    func bound() throws {
        let calendar = BucketCalendar(width: .milliseconds(1))
        let span = try #require(calendar.span(of: .all, countMax: .max))
        #expect(span.starts.count == BucketCalendar.spanCountMax)
        #expect(span.next != nil)
    }

    @Test("are no widths of a query", arguments: [Int64.min, -1, 0, .max])
    func widths(count: Int64) {
        for width: BucketWidth in [
            .milliseconds(count), .days(count), .weeks(count), .months(count),
        ] {
            #expect(!width.isCountable)
        }
        #expect((BucketWidth(.milliseconds(count)) == nil) == (count < 1))
        #expect(BucketWidth("\(count)d") == nil)
        #expect(BucketWidth.milliseconds("\(count)w"[...]) == nil)
    }

    @Test("show a time of day and have a next one at every moment", arguments: zones)
    func clocks(zone: String) throws {
        let zone = try TimeZoneRules.named(zone)
        for time in Self.times {
            let shown = zone.localTimeOfDay(at: time)
            #expect((0..<86_400_000).contains(shown.milliseconds))
            let next = zone.nextInstant(ofTimeOfDay: TimeOfDay(hour: 2), after: time)
            #expect(next > time || time == TimeRange.all.to)
            #expect(abs(zone.offset(at: time)) <= 14 * 3_600_000)
            _ = zone.firstMoment(ofLocal: time.milliseconds)
            _ = TimeOfDay(millisecondsSinceMidnight: time.milliseconds)
        }
    }
}
