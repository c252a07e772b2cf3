internal import BACnetIP
internal import BACnetMessages
internal import BuildingModel
internal import TimeSeriesModel

/// A point whose values a log records.
struct LogMember: Hashable, Sendable {
    var point: CollectedPoint
    var profile: DeviceProfileName
}

/// The outcome of one value of a record: judged as a value that is polled.
enum LoggedValue: Hashable, Sendable {
    case value(Double, Quality)
    case missing(GapReason, detail: String)

    init(_ datum: LogDatum, _ flags: StatusFlags?, of member: LogMember) {
        if case .failure(let error) = datum {
            self = .missing(.deviceError, detail: "the device could not read it: \(error)")
            return
        }
        guard let value = datum.tagged else {
            self = .missing(.deviceError, detail: "the device logged no number")
            return
        }
        // A record without flags says nothing of them: the value is taken at its word.
        let replies = ReadingJudge.Replies(
            presentValue: .values([value]), statusFlags: flags.map { .values([.bits($0.bits)]) })
        switch ReadingJudge(member.profile).judge(replies, of: member.point) {
        case .value(let value, let quality): self = .value(value, quality)
        case .missing(let reason, let words): self = .missing(reason, detail: words)
        case .unknown(let words), .lost(let words), .notRead(let words):
            self = .missing(.deviceError, detail: words)
        }
    }
}

extension LogDatum {
    /// The value as a property has it; nil if it is none, or several.
    fileprivate var tagged: TaggedValue? {
        switch self {
        case .boolean(let value): .boolean(value)
        case .real(let value): .real(value)
        case .enumerated(let value): .enumerated(value)
        case .unsigned(let value): .unsigned(value)
        case .signed(let value): .signed(value)
        case .null: .null
        case .any(let values): values.count == 1 ? values[0] : nil
        case .bits, .status, .failure, .timeChange, .unreadable: nil
        }
    }
}
