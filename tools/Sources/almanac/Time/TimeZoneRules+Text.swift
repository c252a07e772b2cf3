import Almanac
import TimeSeriesModel

extension TimeZoneRules {
    /// `2025-10-26 02:30:00+02:00`, so that the hour that comes twice can be told apart;
    /// milliseconds where there are any.
    func text(of time: Timestamp) -> String {
        let offset = offset(at: time)
        let sum = time.milliseconds.addingReportingOverflow(offset)
        let local = sum.overflow ? time.milliseconds : sum.partialValue
        let days = local.floorDivided(by: 86_400_000)
        let date = CivilDate(daysSince1970: days)
        // The first day of all begins before the first millisecond; what is left of it fits again.
        let ofDay = Int(local &- days &* 86_400_000)
        var bytes: [UInt8] = []
        NumberText.appendPadded(date.year, 4, to: &bytes)
        for part in [date.month, date.day] {
            bytes.append(UInt8(ascii: "-"))
            NumberText.appendPadded(part, 2, to: &bytes)
        }
        for (mark, part) in zip(" ::", [ofDay / 3_600_000, ofDay / 60_000 % 60, ofDay / 1000 % 60])
        {
            bytes.append(mark.asciiValue!)
            NumberText.appendPadded(part, 2, to: &bytes)
        }
        if ofDay % 1000 != 0 {
            bytes.append(UInt8(ascii: "."))
            NumberText.appendPadded(ofDay % 1000, 3, to: &bytes)
        }
        appendOffset(offset, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    private func appendOffset(_ offset: Int64, to bytes: inout [UInt8]) {
        guard !isUTC else {
            bytes.append(UInt8(ascii: "Z"))
            return
        }
        let minutes = Int(offset.magnitude) / 60_000
        bytes.append(UInt8(ascii: offset < 0 ? "-" : "+"))
        NumberText.appendPadded(minutes / 60, 2, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        NumberText.appendPadded(minutes % 60, 2, to: &bytes)
    }
}
