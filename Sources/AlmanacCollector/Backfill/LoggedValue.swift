internal import BACnetMessages
internal import BuildingModel
internal import TimeSeriesModel

/// A point whose values a log records.
struct LogMember: Hashable, Sendable {
    var point: PointAddress
    /// Whether values are those of a T3000 panel: thousandths, with a number for "never read".
    var isT3 = false
}

/// The outcome of one value of a record.
enum LoggedValue: Hashable, Sendable {
    case value(Double, Quality)
    case missing(GapReason, detail: String)

    init(_ datum: LogDatum, _ flags: StatusFlags?, of member: LogMember) {
        let quality = flags.map(Quality.init) ?? []
        switch datum {
        case .boolean(let value): self = .value(value ? 1 : 0, quality)
        case .enumerated(let value): self = .value(Double(value), quality)
        case .unsigned(let value): self = .value(Double(value), quality)
        case .signed(let value): self = .value(Double(value), quality)
        case .real(let real): self.init(real, quality, isT3: member.isT3)
        case .any(let values): self.init(values, quality, isT3: member.isT3)
        case .failure(let error):
            self = .missing(.deviceError, detail: "the device could not read it: \(error)")
        case .null: self = .missing(.sentinel, detail: "the device logged Null")
        case .bits, .status, .timeChange, .unreadable:
            self = .missing(.deviceError, detail: "the device logged no number")
        }
    }

    private init(_ real: Float, _ quality: Quality, isT3: Bool) {
        guard real.isFinite else {
            self = .missing(.notANumber, detail: "the device logged \(real)")
            return
        }
        guard isT3 else {
            self = .value(Double(shortest: real), quality)
            return
        }
        // A panel holds thousandths as 32-bit integers; 0x55555555 is one that it never read.
        if real == 1_431_655.75 {
            self = .missing(.sentinel, detail: "the panel has never read it")
        } else if abs(real) < 16_384 {
            self = .value((Double(real) * 1000).rounded() / 1000, quality)
        } else {
            self = .value(Double(shortest: real), quality)
        }
    }

    /// A value of any kind: the one primitive in it.
    private init(_ values: [TaggedValue], _ quality: Quality, isT3: Bool) {
        switch values.first {
        case .boolean(let value)? where values.count == 1:
            self = .value(value ? 1 : 0, quality)
        case .unsigned(let value)? where values.count == 1: self = .value(Double(value), quality)
        case .signed(let value)? where values.count == 1: self = .value(Double(value), quality)
        case .enumerated(let value)? where values.count == 1:
            self = .value(Double(value), quality)
        case .real(let value)? where values.count == 1: self.init(value, quality, isT3: isT3)
        case .double(let value)? where values.count == 1 && value.isFinite:
            self = .value(value, quality)
        case .double(let value)? where values.count == 1:
            self = .missing(.notANumber, detail: "the device logged \(value)")
        default: self = .missing(.deviceError, detail: "the device logged no number")
        }
    }
}

extension Quality {
    /// The flags of a value, bit for bit.
    fileprivate init(_ flags: StatusFlags) {
        self = []
        if flags.inAlarm { insert(.alarm) }
        if flags.fault { insert(.fault) }
        if flags.overridden { insert(.overridden) }
        if flags.outOfService { insert(.outOfService) }
    }
}
