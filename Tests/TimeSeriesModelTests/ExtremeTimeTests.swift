import Testing
import TimeSeriesModel

// Printing `TimeRange.all.from` ended the process: the midnight before the first moment of all is
// no moment any more. Every call here is made with the ends of its type; it has to return.
@Suite("Extreme times") struct ExtremeTimeTests {
    static let milliseconds: [Int64] = [
        .min, .min + 1, .min + 86_399_999, .min + 86_400_000, -1, 0, 1, .max - 86_400_000,
        .max - 1, .max,
    ]
    static let durations: [Duration] = [
        .seconds(Int64.min), .milliseconds(Int64.min), .seconds(-1), .zero, .nanoseconds(1),
        .milliseconds(1), .milliseconds(Int64.max), .seconds(Int64.max), .seconds(Int64.max) * 2,
        .seconds(Int64.min) * 2,
    ]

    @Test("are printed with the right time of day", arguments: milliseconds)
    func description(milliseconds: Int64) throws {
        let text = Timestamp(milliseconds: milliseconds).description
        let clock = try #require(text.split(separator: "T").last).dropLast()
        let parts = clock.split { $0 == ":" || $0 == "." }.compactMap { Int64($0) }
        try #require(parts.count == 4)
        let ofDay = ((parts[0] * 60 + parts[1]) * 60 + parts[2]) * 1000 + parts[3]
        let expected = Int128(milliseconds) % 86_400_000
        #expect(ofDay == Int64(expected < 0 ? expected + 86_400_000 : expected))
    }

    @Test("are printed with their year")
    func years() {
        #expect(TimeRange.all.from.description == "-292275055-05-16T16:47:04.192Z")
        #expect(TimeRange.all.to.description == "292278994-08-17T07:12:55.807Z")
        #expect(Timestamp(milliseconds: -62_198_755_200_000).description.hasPrefix("-0001-01-01T"))
    }

    @Test(
        "are read, or refused",
        arguments: [
            "-9223372036854775808", "9223372036854775807", "9223372036854775808", "0000-01-01",
            "9999-12-31T23:59:59.999999999Z", "0000-01-01T00:00:00+23:59",
            "9999-12-31T23:59:59-23:59", String(repeating: "9", count: 400),
        ])
    func text(text: String) {
        guard let time = Timestamp(text) else { return }
        #expect(Int64(text).map { $0 == time.rawValue } ?? (time.rawValue > -1 << 47))
    }

    @Test("come from any number of seconds")
    func seconds() {
        #expect(Timestamp(seconds: .min) == TimeRange.all.from)
        #expect(Timestamp(seconds: .max) == TimeRange.all.to)
        #expect(Timestamp(seconds: -1).milliseconds == -1000)
    }

    @Test("plus and minus any duration are the nearest moment", arguments: milliseconds)
    func durations(milliseconds: Int64) {
        let time = Timestamp(milliseconds: milliseconds)
        for duration in Self.durations {
            let length = duration.attoseconds / 1_000_000_000_000_000
            #expect(
                (time + duration).milliseconds == Int64(clamping: Int128(milliseconds) + length))
            #expect(
                (time - duration).milliseconds == Int64(clamping: Int128(milliseconds) - length))
        }
        for other in Self.milliseconds {
            let difference = time - Timestamp(milliseconds: other)
            #expect(
                difference.attoseconds
                    == (Int128(milliseconds) - Int128(other)) * 1_000_000_000_000_000)
        }
    }

    @Test("make a range, or none", arguments: milliseconds)
    func ranges(milliseconds: Int64) {
        let time = Timestamp(milliseconds: milliseconds)
        for other in Self.milliseconds.map(Timestamp.init(milliseconds:)) {
            let range = TimeRange(from: time, to: other)
            #expect((range == nil) == (other < time))
            #expect(range?.contains(other) != true)
            #expect(range?.isEmpty != true || time == other)
        }
        #expect(TimeRange.all.contains(time) == (milliseconds != .max))
    }

    @Test("lie in a year that holds them", arguments: milliseconds)
    func utcYears(milliseconds: Int64) {
        let time = Timestamp(milliseconds: milliseconds)
        let year = UTCYear(containing: time)
        #expect(year.start <= time)
        #expect(time < year.end || milliseconds == .max)
    }

    @Test(
        "bound the years that no time lies in",
        arguments: [Int.min, -400_000_000, 400_000_000, .max])
    func farYears(number: Int) {
        let year = UTCYear(number)
        #expect(year.range.isEmpty)
        #expect(year.start == (number < 0 ? TimeRange.all.from : TimeRange.all.to))
    }

    @Test("bound the dates of any number of days", arguments: [Int64.min, -1, 0, 1, .max])
    func dates(days: Int64) {
        let date = CivilDate(daysSince1970: days)
        #expect((1...12).contains(date.month) && (1...31).contains(date.day))
        #expect(days.magnitude > 1 || date.daysSince1970 == days)
        for part in [Int.min, -1, 0, 13, 32, .max] {
            let near = CivilDate(year: part, month: part, day: part)
            #expect((1...12).contains(near.month) && (1...31).contains(near.day))
            #expect(near.daysSince1970 <= CivilDate(year: .max, month: 12, day: 31).daysSince1970)
            #expect((28...31).contains(CivilDate.dayCount(year: part, month: part)))
        }
    }

    @Test("no object type becomes the type of another point")
    func objectTypes() {
        let types = [0, 1023, 65_279, 65_280, UInt16.max].map(PointType.object)
        #expect(types.map(\.rawValue) == [256, 1279, 65_535, 65_535, 65_535])
    }
}
