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
}
