internal import Almanac
internal import BACnetIP
internal import BACnetMessages
internal import BuildingModel
internal import TimeSeriesModel

/// Carries out one pass over one log: requests to the device, and writes to the store in the order in
/// which ``LogBackfill`` returns them.
struct LogPass: Sendable {
    let runner: BackfillRunner
    let device: CollectedDevice
    let address: DeviceAddress
    let log: ObjectIdentifier
    let clock: DeviceClock
    let points: LoggedPoints

    private var history: DataManager { runner.history }
    private var cursorKey: String { "trendlog/\(device.id.rawValue)/\(log)" }
    private var isMultiple: Bool { log.type == .trendLogMultiple }

    func run(verifies: Bool) async -> BackfillReport.Log {
        var report = BackfillReport.Log(object: "\(log)")
        do throws(LogPassFailure) {
            var backfill = LogBackfill(
                cursor: try loadCursor(), clock: clock, settings: runner.settings,
                octetCountMax: runner.client.batchSize(of: address).octetCountMax,
                isMultiple: isMultiple, verifies: verifies
            ) { [points] in points.member(of: $0) }
            var actions = backfill.take(.begin, at: runner.time.now)
            while !actions.isEmpty {
                var reply: LogBackfill.Event?
                for action in actions { reply = try await carryOut(action, &report) ?? reply }
                actions = reply.map { backfill.take($0, at: runner.time.now) } ?? []
            }
        } catch {
            report.ending = .failed
            report.message = error.words
        }
        return report
    }

    /// - Returns: the reply to a read.
    private func carryOut(
        _ action: LogBackfill.Action, _ report: inout BackfillReport.Log
    ) async throws(LogPassFailure) -> LogBackfill.Event? {
        if Task.isCancelled { throw LogPassFailure(words: "cancelled") }
        switch action {
        case .readProperties: return try await readProperties()
        case .read(let range): return try await read(range)
        case .store(let samples): try await store(samples, &report)
        case .record(let gaps): try await record(gaps, &report)
        case .note(let note):
            try await write { () throws(HistoryError) in
                try await history.record(event(of: note))
            }
        case .save(let cursor): try await save(cursor)
        case .finish(let outcome): finish(outcome, &report)
        }
        return nil
    }

    private func finish(_ outcome: LogOutcome, _ report: inout BackfillReport.Log) {
        report.records = outcome.tally.recordCount
        report.lost = outcome.tally.lostCount
        report.impossibleTimes = outcome.tally.impossibleTimeCount
        report.message = outcome.tally.note
        report.interval = outcome.properties?.interval
        report.bufferSize = outcome.properties?.bufferSize
        switch outcome.ending {
        case .done: report.ending = .done
        case .ignored(let reason):
            report.ending = .ignored
            report.message = reason.words
        case .failed(let failure):
            report.ending = .failed
            report.message = failure.words
        }
    }
}

/// Why a pass ended before its log did: the store refused, or the task was cancelled.
private struct LogPassFailure: Error {
    var words: String
}

extension LogPass {
    private func readProperties() async throws(LogPassFailure) -> LogBackfill.Event {
        let names = LogProperties.identifiers
        let found = await runner.client.readProperties(
            names.map { ObjectProperty(log, $0) }, of: address)
        var values: [PropertyIdentifier: [TaggedValue]] = [:]
        var failure: RequestFailure?
        var error: ErrorReply?
        for name in names {
            switch found[ObjectProperty(log, name)] {
            case .values(let found)?: values[name] = found
            case .failure(let found)?: failure = found
            case .error(let found)?: error = error ?? found
            case nil: continue
            }
        }
        // Without an answer to one property a pass would take it for one that the device lacks.
        if let failure { return .failed(try LogReadFailure(failure)) }
        guard let properties = LogProperties(values) else {
            let words = error.map { "error \($0)" } ?? "no record count"
            return .failed(.refused("\(address), \(log): \(words)"))
        }
        return .properties(properties)
    }

    private func read(
        _ range: ReadRangeRequest.Range
    ) async throws(LogPassFailure) -> LogBackfill.Event {
        do {
            let ack = try await runner.client.readRange(
                range, of: ObjectProperty(log, .logBuffer), at: address)
            guard Int(ack.itemCount) <= range.itemCountMax ?? .max else {
                return .failed(
                    .malformed("\(log) sent \(ack.itemCount) records, more than requested"))
            }
            return .page(try LogPage(ack, isMultiple: isMultiple))
        } catch let error as RequestFailure {
            return .failed(try LogReadFailure(error))
        } catch {
            return .failed(.malformed("the records of \(log) cannot be read: \(error)"))
        }
    }
}

extension LogPass {
    private func loadCursor() throws(LogPassFailure) -> LogCursor? {
        do throws(HistoryError) {
            return try history.programState(cursorKey, as: LogCursor.self)
        } catch { throw LogPassFailure(words: "the cursor cannot be read: \(error.message)") }
    }

    private func save(_ cursor: LogCursor) async throws(LogPassFailure) {
        try await write { () throws(HistoryError) in
            try await history.keepProgramState(cursor, under: cursorKey)
        }
    }

    private func store(
        _ samples: [PointSample], _ report: inout BackfillReport.Log
    ) async throws(LogPassFailure) {
        let receipt = try await write { () throws(HistoryError) in
            try await history.store(
                samples, durability: .durable, onConflict: .keep, origin: .backfill)
        }
        report.stored += receipt.stored
        report.known += receipt.duplicates + receipt.kept
        report.rejected += receipt.rejected.count
    }

    /// Records gaps that are not recorded yet: a pass that was cut short finds them again.
    private func record(
        _ gaps: [Gap], _ report: inout BackfillReport.Log
    ) async throws(LogPassFailure) {
        let added = try await write { () throws(HistoryError) in
            var new: [Gap] = []
            for gap in gaps {
                let known = try history.recordedGaps(of: gap.point, in: gap.range)
                if !known.contains(gap) { new.append(gap) }
            }
            if !new.isEmpty { try await history.record(new) }
            return new.count
        }
        report.gaps += added
    }

    private func write<Result: Sendable>(
        _ body: () async throws(HistoryError) -> Result
    ) async throws(LogPassFailure) -> Result {
        do throws(HistoryError) { return try await body() } catch {
            throw LogPassFailure(words: "the store refused: \(error.message)")
        }
    }

    private func event(of note: BackfillNote) -> Event {
        let subject = String(device.id.rawValue)
        switch note {
        case .impossibleTimes(let count, let first):
            let local =
                first.map { " the first at \(Timestamp(milliseconds: $0)) local time" } ?? ""
            return Event(
                at: runner.time.now, .warning, kind: "quarantined", subject: subject,
                "\(count) records of \(log) have impossible times,\(local)",
                fields: ["count": String(count), "source": "\(log)"])
        case .clockSet(let seconds):
            return Event(
                at: runner.time.now, .info, kind: "device_clock_set", subject: subject,
                "the clock of \(device.name) was set by \(seconds) s, as \(log) records",
                fields: ["seconds": String(seconds), "source": "\(log)"])
        }
    }
}

extension LogReadFailure {
    /// - Throws: if the request was given up here, which is no fault of the device.
    fileprivate init(_ failure: RequestFailure) throws(LogPassFailure) {
        switch failure.reason {
        case .cancelled, .closed: throw LogPassFailure(words: "\(failure)")
        case .unexpectedReply: self = .malformed("\(failure)")
        case .silence where failure.isAnswered: self = .malformed("\(failure)")
        default: self = failure.isAnswered ? .refused("\(failure)") : .silent("\(failure)")
        }
    }
}
