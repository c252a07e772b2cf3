internal import TimeSeriesModel

/// Why records could not be read.
enum LogReadFailure: Hashable, Sendable {
    /// The device answered that it cannot.
    case refused(String)
    case silent(String)
    /// It answered with what cannot be read.
    case malformed(String)

    var isSilence: Bool { if case .silent = self { true } else { false } }

    var words: String {
        switch self {
        case .refused(let words), .silent(let words), .malformed(let words): words
        }
    }
}

/// Why a log is not read.
enum LogIgnored: Error, Hashable, Sendable {
    case nothingLogged
    case otherDevice(UInt32)
    case otherProperty(String)
    case notCollected(String)

    var words: String {
        switch self {
        case .nothingLogged: "it logs no property"
        case .otherDevice(let device): "it logs a property of device \(device)"
        case .otherProperty(let property): "it logs \(property), not a present value"
        case .notCollected(let object): "it logs \(object), which is not collected"
        }
    }
}

/// Something that a person should know of a log.
enum BackfillNote: Hashable, Sendable {
    /// Records whose time is before the clock limits or in the future; they are not stored.
    case impossibleTimes(count: Int, firstLocalTime: Int64?)
    /// A record says that the device's clock was set.
    case clockSet(seconds: Double)
}

/// The end of a pass.
enum LogEnding: Hashable, Sendable {
    case done
    case ignored(LogIgnored)
    case failed(LogReadFailure)
}

/// The outcome of one pass over one log.
struct LogOutcome: Hashable, Sendable {
    var ending: LogEnding
    var tally: LogTally
    var properties: LogProperties?
}

/// The findings of a pass.
struct LogTally: Hashable, Sendable {
    var recordCount = 0
    /// Records that the device overwrote before they were read, as far as their number is known.
    var lostCount: Int64 = 0
    var impossibleTimeCount = 0
    var unreadableCount = 0
    /// The contradiction between the device's numbers and its records, in words.
    var note: String?

    mutating func add(_ other: LogTally) {
        recordCount += other.recordCount
        lostCount += other.lostCount
        impossibleTimeCount += other.impossibleTimeCount
        unreadableCount += other.unreadableCount
        note = other.note ?? note
    }
}
