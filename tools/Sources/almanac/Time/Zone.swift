import TimeSeriesModel

/// Where a person reads the clock. Local time exists only here; the store knows none.
struct Zone: Hashable, Sendable {
    /// The name of IANA's list, as it was asked for.
    let name: String
    /// nil for UTC.
    private let file: ZoneFile?

    static let utc = Zone(name: "UTC", file: nil)

    init(name: String, file: ZoneFile?) {
        self.name = name
        self.file = file
    }

    /// Milliseconds east of UTC.
    func offset(at time: Timestamp) -> Int64 {
        guard let file else { return 0 }
        return Int64(file.offset(at: time.milliseconds.floorDivided(by: 1000))) * 1000
    }

    /// The moment at which a local clock first shows a time, or would if it were not skipped: then
    /// the moment of the change.
    ///
    /// - Parameter local: milliseconds since 1970-01-01T00:00 of the local clock.
    func firstMoment(ofLocal local: Int64) -> Timestamp {
        // Offsets lie between −12 h and +14 h, so a day to either side is before and after.
        let day: Int64 = 86_400_000
        let before = offset(at: Timestamp(milliseconds: local - day))
        let after = offset(at: Timestamp(milliseconds: local + day))
        let early = Timestamp(milliseconds: local - before)
        if offset(at: early) == before { return early }
        let late = Timestamp(milliseconds: local - after)
        if offset(at: late) == after { return late }
        return change(between: late.milliseconds, and: early.milliseconds)
    }

    /// The first moment whose offset is that of `high`.
    private func change(between low: Int64, and high: Int64) -> Timestamp {
        var low = low
        var high = high
        let target = offset(at: Timestamp(milliseconds: high))
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if offset(at: Timestamp(milliseconds: middle)) == target {
                high = middle
            } else {
                low = middle
            }
        }
        return Timestamp(milliseconds: high)
    }
}

extension Zone {
    /// `2025-10-26 02:30:00+02:00`, so that the hour that comes twice can be told apart;
    /// milliseconds where there are any.
    func text(of time: Timestamp) -> String {
        let offset = offset(at: time)
        let local = time.milliseconds.addingReportingOverflow(offset).partialValue
        let days = local.floorDivided(by: 86_400_000)
        let date = CivilDate(daysSince1970: days)
        let ofDay = Int(local - days * 86_400_000)
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
        guard file != nil else {
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
