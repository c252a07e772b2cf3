import AlmanacCollector
import BACnetIP
import BACnetMessages
import TimeSeriesModel

extension DeviceProbe {
    /// What time the device has, and how far that is from ours.
    mutating func readClock(of found: FoundDevice) async {
        let properties: [PropertyIdentifier] = [
            .localDate, .localTime, .utcOffset, .daylightSavingsStatus,
        ]
        let targets = properties.map { ObjectProperty(found.object, $0) }
        let before = SystemClock.now.milliseconds
        let answers = await DeviceReading(targets, of: found.address, from: client)
        // The question was on its way as long as the answer, as far as one can tell.
        let now = before + (SystemClock.now.milliseconds - before) / 2
        if let failure = answers.silence { return fail("clock", failure) }
        guard case .date(let date)? = answers.values(targets[0])?.first,
            case .time(let time)? = answers.values(targets[1])?.first
        else {
            report.sections.append(.init("clock", [.init("local", .missing)]))
            return
        }
        var offset: Int?
        if case .signed(let minutes)? = answers.values(targets[2])?.first {
            offset = DeviceClock.offset(minutes)
        }
        let clock = DeviceClock(
            local: BACnetDateTime(date: date, time: time), utcOffsetMinutes: offset,
            isDaylightSaving: answers.number(targets[3]).map { $0 == 1 })
        report.sections.append(.init("clock", clock.fields(at: Timestamp(milliseconds: now))))
    }
}

/// What a device says of the time.
struct DeviceClock: Hashable {
    let local: BACnetDateTime
    /// As the device says it, positive in the west.
    let utcOffsetMinutes: Int?
    let isDaylightSaving: Bool?

    /// What a device says of its offset; nil where it is more than a day, which is none.
    static func offset(_ minutes: Int64) -> Int? {
        (-1440...1440).contains(minutes) ? Int(minutes) : nil
    }

    /// How far it is before a moment, in milliseconds; nil where it names no moment. Its offset is
    /// that of its standard time (clause 12.11); one that is not told is taken for 0.
    func difference(from now: Timestamp) -> Int64? {
        let offset = (utcOffsetMinutes ?? 0) - (isDaylightSaving == true ? 60 : 0)
        return local.unixMilliseconds(utcOffsetMinutes: offset).map { $0 - now.milliseconds }
    }

    func fields(at now: Timestamp) -> [RowWriter.Field] {
        let difference = difference(from: now)
        return [
            .init("local", .text(ValueText.text(local))),
            .init("utc_offset_minutes", utcOffsetMinutes.map { .name($0) } ?? .missing),
            .init("daylight_saving", isDaylightSaving.map { .flag($0) } ?? .missing),
            .init("ours", .time(now)),
            .init("difference_ms", difference.map { .name(Int($0)) } ?? .missing),
            .init("verdict", .text(difference.map(DeviceClock.words) ?? "names no moment")),
        ]
    }

    /// A second either way is what its own hundredths and the way may cost.
    private static func words(_ difference: Int64) -> String {
        guard difference.magnitude >= 1000 else { return "right" }
        let length = LengthText.text(milliseconds: Int64(difference.magnitude))
        return "\(length) \(difference < 0 ? "slow" : "fast")"
    }
}
