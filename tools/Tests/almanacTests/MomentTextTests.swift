import Almanac
import Testing
import TimeSeriesModel

@testable import almanac

@Suite("MomentText") struct MomentTextTests {
    private let now = Timestamp("2025-06-15T12:00:00Z")!

    @Test(
        "reads moments as people write them",
        arguments: [
            ("2025-03-01T08:00:00+01:00", "2025-03-01T07:00:00.000Z"),
            ("2025-03-01T08:00:00Z", "2025-03-01T08:00:00.000Z"),
            ("2025-03-01 08:00", "2025-03-01T07:00:00.000Z"),
            ("2025-03-01", "2025-02-28T23:00:00.000Z"),
            ("2025-03", "2025-02-28T23:00:00.000Z"), ("2025", "2024-12-31T23:00:00.000Z"),
            ("1735689600000", "2025-01-01T00:00:00.000Z"), ("now", "2025-06-15T12:00:00.000Z"),
            ("now-24h", "2025-06-14T12:00:00.000Z"), ("-7d", "2025-06-08T12:00:00.000Z"),
            ("-90m", "2025-06-15T10:30:00.000Z"), ("-86400000", "1969-12-31T00:00:00.000Z"),
            // Between two and three o'clock there is nothing on that day.
            ("2025-03-30 02:30", "2025-03-30T01:00:00.000Z"),
        ])
    func moment(text: String, expected: String) throws {
        let zone = try TimeZoneRules.named("Europe/Zurich")
        #expect(MomentText.moment(text, in: zone, now: now)?.description == expected)
    }

    @Test(
        "refuses what is none",
        arguments: ["", "yesterday", "2025-13", "2025-02-30", "-7", "-7x", "now+1h", "25-01-01"])
    func refused(text: String) throws {
        // Minus seven is an integer, and so a moment of 1970.
        let found = MomentText.moment(text, in: .utc, now: now)
        #expect(text == "-7" ? found?.milliseconds == -7 : found == nil)
    }
}
