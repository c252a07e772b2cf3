internal import BACnetMessages
internal import BuildingModel
internal import TimeSeriesModel

/// One pass over a trend log of a device: from the last record that is known to the newest one.
///
/// A value that takes what the device replied and returns what is to be done. It reads by sequence
/// number, checks the first record against the last one that is known, and falls back to reading by
/// time if the numbers contradict the records, and by position if the times do too.
struct LogBackfill: Sendable {
    enum Event: Sendable {
        case begin
        case properties(LogProperties)
        case page(LogPage)
        case failed(LogReadFailure)
    }

    /// The steps to take, in this order. The reply to a read is the next event.
    enum Action: Hashable, Sendable {
        case readProperties
        case read(ReadRangeRequest.Range)
        /// Durably, and keeping what is stored of the same time.
        case store([PointSample])
        case record([Gap])
        case note(BackfillNote)
        /// After all before it is durable.
        case save(LogCursor)
        case finish(LogOutcome)
    }

    /// A read that is under way.
    enum Reading: Hashable, Sendable {
        case bySequence(from: UInt32, overlaps: Bool, lost: Int64)
        /// - overlaps: whether the last known record is to be among them.
        case byTime(overlaps: Bool)
        case byPosition(LogScan)
    }

    let settings: BackfillSettings
    let clock: DeviceClock
    /// The point of each logged property, by its reference; nil for one that is not collected.
    let member: @Sendable (LoggedReference) -> Result<LogMember, LogIgnored>
    /// True to read the last record again even if there is no newer one, to find a log that began
    /// anew: at the start, and after an outage.
    let verifies: Bool
    /// Octets of one reply.
    let octetCountMax: Int
    let isMultiple: Bool

    var cursor: LogCursor?
    var properties: LogProperties?
    var members: [LogMember?] = []
    var reading: Reading?
    var pageCount = 1
    var tally = LogTally()
    var now = Timestamp(milliseconds: 0)
    private var requestsLeft = 0
    private var repeatsLeft = 0

    /// The number of repetitions of a request after a reply that cannot be read, or after silence.
    private static let repeatCountMax = 3

    init(
        cursor: LogCursor?, clock: DeviceClock, settings: BackfillSettings, octetCountMax: Int,
        isMultiple: Bool, verifies: Bool,
        member: @escaping @Sendable (LoggedReference) -> Result<LogMember, LogIgnored>
    ) {
        self.cursor = cursor
        self.clock = clock
        self.settings = settings
        self.octetCountMax = octetCountMax
        self.isMultiple = isMultiple
        self.verifies = verifies
        self.member = member
    }

    mutating func take(_ event: Event, at now: Timestamp) -> [Action] {
        self.now = now
        switch event {
        case .begin: return [.readProperties]
        case .properties(let properties): return plan(properties)
        case .page(let page):
            repeatsLeft = LogBackfill.repeatCountMax
            switch reading {
            case .bySequence(let from, let overlaps, let lost)?:
                return takeBySequence(page, from, overlaps: overlaps, lost: lost)
            case .byTime(let overlaps)?: return takeByTime(page, overlaps: overlaps)
            case .byPosition(let scan)?: return takeByPosition(page, scan)
            case nil: return finish(.failed(.malformed("records came that were not requested")))
            }
        case .failed(let failure): return take(failure)
        }
    }

    /// Ends the pass; the number of requests is bounded, so that no device keeps it busy for ever.
    mutating func finish(_ ending: LogEnding) -> [Action] {
        reading = nil
        return [.finish(LogOutcome(ending: ending, tally: tally, properties: properties))]
    }

    mutating func request(_ reading: Reading) -> [Action] {
        self.reading = reading
        guard requestsLeft > 0 else {
            return finish(.failed(.malformed("the log does not end: too many replies")))
        }
        requestsLeft -= 1
        return [.read(range(of: reading))]
    }
}

extension LogBackfill {
    private mutating func plan(_ properties: LogProperties) -> [Action] {
        self.properties = properties
        if let ignored = resolve(properties.references) { return finish(.ignored(ignored)) }
        pageCount = recordCountOfPage(members.count)
        requestsLeft = 64 + 8 * Int(min(properties.recordCount, 10_000_000)) / max(1, pageCount)
        repeatsLeft = LogBackfill.repeatCountMax
        guard properties.recordCount > 0 else { return finish(.done) }
        guard let cursor else {
            guard let total = properties.totalRecordCount else {
                return request(.byTime(overlaps: false))
            }
            let oldest = LogSequence.number(
                total, advancedBy: 1 - Int64(properties.recordCount))
            return request(.bySequence(from: oldest, overlaps: false, lost: 0))
        }
        switch cursor.method {
        case .position: return scan()
        case .time: return goByTime()
        case .sequence: return planBySequence(cursor, properties)
        }
    }

    private mutating func planBySequence(
        _ cursor: LogCursor, _ properties: LogProperties
    ) -> [Action] {
        guard let last = cursor.sequence, let total = properties.totalRecordCount else {
            return goByTime()
        }
        let ahead = LogSequence.distance(from: last, to: total)
        guard ahead <= LogSequence.forwardMax else {
            tally.note = "the log began anew: its count went from \(last) to \(total)"
            return goByTime()
        }
        let count = Int64(properties.recordCount)
        if ahead == 0, !verifies { return finish(.done) }
        if ahead < count { return request(.bySequence(from: last, overlaps: true, lost: 0)) }
        let oldest = LogSequence.number(total, advancedBy: 1 - count)
        return request(.bySequence(from: oldest, overlaps: false, lost: ahead - count))
    }

    /// Finds the points of the logged properties.
    ///
    /// - Returns: why the log is of no use here, if it is not.
    private mutating func resolve(_ references: [LoggedReference?]) -> LogIgnored? {
        var reasons: [LogIgnored] = []
        members = references.map { reference in
            guard let reference else { return nil }
            switch member(reference) {
            case .success(let member): return member
            case .failure(let reason):
                reasons.append(reason)
                return nil
            }
        }
        guard members.allSatisfy({ $0 == nil }) else { return nil }
        return reasons.first ?? .nothingLogged
    }

    /// The number of records that a reply holds: 22 octets for a REAL with its flags, and for a log
    /// of several properties 16 and 5 for each.
    private func recordCountOfPage(_ memberCount: Int) -> Int {
        let record = isMultiple ? 16 + 5 * max(1, memberCount) : 22
        // The head of a reply: service, object, property, flags, count and first number.
        let head = 32
        let fitting = (octetCountMax - head) / record
        return max(1, min(fitting, settings.recordsPerRequestMax))
    }

    private mutating func take(_ failure: LogReadFailure) -> [Action] {
        guard let reading else { return finish(.failed(failure)) }
        switch failure {
        case .malformed where repeatsLeft > 0, .silent where repeatsLeft > 1:
            // A reply that is lost again and again may be too long for the way to the device.
            repeatsLeft -= failure.isSilence ? 2 : 1
            if failure.isSilence { pageCount = max(1, pageCount / 2) }
            return request(reading)
        case .malformed, .silent: return finish(.failed(failure))
        case .refused(let words):
            switch reading {
            case .bySequence: return contradicted("it refuses to read by number: \(words)")
            case .byTime: return scan()
            case .byPosition: return finish(.failed(failure))
            }
        }
    }

    private func range(of reading: Reading) -> ReadRangeRequest.Range {
        let count = Int32(pageCount)
        switch reading {
        case .bySequence(let from, let overlaps, _):
            return .bySequence(from, count: overlaps ? count + 1 : count)
        case .byTime(let overlaps):
            let known = cursor?.localTime
            // One hundredth before the last record, so that it comes again; without one the beginning
            // of 1950, which is before any clock's.
            let start = known.map { overlaps ? $0 - 10 : $0 } ?? -631_152_000_000
            let extra = overlaps ? Int32(clamping: cursor?.countAtTime ?? 0) : 0
            return .byTime(
                BACnetDateTime(unixMilliseconds: start, utcOffsetMinutes: 0) ?? .unspecified,
                count: count &+ extra)
        case .byPosition(let scan):
            return .byPosition(scan.end, count: -(scan.entries.isEmpty ? count : count + 1))
        }
    }
}
