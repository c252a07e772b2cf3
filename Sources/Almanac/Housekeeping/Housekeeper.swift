import Logging
import SegmentStore

/// Does what ``Housekeeping`` says is due, for one manager.
///
/// A job that fails is told of by an event and a log line, and comes again at its next time. What was
/// done is stored in the catalog behind the jobs: those that a crash cut short are done again.
package struct Housekeeper {
    private let manager: DataManager
    private var housekeeping: Housekeeping
    private var stored: StoredHousekeeping?
    /// The wall clock at uptime zero, as of the last look.
    private var clockOrigin: Int64?
    /// Whether the clock was behind the data as of the last look.
    private var wasClockBehind = false
    /// Events that could not be written yet.
    private var waiting: [Event] = []
    /// Events that there was no room to keep.
    private var droppedCount = 0
    /// Whether the store was closed.
    package var isOver: Bool { manager.feed.isEnded }

    private static let waitingCountMax = 100
    /// A clock that is off by more from one look to the next was set.
    private static let clockJumpMin: UInt64 = 1000

    /// - Throws: `invalidParameter` for an unknown `site_time_zone`; `damaged`.
    package init(_ manager: DataManager) throws(HistoryError) {
        self.manager = manager
        stored = try manager.documents.value(
            DocumentKey.housekeeping, in: manager.engineSnapshot.catalog,
            as: StoredHousekeeping.self)
        housekeeping = Housekeeping(
            configuration: manager.configuration,
            clock: try TimeZoneRules.named(manager.configuration.siteTimeZone),
            state: stored?.state ?? .init(), now: manager.time.now, uptime: manager.time.uptime)
    }

    /// The uptime at which to ask again.
    package var nextDue: Duration {
        housekeeping.nextDue(now: manager.time.now, uptime: manager.time.uptime)
    }

    /// Does what is due now, in order.
    ///
    /// - Returns: the jobs that were done.
    @discardableResult
    package mutating func doWhatIsDue() async -> [Housekeeping.Job] {
        var done: [Housekeeping.Job] = []
        var hasBackup = true
        let jobs = housekeeping.jobs(now: manager.time.now, uptime: manager.time.uptime)
        for job in jobs {
            // What a backup was to save is not removed without it.
            if job == .removeExpired, !hasBackup { continue }
            do throws(HistoryError) {
                try await perform(job)
                done.append(job)
            } catch {
                if job == .backUp { hasBackup = false }
                note(error, in: job)
            }
        }
        await writeEvents()
        await storeState()
        return done
    }

    private mutating func perform(_ job: Housekeeping.Job) async throws(HistoryError) {
        switch job {
        case .watchDisk: try await watchDisk()
        case .sweepCache: _ = manager.sweepCache()
        case .backUp: try await backUp()
        case .announceRetention(let removal): try await announce(removal)
        case .removeExpired:
            // Values and leftovers have jobs of their own.
            let report = try await manager.removeExpiredSamples(
                dryRun: false, by: .housekeeping)
            if report.samples > 0 {
                note(.info, "retention", "\(report.samples) samples were removed")
            }
        case .removeOrphans:
            _ = try await manager.write(on: manager.threads.upkeep) { (store) throws(StoreError) in
                try store.removeLeftovers()
            }
        }
    }

    private mutating func note(_ level: Event.Level, _ kind: String, _ message: String) {
        wait(for: Event(at: manager.time.now, level, kind: kind, message))
        manager.logger.log(level: level == .info ? .info : .error, "\(kind): \(message)")
    }

    /// Keeps an event until it can be written; the oldest goes if there are too many.
    private mutating func wait(for event: Event) {
        waiting.append(event)
        guard waiting.count > Housekeeper.waitingCountMax else { return }
        waiting.removeFirst()
        droppedCount += 1
    }

    private mutating func note(_ error: HistoryError, in job: Housekeeping.Job) {
        if error.code == .closed { return }
        note(.error, "housekeeping", "\(job) failed: \(error)")
    }
}

extension Housekeeper {
    private mutating func watchDisk() async throws(HistoryError) {
        let now = manager.time.now
        lookAtClock(now)
        // Sizes of files and of the disk.
        let byteCount = try await manager.threads.reads.read { [manager] () throws(HistoryError) in
            manager.updateGauges()
        }
        for crossing in manager.monitor.recorder.checkThresholds() {
            wait(for: crossing.event)
        }
        try await manager.write { [manager] (store) throws(StoreError) in
            manager.writeLedger(to: store, at: now)
        }
        let health = manager.monitor.recorder.health()
        if health.isClockBehind, !wasClockBehind {
            note(.error, "clock_behind", "the clock is at \(now), before most points' samples")
        }
        wasClockBehind = health.isClockBehind
        // A size of 1970 would take the place of all that were measured later.
        guard let byteCount, !health.isClockBehind else { return }
        let measurement = DiskHistory.Measurement(time: now, byteCount: byteCount)
        guard manager.diskWatch.add(measurement) else { return }
        try await manager.edit { (edit) throws(HistoryError) in
            try edit.replace(
                StoredMeasurement(at: measurement.time.rawValue, bytes: measurement.byteCount),
                for: DiskWatch.key(of: measurement))
        }
    }

    private mutating func lookAtClock(_ now: Timestamp) {
        let origin = now.milliseconds.minus(manager.time.uptime.milliseconds)
        defer { clockOrigin = origin }
        guard let before = clockOrigin, origin.minus(before).magnitude > Housekeeper.clockJumpMin
        else {
            return
        }
        note(.error, Event.clockJumpKind, "the clock was set by \(origin.minus(before)) ms")
    }

    private mutating func backUp() async throws(HistoryError) {
        guard let path = manager.configuration.backupDirectory else { return }
        let folder = BackupFolder(path: path)
        let store = manager.engineSnapshot.storeID
        let target = folder.path(of: manager.time.now)
        try await manager.threads.upkeep.call { () throws(HistoryError) in
            try folder.create(for: store)
        }.get()
        await tidy { () throws(HistoryError) in try folder.removeUnfinished() }
        do throws(HistoryError) { try await manager.backup(to: target) } catch {
            // What was written of it takes room that the store may need before the next one is due.
            await tidy { () throws(HistoryError) in try folder.removeUnfinished() }
            throw error
        }
        let count = manager.configuration.backupKeep
        let removed = await tidy { () throws(HistoryError) in
            try folder.rotate(keeping: count, justMade: target)
        }
        note(
            .info, "backup",
            "\(target) was made" + (removed.isEmpty ? "" : ", \(removed.count) older removed"))
    }

    /// Removes old backups, which may be many files. A backup that is there is one, whether or not
    /// older ones could be removed.
    ///
    /// - Returns: what was removed.
    @discardableResult
    private mutating func tidy(
        _ body: @escaping @Sendable () throws(HistoryError) -> [String]
    ) async -> [String] {
        do throws(HistoryError) {
            return try await manager.threads.upkeep.call(body).get()
        } catch {
            note(.error, "backup", error.message)
            return []
        }
    }

    private mutating func announce(_ removal: Timestamp) async throws(HistoryError) {
        let report = try await manager.removeExpiredSamples(dryRun: true, by: .housekeeping)
        guard report.samples > 0 else { return }
        // The announcement counts once it can be read: before it is recorded, nothing is removed.
        try await manager.record(
            Event(
                at: manager.time.now, .warning, kind: "retention",
                "\(report.samples) samples will be removed at \(removal)"))
        manager.logger.warning("retention: \(report.samples) samples will be removed at \(removal)")
        housekeeping.retentionAnnounced(forRemovalAt: removal)
    }

    /// What cannot be written is tried again at the next time.
    private mutating func writeEvents() async {
        if droppedCount > 0 {
            let event = Event(
                at: manager.time.now, .warning, kind: "journal_dropped",
                "\(droppedCount) events of housekeeping are not in the journal: too many waited",
                fields: ["events": String(droppedCount)])
            do throws(HistoryError) { try await manager.record(event) } catch { return }
            droppedCount = 0
        }
        while let event = waiting.first {
            do throws(HistoryError) { try await manager.record(event) } catch { return }
            waiting.removeFirst()
        }
    }

    private mutating func storeState() async {
        let state = StoredHousekeeping(housekeeping.state)
        guard state != stored else { return }
        do throws(HistoryError) {
            try await manager.edit { (edit) throws(HistoryError) in
                try edit.replace(state, for: DocumentKey.housekeeping)
            }
            stored = state
        } catch {
            // While an import is under way the catalog is not changed: the next time it is.
            manager.logger.debug("the state of housekeeping is not stored yet: \(error)")
        }
    }
}

extension ThresholdCrossing {
    /// The event that tells of it.
    fileprivate var event: Event {
        let level: Event.Level =
            switch level {
            case .ok: .info
            case .warning: .warning
            case .critical: .error
            }
        return Event(
            at: time, level, kind: "threshold", subject: threshold.rawValue, description)
    }
}
