internal import BACnetMessages
internal import BuildingModel
internal import TimeSeriesModel

/// Records that the device overwrote before they were read.
enum LostRecords: Hashable, Sendable {
    case nothing
    case count(Int64)
    case unknownCount
}

extension LogBackfill {
    /// Makes samples and gaps of records that follow the last known one, and moves the cursor.
    ///
    /// - Parameters:
    ///   - entries: oldest first.
    ///   - lost: what is missing before them.
    ///   - lastNumber: that of the last one.
    mutating func takeEntries(
        _ entries: ArraySlice<LogEntry>, lost: LostRecords, lastNumber: UInt32?
    ) -> [Action] {
        var batch = LogBatch(
            cursor ?? LogCursor(), members, properties?.interval, clock, settings, at: now)
        // The correction of the first pass is that of now; a later change holds from the record of it.
        if cursor == nil { batch.cursor.clockError = batch.measuredError }
        batch.lose(lost)
        for entry in entries { batch.take(entry) }
        batch.close()
        batch.cursor.sequence = lastNumber
        batch.cursor.total = properties?.totalRecordCount
        cursor = batch.cursor
        tally.add(batch.tally)
        var actions: [Action] = []
        if !batch.samples.isEmpty { actions.append(.store(batch.samples)) }
        if !batch.gaps.isEmpty { actions.append(.record(batch.gaps)) }
        actions += batch.notes.map(Action.note)
        actions.append(.save(batch.cursor))
        return actions
    }
}

/// The meaning of a run of records.
private struct LogBatch {
    var cursor: LogCursor
    var samples: [PointSample] = []
    var gaps: [Gap] = []
    var notes: [BackfillNote] = []
    var tally = LogTally()
    private let members: [LogMember?]
    private let interval: Duration?
    private let clock: DeviceClock
    private let settings: BackfillSettings
    private let now: Timestamp
    private var impossibleTimes: [Int64?] = []

    init(
        _ cursor: LogCursor, _ members: [LogMember?], _ interval: Duration?, _ clock: DeviceClock,
        _ settings: BackfillSettings, at now: Timestamp
    ) {
        self.cursor = cursor
        self.members = members
        self.interval = interval
        self.clock = clock
        self.settings = settings
        self.now = now
        while self.cursor.openGaps.count < members.count { self.cursor.openGaps.append(nil) }
    }

    /// By how much the clock is wrong now, as far as it counts.
    var measuredError: Int64 {
        clock.error(before: cursor.clockError, tolerance: settings.clockTolerance) ?? 0
    }

    /// When the record after the last one was due.
    private var nextTime: Timestamp? {
        cursor.lastTime.map {
            Timestamp(milliseconds: $0.milliseconds + (interval?.wholeMilliseconds ?? 1))
        }
    }

    mutating func lose(_ lost: LostRecords) {
        let detail: String
        switch lost {
        case .nothing: return
        case .count(let count):
            tally.lostCount += count
            detail = "the device overwrote \(count) records before they were read"
        case .unknownCount: detail = "the device's log does not reach back to the last record"
        }
        guard let start = nextTime else { return }
        for place in members.indices { open(.logLost, at: place, from: start, detail) }
    }

    mutating func take(_ entry: LogEntry) {
        if entry.localTime == cursor.localTime, cursor.countAtTime > 0 {
            cursor.countAtTime += 1
        } else {
            cursor.localTime = entry.localTime
            cursor.countAtTime = 1
        }
        tally.recordCount += 1
        if case .timeChange(let seconds) = entry.content {
            cursor.clockError = measuredError
            notes.append(.clockSet(seconds: Double(seconds)))
        }
        guard let time = time(of: entry) else {
            impossibleTimes.append(entry.localTime)
            if let start = nextTime {
                for place in members.indices {
                    open(.clockRejected, at: place, from: start, "the record's time is impossible")
                }
            }
            return
        }
        take(entry.content, entry.flags, at: time)
        cursor.lastTime = time
    }

    /// Nil for a time that no right clock gives.
    private mutating func time(of entry: LogEntry) -> Timestamp? {
        guard let local = entry.localTime else { return nil }
        let latest = now.milliseconds + settings.futureTolerance.wholeMilliseconds
        var time = clock.time(ofLocal: local, error: cursor.clockError, after: cursor.lastTime)
        if time.milliseconds > latest, measuredError != cursor.clockError {
            // The clock was set, and the log has no record of it.
            let corrected = clock.time(
                ofLocal: local, error: measuredError, after: cursor.lastTime)
            if corrected.milliseconds <= latest {
                cursor.clockError = measuredError
                time = corrected
            }
        }
        return time >= settings.earliestTime && time.milliseconds <= latest ? time : nil
    }

    private mutating func take(
        _ content: LogEntry.Content, _ flags: StatusFlags?, at time: Timestamp
    ) {
        switch content {
        case .timeChange: break
        case .status(let status): take(status, at: time)
        case .unreadable:
            tally.unreadableCount += 1
            for place in members.indices {
                open(.deviceError, at: place, from: time, "the device's record cannot be read")
            }
        case .values(let values):
            for (place, member) in members.enumerated() {
                guard let member else { continue }
                guard values.indices.contains(place) else {
                    open(.deviceError, at: place, from: time, "the device's record is too short")
                    continue
                }
                switch LoggedValue(values[place], flags, of: member) {
                case .value(let value, let quality):
                    close(place, at: time)
                    samples.append(
                        PointSample(
                            point: member.point.address, value: value, at: time, quality: quality))
                case .missing(let reason, let detail):
                    open(reason, at: place, from: time, detail)
                }
            }
        }
    }

    private mutating func take(_ status: LogStatus, at time: Timestamp) {
        for place in members.indices {
            if status.isDisabled {
                open(.logDisabled, at: place, from: time, "the device's log was disabled")
            } else if status.isInterrupted {
                open(
                    .deviceOffline, at: place, from: min(nextTime ?? time, time),
                    "the device's log was interrupted")
            }
        }
    }

    /// Begins a gap, or goes on with one of the same reason; one of another reason ends here.
    private mutating func open(
        _ reason: GapReason, at place: Int, from time: Timestamp, _ detail: String
    ) {
        guard members[place] != nil else { return }
        if let known = cursor.openGaps[place] {
            // A clock that jumps to and fro says nothing of when it began: the first gap stays.
            if known.reason == reason || known.from >= time { return }
            close(place, at: time)
        }
        cursor.openGaps[place] = OpenGap(from: time, reason: reason, detail: detail)
    }

    private mutating func close(_ place: Int, at time: Timestamp) {
        guard let open = cursor.openGaps[place], let member = members[place] else { return }
        cursor.openGaps[place] = nil
        guard open.from < time, let range = TimeRange(from: open.from, to: time) else { return }
        gaps.append(
            Gap(point: member.point.address, range: range, reason: open.reason, detail: open.detail)
        )
    }

    /// Notes what was left out.
    mutating func close() {
        guard !impossibleTimes.isEmpty else { return }
        tally.impossibleTimeCount += impossibleTimes.count
        notes.append(
            .impossibleTimes(count: impossibleTimes.count, firstLocalTime: impossibleTimes[0]))
    }
}
