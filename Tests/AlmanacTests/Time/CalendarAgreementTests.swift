import Foundation
import TestSupport
import Testing

@testable import Almanac

@Suite("BucketCalendar and Foundation") struct CalendarAgreementTests {
    private static let zones = [
        "Europe/Zurich", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia",
        "America/Sao_Paulo", "Asia/Kathmandu",
    ]

    private static let units: [(BucketWidth, Calendar.Component)] = [
        (.day, .day), (.week, .weekOfYear), (.month, .month), (.year, .year),
    ]

    /// With the days next to it.
    private static let skippedDay = TimeRange("2011-12-29", "2012-01-01")

    @Test("agree on days, ISO weeks, months and years", arguments: zones)
    func agree(name: String) throws {
        let zone = try TimeZoneRules.named(name)
        var calendar = Calendar(identifier: .iso8601)
        calendar.timeZone = try #require(TimeZone(identifier: name))
        var random = SplitMix64(seed: 21)
        for round in 0..<2000 {
            let (width, unit) = Self.units[round % 4]
            var second = Int64.random(in: 0..<4_102_444_800, using: &random)
            // Half of the moments lie near a change of clocks or of the year.
            if round % 2 == 0 {
                second = moments.randomElement(using: &random)! / 1000
                second += Int64.random(in: -90_000...90_000, using: &random)
            }
            let date = Date(timeIntervalSince1970: Double(second))
            let expected = try #require(calendar.dateInterval(of: unit, for: date))
            let found = BucketCalendar(width: width, zone: zone)
                .bucket(containing: Timestamp(seconds: second))
            let from = Int64(expected.start.timeIntervalSince1970) * 1000
            let to = Int64(expected.end.timeIntervalSince1970) * 1000
            // The day that Samoa never had is a day to Foundation.
            if name == "Pacific/Apia", to - from != found.to.milliseconds - from,
                found.intersection(CalendarAgreementTests.skippedDay) != nil
            {
                continue
            }
            #expect(
                found.from.milliseconds == from && found.to.milliseconds == to,
                "\(name), \(unit), second \(second): \(found), expected \(expected)")
        }
    }
}
