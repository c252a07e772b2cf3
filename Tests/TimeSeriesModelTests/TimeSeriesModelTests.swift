import TestSupport
import Testing
import TimeSeriesModel

@Suite("Timestamp") struct TimestampTests {
    @Test("prints RFC 3339 and reads it back, also before 1970 and at leap days")
    func roundTrip() {
        var random = SplitMix64(seed: 1)
        for _ in 0..<2000 {
            let time = Timestamp(
                milliseconds: Int64.random(
                    in: -2_208_988_800_000...7_258_118_399_999, using: &random))
            #expect(Timestamp(time.description) == time)
        }
        #expect(Timestamp("2024-02-29T12:00:00+01:00")?.rawValue == 1_709_204_400_000)
        #expect(Timestamp("2025-01-01")?.rawValue == 1_735_689_600_000)
        #expect(Timestamp("1735689600000")?.rawValue == 1_735_689_600_000)
        #expect(Timestamp(milliseconds: -1).description == "1969-12-31T23:59:59.999Z")
    }

    @Test(
        "refuses what is no time",
        arguments: [
            "", "2025-13-01", "2025-1-1", "20250101T000000Z", "2025-02-29", "2025-01-01T24:00:00Z",
            "2025-01-01T10:00",
            "2025-01-01T10:00:60Z", "2025-01-01T10:00:00", "2025-01-01T10:00:00+25:00", "noon",
        ])
    func refused(text: String) { #expect(Timestamp(text) == nil) }

    @Test("takes digits alone as milliseconds, not as a year") func digits() {
        #expect(Timestamp("2025")?.rawValue == 2025)
    }
}

@Suite("UTCYear") struct UTCYearTests {
    @Test(
        "holds its first and last millisecond",
        arguments: [1900, 1969, 1970, 2000, 2024, 2025, 2100])
    func borders(number: Int) {
        let year = UTCYear(number)
        #expect(UTCYear(containing: year.start) == year)
        #expect(UTCYear(containing: Timestamp(rawValue: year.end.rawValue - 1)) == year)
        #expect(UTCYear(containing: year.end) == UTCYear(number + 1))
    }
}

@Suite("Quality") struct QualityTests {
    @Test("reads back every byte that it prints")
    func everyByte() {
        for byte in UInt8.min...UInt8.max {
            let quality = Quality(rawValue: byte)
            let again = Quality(quality.description)
            #expect(again?.qualityClass == quality.qualityClass)
            #expect(again == quality, "\(byte): \(quality.description)")
        }
    }

    @Test("prints class and flags as the contract spells them")
    func words() {
        #expect(Quality.good.description == "good")
        #expect(Quality.alarm.description == "good+alarm")
        #expect(Quality.fault.description == "bad+fault")
        #expect(Quality.overridden.description == "uncertain+overridden")
        #expect(Quality.bad.description == "bad")
        #expect(Quality.uncertain.description == "uncertain")
        #expect(Quality("excellent") == nil)
        #expect(Quality("good+fault") == nil)
    }
}

@Suite("PointAddress") struct PointAddressTests {
    @Test("prints and reads device, type and number, and refuses number 0")
    func text() {
        let address = PointAddress(device: 1201, type: .input, number: 5)
        #expect(address.description == "1201:2:5")
        #expect(PointAddress("1201:2:5") == address)
        for text in ["", "1:2", "1:2:0", "1:2:3:4", "a:b:c", "1:70000:1", "-1:2:3"] {
            #expect(PointAddress(text) == nil)
        }
    }
}
