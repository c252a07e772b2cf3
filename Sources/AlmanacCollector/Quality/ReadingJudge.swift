internal import BACnetIP
internal import BACnetMessages
internal import BuildingModel
internal import TimeSeriesModel

/// The meaning of the replies about one point.
enum JudgedReading: Hashable, Sendable {
    /// A value with its quality.
    case value(Double, Quality)
    /// No value, and why.
    case missing(GapReason, String)
    /// The device does not know the object or its present value.
    case unknown(String)
    /// The device did not reply; device, request, tries and time in words.
    case lost(String)
    /// Nothing was sent: the collector stops, or too many requests wait.
    case notRead(String)
}

/// Turns the properties that a device returned for a point into a value with a quality, or into the
/// reason for which there is none. Nothing missing becomes a number.
struct ReadingJudge: Hashable, Sendable {
    var profile: DeviceProfileName

    init(_ profile: DeviceProfileName) { self.profile = profile }

    /// The replies to one point's properties; nil for a property that was not requested.
    struct Replies: Hashable, Sendable {
        var presentValue: PropertyOutcome
        var statusFlags: PropertyOutcome?
        var reliability: PropertyOutcome?

        init(
            presentValue: PropertyOutcome, statusFlags: PropertyOutcome? = nil,
            reliability: PropertyOutcome? = nil
        ) {
            self.presentValue = presentValue
            self.statusFlags = statusFlags
            self.reliability = reliability
        }
    }

    func judge(_ replies: Replies, of point: CollectedPoint) -> JudgedReading {
        let tagged: TaggedValue
        switch replies.presentValue {
        case .error(let error):
            return error.isUnknown
                ? .unknown("\(point.object): \(error)")
                : .missing(.deviceError, "\(point.object): error \(error)")
        case .failure(let failure):
            if failure.isOurs { return .notRead("\(failure)") }
            return failure.isAnswered
                ? .missing(.deviceError, "\(failure)") : .lost("\(failure)")
        case .values(let values):
            guard values.count == 1, let first = values.first else {
                return .missing(
                    .deviceError, "\(point.object) has \(values.count) present values, 1 expected")
            }
            tagged = first
        }
        switch number(in: tagged, of: point) {
        case .failure(let reason): return .missing(reason.reason, reason.detail)
        case .success(let value):
            return .value(value, quality(replies, of: point).canonical)
        }
    }

    private struct NoNumber: Error {
        let reason: GapReason
        let detail: String
    }

    private func number(
        in tagged: TaggedValue, of point: CollectedPoint
    ) -> Result<Double, NoNumber> {
        let value: Double
        switch tagged {
        case .real(let real):
            guard !isSentinel(real) else {
                return .failure(
                    NoNumber(reason: .sentinel, detail: "\(point.object) shows \(real): never read")
                )
            }
            value = restored(real)
        case .double(let double): value = double
        case .unsigned(let number): value = Double(number)
        case .signed(let number): value = Double(number)
        case .enumerated(let number): value = Double(number)
        case .boolean(let flag): value = flag ? 1 : 0
        case .null:
            return .failure(
                NoNumber(reason: .notANumber, detail: "\(point.object) shows Null"))
        default:
            return .failure(
                NoNumber(
                    reason: .deviceError,
                    detail: "the present value of \(point.object) is no number: \(tagged)"))
        }
        guard value.isFinite else {
            return .failure(
                NoNumber(reason: .notANumber, detail: "\(point.object) shows \(value)"))
        }
        guard point.dataType != .digital || value == 0 || value == 1 else {
            return .failure(
                NoNumber(
                    reason: .deviceError,
                    detail: "digital \(point.object) shows \(value), 0 or 1 expected"))
        }
        return .success(value)
    }

    /// 0x55555555 thousandths, which a panel sends for an input that it has never read.
    private func isSentinel(_ real: Float) -> Bool {
        profile == .t3 && real == Float(1_431_655.765)
    }

    /// Up to here the thousandths of a panel and the reals that it sends are one to one.
    private static let exactThousandths: Float = 16_384

    private func restored(_ real: Float) -> Double {
        guard profile == .t3, abs(real) < ReadingJudge.exactThousandths else {
            return Double(shortest: real)
        }
        return (Double(real) * 1000).rounded() / 1000
    }

    private func quality(_ replies: Replies, of point: CollectedPoint) -> Quality {
        var quality: Quality = []
        switch replies.statusFlags {
        case nil: break
        case .values(let values)?:
            if case .bits(let bits)? = values.first, values.count == 1 {
                let flags = StatusFlags(bits)
                if flags.inAlarm { quality.insert(.alarm) }
                if flags.fault { quality.insert(.fault) }
                if flags.overridden { quality.insert(.overridden) }
                if flags.outOfService { quality.insert(.outOfService) }
            } else {
                quality.insert(.uncertain)
            }
        // An object without status flags has none to set.
        case .error(let error)? where error.isUnknown: break
        case .error?, .failure?: quality.insert(.uncertain)
        }
        if case .values(let values)? = replies.reliability {
            switch values.first {
            case .enumerated(0)?, .unsigned(0)?: break
            default: quality.insert(.fault)
            }
        }
        if profile == .t3, point.address.type == .input, point.profile.rangeCode == 0 {
            // An input without a range shows the raw counts of its converter.
            quality.insert(.uncertain)
        }
        return quality
    }
}

extension ErrorReply {
    /// The object or property is not there.
    var isUnknown: Bool { code == .unknownObject || code == .unknownProperty }
}

extension RequestFailure {
    /// The request was never sent, so that nothing is known of the device.
    var isOurs: Bool {
        switch reason {
        case .refused, .tooManyWaiting, .tooManySubscriptions, .cancelled, .closed: true
        default: false
        }
    }
}
