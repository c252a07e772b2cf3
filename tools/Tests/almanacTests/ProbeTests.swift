import Testing

@testable import almanac

@Suite("almanac probe, what devices may say") struct ProbeTests {
    @Test(
        "has the longest interval for one that nobody can mean",
        arguments: [
            (0, 0), (6_000, 60_000), (UInt64(Int64.max / 10), Int64.max / 10 * 10),
            (UInt64(Int64.max), Int64.max), (UInt64.max, Int64.max),
        ] as [(UInt64, Int64)])
    func interval(hundredths: UInt64, milliseconds: Int64) {
        #expect(DeviceProbe.milliseconds(hundredths) == milliseconds)
        #expect(!LengthText.text(milliseconds: milliseconds).isEmpty)
    }

    @Test(
        "takes no offset from UTC of more than a day",
        arguments: [
            (-60, -60), (1440, 1440), (1441, nil), (Int64.min, nil), (Int64.max, nil),
        ] as [(Int64, Int?)])
    func offset(minutes: Int64, taken: Int?) {
        #expect(DeviceClock.offset(minutes) == taken)
    }
}
