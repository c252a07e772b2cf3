import Almanac
import Testing
import TimeSeriesModel

@testable import almanac

@Suite("Local times") struct TimeZoneTextTests {
    @Test("writes local times with their offset") func text() throws {
        let zone = try TimeZoneRules.named("Europe/Zurich")
        #expect(zone.text(of: Timestamp("2025-10-26T00:30:00Z")!) == "2025-10-26 02:30:00+02:00")
        #expect(zone.text(of: Timestamp("2025-10-26T01:30:00Z")!) == "2025-10-26 02:30:00+01:00")
        #expect(
            TimeZoneRules.utc.text(of: Timestamp(milliseconds: 1)) == "1970-01-01 00:00:00.001Z")
    }

    @Test("writes the first and the last time of all") func bounds() throws {
        #expect(
            TimeZoneRules.utc.text(of: Timestamp(milliseconds: .min))
                == "-292275055-05-16 16:47:04.192Z")
        #expect(
            TimeZoneRules.utc.text(of: Timestamp(milliseconds: .max))
                == "292278994-08-17 07:12:55.807Z")
        for zone in ["Europe/Zurich", "America/New_York"] {
            for time in [Int64.min, .min + 1, .max - 1, .max] {
                let text = try TimeZoneRules.named(zone).text(of: Timestamp(milliseconds: time))
                #expect(text.contains(time < 0 ? "-292275055-05-16 " : "292278994-08-17 "))
            }
        }
    }
}
