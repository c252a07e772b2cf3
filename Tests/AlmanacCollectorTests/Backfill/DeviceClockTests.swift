import Almanac
import Testing
import TimeSeriesModel

@testable import AlmanacCollector

/// Local times of a device become UTC, whatever its offset and however wrong its clock is.
@Suite("Device clock") struct DeviceClockTests {
    private static let now = Timestamp("2025-07-01T12:00:00Z")!

    private func local(_ text: String) -> Int64 { Timestamp(text + "Z")!.milliseconds }

    @Test("takes west as positive and adds the hour of summer")
    func offset() {
        let newYork = DeviceClock(
            localTime: local("2025-07-01T08:00:00"), utcOffsetMinutes: 300, isDaylightSaving: true,
            at: DeviceClockTests.now, site: nil)
        #expect(newYork.skew == 0)
        #expect(
            newYork.time(ofLocal: local("2025-07-01T07:45:00"), error: 0, after: nil)
                == Timestamp("2025-07-01T11:45:00Z"))
    }

    @Test(
        "corrects a clock that is far off by whole minutes, and keeps the correction while it holds"
    )
    func error() {
        let slow = DeviceClock(
            localTime: local("2025-07-01T10:57:59.400"), utcOffsetMinutes: 0,
            isDaylightSaving: nil, at: DeviceClockTests.now, site: nil)
        let error = slow.error(before: nil, tolerance: .seconds(60))
        #expect(error == -62 * 60_000)
        #expect(
            slow.time(ofLocal: local("2025-07-01T10:43:00"), error: error ?? 0, after: nil)
                == Timestamp("2025-07-01T11:45:00Z"))
        var drifted = slow
        drifted.skew = -62 * 60_000 + 55_000
        #expect(drifted.error(before: error, tolerance: .seconds(60)) == error)
        drifted.skew = -62 * 60_000 + 65_000
        #expect(drifted.error(before: error, tolerance: .seconds(60)) == -61 * 60_000)
        drifted.skew = 59_000
        #expect(drifted.error(before: nil, tolerance: .seconds(60)) == 0)
        drifted.skew = nil
        #expect(drifted.error(before: error, tolerance: .seconds(60)) == error)
    }

    @Test("keeps both hours of the autumn night apart if the site's zone is known")
    func autumn() throws {
        let zone = try TimeZoneRules.named("Europe/Zurich")
        let clock = DeviceClock(
            localTime: local("2025-10-26T08:00:00"), utcOffsetMinutes: -60, isDaylightSaving: false,
            at: Timestamp("2025-10-26T07:00:00Z")!, site: zone)
        #expect(clock.zone == zone)
        let locals = ["01:30", "02:00", "02:30", "02:00", "02:30", "03:00"].map {
            local("2025-10-26T\($0):00")
        }
        var last: Timestamp?
        var found: [Timestamp] = []
        for time in locals {
            let moment = clock.time(ofLocal: time, error: 0, after: last)
            found.append(moment)
            last = moment
        }
        let start = Timestamp("2025-10-25T23:30:00Z")!
        #expect(
            found == (0..<6).map { Timestamp(milliseconds: start.milliseconds + $0 * 1_800_000) })
    }

    @Test("does without the zone if the device's clock is not that of the site")
    func otherZone() throws {
        let clock = DeviceClock(
            localTime: local("2025-07-01T12:00:00"), utcOffsetMinutes: 0, isDaylightSaving: nil,
            at: DeviceClockTests.now, site: try TimeZoneRules.named("Europe/Zurich"))
        #expect(clock.zone == nil)
    }
}
