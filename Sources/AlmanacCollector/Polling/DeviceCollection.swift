internal import BuildingModel
internal import TimeSeriesModel

/// The collection of one device, without clock, sockets and store: takes what happens and returns
/// what is to be done.
struct DeviceCollection: Sendable {
    enum Action: Hashable, Sendable {
        case read(Round)
        case probe
        case record([Gap])
        case note(CollectorEvent)
        case missed(ticks: Int)
        /// The device replies again after an outage.
        case returned
    }

    /// The outcome of a request that belongs to no round.
    enum Contact: Hashable, Sendable {
        case reply
        case lost(String)
        case notSent
    }

    /// A property that is answered as unknown so often in a row rests until the next discovery.
    static let unknownCountMax = 3
    /// Reliability is read with the first tick, and after so long again.
    static let reliabilityInterval: Duration = .seconds(3600)

    let configuration: CollectorConfiguration
    var agenda: DeviceAgenda
    var watch: DeviceWatch
    var ledger = GapLedger()
    var schedules: [Duration: TickSchedule] = [:]
    var realtime: TickSchedule?
    /// Points whose changes the device reports: they are polled rarely.
    var subscribed: Set<PointAddress> = []
    /// The number of times in a row that a point was answered as unknown.
    var unknownCounts: [PointAddress: Int] = [:]
    var unreliable: Set<PointAddress> = []
    var flagless: Set<PointAddress> = []
    var status: CollectorStatus.Device
    var isRunning = false
    var failed: Set<PointAddress> = []
    var retryDue: Duration?
    var isRetrying = false
    private var reliabilityRead: Duration?
    private var lastNumber: UInt64 = 0

    init(_ agenda: DeviceAgenda, _ configuration: CollectorConfiguration) {
        self.agenda = agenda
        self.configuration = configuration
        watch = DeviceWatch(seed: configuration.seed &+ UInt64(agenda.device.id.rawValue))
        status = CollectorStatus.Device(id: agenda.device.id, name: agenda.device.name)
    }
}

// MARK: Start, change, stop

extension DeviceCollection {
    /// Begins with the next tick of each schedule.
    ///
    /// - Parameters:
    ///   - lastStored: the newest sample that the history has of each interval.
    ///   - now: the wall clock.
    mutating func start(lastStored: [Duration: Timestamp], now: Timestamp) -> [Action] {
        guard !isRunning else { return [] }
        isRunning = true
        realtime = TickSchedule(
            interval: configuration.realtimeInterval,
            offset: offset(of: configuration.realtimeInterval), now: now)
        var actions: [Action] = []
        schedules = [:]
        for interval in scheduledIntervals {
            schedules[interval] = schedule(interval, now, lastStored[interval])
            guard let newest = lastStored[interval], newest > now else { continue }
            actions.append(
                .note(
                    event(
                        .clockJump, at: now,
                        "the clock is before the newest stored tick \(newest) of \(agenda.device.name); "
                            + "ticks up to that one are skipped")))
        }
        return actions
    }

    /// Takes another agenda: what is no longer collected ends with its reason, what is new begins
    /// with the next tick.
    mutating func change(to agenda: DeviceAgenda, now: Timestamp) -> [Action] {
        guard agenda != self.agenda else { return [] }
        self.agenda = agenda
        status.name = agenda.device.name
        guard isRunning else { return [] }
        let wanted = scheduledIntervals
        for interval in wanted where schedules[interval] == nil {
            schedules[interval] = schedule(interval, now, nil)
        }
        for interval in schedules.keys where !wanted.contains(interval) {
            schedules[interval] = nil
        }
        let known = Set(agenda.points.map(\.address))
        unknownCounts = unknownCounts.filter { known.contains($0.key) }
        failed = failed.filter(known.contains)
        subscribed = subscribed.filter(known.contains)
        // The gap of a point that was switched off begins now and not with the next tick: the
        // operator looks for it at the time of the change.
        var gaps: [Gap] = []
        for (point, disabled) in agenda.disabled.sorted(by: { $0.key < $1.key }) {
            gaps += ledger.miss(
                point, in: TimeRange(from: now, to: now + disabled.interval)!, disabled.reason)
        }
        let note = Action.note(
            event(.planChanged, at: now, "\(agenda.points.count) points of \(agenda.device.name)"))
        return (gaps.isEmpty ? [] : [.record(gaps)]) + [note]
    }

    /// The device was discovered anew: what rested because it was unknown is tried again.
    mutating func rediscovered() {
        unknownCounts = [:]
        flagless = []
        reliabilityRead = nil
    }

    /// Takes no new tick. Every point has a gap from now on, which its next sample ends.
    mutating func stop(at now: Timestamp) -> [Action] {
        guard isRunning else { return [] }
        isRunning = false
        var gaps = ledger.closeAll(at: now)
        for point in agenda.points {
            guard let interval = agenda.interval(of: point.address),
                let schedule = schedules[interval],
                let range = TimeRange(from: now, to: max(now, schedule.nextTick) + interval)
            else { continue }
            gaps.append(Gap(point: point.address, range: range, reason: .collectorStopped))
        }
        return gaps.isEmpty ? [] : [.record(gaps)]
    }

    private var scheduledIntervals: Set<Duration> {
        Set(agenda.allIntervals).union(agenda.disabled.values.map(\.interval))
    }

    private func schedule(
        _ interval: Duration, _ now: Timestamp, _ lastStored: Timestamp?
    ) -> TickSchedule {
        TickSchedule(
            interval: interval, offset: offset(of: interval), now: now, lastStored: lastStored)
    }

    private func offset(of interval: Duration) -> Duration {
        TickSchedule.offset(
            of: agenda.device.id, interval: interval, configuration.alignment)
    }
}

// MARK: Time

extension DeviceCollection {
    /// The uptime at which ``passTime(to:uptime:)`` has something to do; nil while it is stopped.
    func nextDeadline(now: Timestamp, uptime: Duration) -> Duration? {
        guard isRunning else { return nil }
        var earliest: Duration?
        func take(_ deadline: Duration?) {
            guard let deadline else { return }
            earliest = min(earliest ?? deadline, deadline)
        }
        for schedule in schedules.values { take(uptime + (schedule.nextDue - now)) }
        take(realtime.map { uptime + ($0.nextDue - now) })
        take(watch.nextProbe)
        if !isRetrying { take(retryDue) }
        return earliest
    }

    mutating func passTime(to now: Timestamp, uptime: Duration) -> [Action] {
        guard isRunning else { return [] }
        var actions: [Action] = []
        for interval in schedules.keys.sorted() {
            guard let steps = schedules[interval]?.passTime(to: now) else { continue }
            for step in steps { actions += take(step, of: interval, now, uptime) }
        }
        for step in realtime?.passTime(to: now) ?? [] { actions += takeRealtime(step) }
        if watch.takeProbe(at: uptime) { actions.append(.probe) }
        return actions + retry(at: now, uptime)
    }

    private mutating func take(
        _ step: TickSchedule.Step, of interval: Duration, _ now: Timestamp, _ uptime: Duration
    ) -> [Action] {
        switch step {
        case .missed(let first, let last, let count):
            status.missedTicks += count
            let range = TimeRange(from: first, to: last + interval)!
            let gaps = agenda.points.filter { agenda.intervals[$0.address]?.first == interval }
                .flatMap { ledger.miss($0.address, in: range, .tickMissed) }
            let words = "\(count) ticks from \(first) of \(agenda.device.name) were not read"
            return [
                .missed(ticks: count), .record(gaps),
                .note(event(.tickMissed, at: now, words, fields: ["count": String(count)])),
            ]
        case .read(let tick): return read(tick, of: interval, uptime)
        }
    }

    private mutating func read(
        _ tick: Timestamp, of interval: Duration, _ uptime: Duration
    ) -> [Action] {
        let range = TimeRange(from: tick, to: tick + interval)!
        var gaps: [Gap] = []
        for (point, disabled) in agenda.disabled where disabled.interval == interval {
            gaps += ledger.miss(point, in: range, disabled.reason)
        }
        let due = agenda.points(at: tick, of: interval)
        guard !watch.isAway else {
            for point in due {
                gaps += ledger.miss(point.address, in: range, .deviceOffline, status.lastError)
            }
            schedules[interval]?.finish(isDone: false)
            return gaps.isEmpty ? [] : [.record(gaps)]
        }
        let points = due.filter { isPolled($0, at: tick, of: interval) }
        for point in due where isResting(point.address) {
            gaps += ledger.miss(point.address, in: range, .deviceError)
        }
        var actions: [Action] = gaps.isEmpty ? [] : [.record(gaps)]
        guard !points.isEmpty else {
            schedules[interval]?.finish(isDone: true)
            return actions
        }
        var round = round(.history(interval: interval), tick, points)
        let isDue = reliabilityRead.map {
            uptime - $0 >= DeviceCollection.reliabilityInterval
        }
        if isDue ?? true {
            round.readsReliability = true
            reliabilityRead = uptime
        }
        // Their next tick is here: a retry has nothing to add.
        failed.subtract(points.map(\.address))
        if failed.isEmpty { retryDue = nil }
        actions.append(.read(round))
        return actions
    }

    private mutating func takeRealtime(_ step: TickSchedule.Step) -> [Action] {
        guard case .read(let tick) = step else { return [] }
        let points =
            watch.isAway
            ? []
            : agenda.realtimePoints(at: tick, of: configuration.realtimeInterval)
                .filter { !isResting($0.address) && !subscribed.contains($0.address) }
        guard !points.isEmpty else {
            realtime?.finish(isDone: true)
            return []
        }
        return [.read(round(.realtime, tick, points))]
    }

    private mutating func retry(at now: Timestamp, _ uptime: Duration) -> [Action] {
        guard !isRetrying, let retryDue, retryDue <= uptime else { return [] }
        self.retryDue = nil
        let points = agenda.points.filter {
            failed.contains($0.address) && !isResting($0.address)
        }
        failed = []
        guard !watch.isAway, !points.isEmpty else { return [] }
        isRetrying = true
        return [.read(round(.retry, now, points))]
    }

    /// A round of all points on request; nil if the device has none.
    mutating func manualRound(at now: Timestamp) -> Round? {
        agenda.points.isEmpty ? nil : round(.manual, now, agenda.points)
    }

    private mutating func round(
        _ kind: Round.Kind, _ tick: Timestamp, _ points: [CollectedPoint]
    ) -> Round {
        lastNumber += 1
        return Round(number: lastNumber, kind: kind, tick: tick, points: points)
    }

    func isResting(_ point: PointAddress) -> Bool {
        unknownCounts[point, default: 0] >= DeviceCollection.unknownCountMax
    }

    private func isPolled(
        _ point: CollectedPoint, at tick: Timestamp, of interval: Duration
    ) -> Bool {
        guard !isResting(point.address) else { return false }
        guard subscribed.contains(point.address) else { return true }
        return point.mode == .both
            || (tick.milliseconds / interval.milliseconds)
                % Int64(configuration.changes.verificationTicks) == 0
    }
}

extension DeviceCollection {
    func event(
        _ kind: CollectorEvent.Kind, at time: Timestamp, _ message: String,
        fields: [String: String] = [:]
    ) -> CollectorEvent {
        CollectorEvent(at: time, kind, of: agenda.device.id, message, fields: fields)
    }
}
