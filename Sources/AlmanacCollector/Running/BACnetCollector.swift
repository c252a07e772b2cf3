public import Almanac
public import BACnetIP
internal import BACnetMessages
import DurableFiles
internal import DurableFiles
internal import Logging
internal import Synchronization
public import TimeSeriesModel

/// Lets the history of a building grow: reads the points of a plan from BACnet devices on schedule,
/// feeds the cache, stores samples with their quality, and records why samples are missing.
///
/// Devices are independent of each other: one that is slow or does not reply delays no other. What is
/// collected follows the catalog: a device, point or log that is switched on or off, a new interval
/// or binding, acts within a second. Safe to call from any task.
public final class BACnetCollector: Sendable {
    private struct State {
        var isRunning = false
        var heartbeat: Task<Void, Never>?
        var revision: UInt64 = 0
        /// True while start or stop are under way: the other waits.
        var isChanging = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    public let plan: CollectorPlan
    public let configuration: CollectorConfiguration
    let context: CollectorContext
    let table = WorkerTable()
    let backfills: BackfillKeeper
    let changes: ChangeRunner
    private let rediscoveries: RediscoveryKeeper
    private let planned: [PointAddress: CollectedPoint]
    private let state = Guarded(State())

    /// The time between two looks at the catalog and the wall clock.
    private static let heartbeatInterval: Duration = .milliseconds(500)

    /// - Parameters:
    ///   - history: a store that is open for writing. The plan is in its catalog already
    ///     (``CollectorPlan/write(into:interval:by:)``).
    ///   - client: started; it stays the caller's to close, after the collector has stopped.
    ///   - plan: devices and points. What the catalog states of a point wins over it.
    ///   - configuration: checked here.
    ///   - source: the one with which `history` was opened; nil without readers of current values.
    ///   - time: the clocks; a test turns its own.
    ///   - executor: where the collector's tasks run; nil leaves it to the system.
    /// - Throws: ``CollectorError`` `invalidSetting`.
    public init(
        history: DataManager, client: BACnetClient, plan: CollectorPlan,
        configuration: CollectorConfiguration = CollectorConfiguration(),
        source: CollectorSource? = nil, time: any TimeSource = .system,
        executor: (any TaskExecutor)? = nil
    ) throws(CollectorError) {
        try configuration.check()
        self.plan = plan
        self.configuration = configuration
        planned = Dictionary(uniqueKeysWithValues: plan.points.map { ($0.address, $0) })
        let context = CollectorContext(
            history: history, client: client, configuration: configuration, time: time,
            executor: executor, events: EventHub(), logger: Logger(label: "almanac.collector"))
        self.context = context
        let backfills = BackfillKeeper(context, table)
        let changes = ChangeRunner(context, table)
        let rediscoveries = RediscoveryKeeper(of: plan, context, table)
        self.backfills = backfills
        self.changes = changes
        self.rediscoveries = rediscoveries
        table.set(
            plan.devices.map { device in
                DeviceWorker(
                    DeviceAgenda(device: device), in: context,
                    returned: { device in
                        backfills.returned(device)
                        changes.returned(device)
                        rediscoveries.take(.returned, of: device)
                    }, polled: { changes.polled($0) })
            })
        source?.attach(table)
    }

    /// The events from now on, until the collector stops. Any number of followers; one that is slow
    /// loses the oldest events.
    public var events: AsyncStream<CollectorEvent> { context.events.follow() }

    public var isRunning: Bool { state.withLock { $0.isRunning } }

    /// Collects until the task is cancelled, then stops as ``stop()`` does.
    ///
    /// - Throws: ``CollectorError`` `history` if the catalog cannot be read.
    public func run() async throws(CollectorError) {
        try await start()
        while !Task.isCancelled, isRunning {
            try? await context.time.sleep(until: context.time.uptime + .seconds(1))
        }
        // Cancelled, this task could not wait for what is under way; another one can.
        await context.run { [self] in await stop() }.value
    }

    /// Begins with the next tick of each schedule. Twice is once.
    ///
    /// The time since the last run is recorded as a gap with the reason `collector_stopped`.
    ///
    /// - Throws: ``CollectorError`` `history` if the catalog cannot be read.
    public func start() async throws(CollectorError) {
        await enter()
        defer { leave() }
        guard !isRunning else { return }
        let revision = context.history.catalogRevision
        changes.start()
        do throws(HistoryError) {
            try applyCatalog()
        } catch {
            throw CollectorError(.history, "the catalog cannot be read: \(error.message)")
        }
        for worker in table.all { await begin(worker) }
        listen()
        backfills.start()
        rediscoveries.start()
        let heartbeat = context.run { [weak self] in await self?.beat() }
        state.withLock { state in
            state.isRunning = true
            state.revision = revision
            state.heartbeat = heartbeat
        }
        let words = "\(plan.devices.count) devices, \(plan.points.count) points"
        await context.note(CollectorEvent(at: context.time.now, .started, words))
    }

    /// Takes no new tick, waits for replies that are under way for twice the time-out of a request at
    /// most, stores what came, and records the gap that begins now. Starting again works.
    public func stop() async {
        await enter()
        defer { leave() }
        guard isRunning else { return }
        let heartbeat = state.withLock { state in
            state.isRunning = false
            defer { state.heartbeat = nil }
            return state.heartbeat
        }
        heartbeat?.cancel()
        context.client.listen(nil)
        await rediscoveries.stop()
        let workers = table.all
        for worker in workers { worker.stop() }
        backfills.stop()
        changes.stop()
        let deadline = context.time.uptime + configuration.requestTimeout * 2
        let watchdog = context.run { [context, changes] in
            guard (try? await context.time.sleep(until: deadline)) != nil else { return }
            for worker in workers { worker.cancelTasks() }
            changes.cancelTasks()
        }
        for worker in workers { await worker.drain() }
        await backfills.drain()
        await changes.drain()
        watchdog.cancel()
        await context.note(CollectorEvent(at: context.time.now, .stopped, "stopped"))
        context.events.finish()
    }

    /// One of start and stop at a time.
    private func enter() async {
        while true {
            let mustWait = state.withLock { state in
                defer { state.isChanging = true }
                return state.isChanging
            }
            guard mustWait else { return }
            await withCheckedContinuation { waiter in
                let isFree = state.withLock { state in
                    guard state.isChanging else { return true }
                    state.waiters.append(waiter)
                    return false
                }
                if isFree { waiter.resume() }
            }
        }
    }

    private func leave() {
        let waiters = state.withLock { state in
            state.isChanging = false
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }
}

// MARK: On request

extension BACnetCollector {
    /// The state of every device and schedule.
    public func status() -> CollectorStatus {
        var status = CollectorStatus()
        status.isRunning = isRunning
        let now = context.time.now
        for worker in table.all {
            let (device, schedules, address) = worker.state.withLock { state in
                (
                    state.collection.currentStatus(now: now), state.collection.scheduleStatus,
                    state.address
                )
            }
            var known = device
            known.batchSize = address.map { context.client.batchSize(of: $0).propertyCountMax }
            status.devices.append(known)
            status.schedules += schedules
        }
        status.logs = backfills.status
        return status
    }

    /// Reads all points of a device now, or of all devices, and stores them with the time of their
    /// arrival.
    ///
    /// - Throws: ``CollectorError`` `unknownDevice`, `notRunning`, `cancelled`.
    public func collectNow(_ device: DeviceID? = nil) async throws(CollectorError)
        -> CollectionReport
    {
        guard isRunning else {
            throw CollectorError(.notRunning, "the collector is not started")
        }
        var workers = table.all
        if let device {
            workers = workers.filter { $0.device.id == device }
            guard !workers.isEmpty else {
                throw CollectorError(
                    .unknownDevice, "device \(device.rawValue) is not collected")
            }
        }
        var report = CollectionReport()
        await withTaskGroup(of: CollectionReport.Device.self) { group in
            for worker in workers {
                group.addTask(executorPreference: context.executor) { await worker.collectNow() }
            }
            for await part in group { report.devices.append(part) }
        }
        if Task.isCancelled { throw CollectorError(.cancelled, "the caller was cancelled") }
        report.devices.sort { $0.id < $1.id }
        return report
    }
}

extension DeviceWorker {
    fileprivate func collectNow() async -> CollectionReport.Device {
        let now = context.time.now
        let round = state.withLock { $0.collection.manualRound(at: now) }
        guard let round else { return CollectionReport.Device(id: device.id) }
        let result = await read(round)
        apply { $0.take(result, now: $1, uptime: $2) }
        return CollectionReport.Device(result, of: device.id)
    }
}

// MARK: Following clock, catalog and network

extension BACnetCollector {
    /// Looks at the catalog and the wall clock until it is cancelled.
    private func beat() async {
        var clock = ClockWatch(wall: context.time.now, uptime: context.time.uptime)
        while !Task.isCancelled {
            let next = context.time.uptime + BACnetCollector.heartbeatInterval
            guard (try? await context.time.sleep(until: next)) != nil else { return }
            if let step = clock.step(wall: context.time.now, uptime: context.time.uptime) {
                await note(step)
            }
            let revision = context.history.catalogRevision
            guard state.withLock({ $0.revision }) != revision else { continue }
            do throws(HistoryError) {
                try applyCatalog()
                state.withLock { $0.revision = revision }
            } catch {
                context.logger.warning("the catalog cannot be read: \(error.message)")
            }
        }
    }

    private func note(_ step: Duration) async {
        let seconds = Double(step.components.seconds) + Double(step.components.attoseconds) * 1e-18
        await context.note(
            CollectorEvent(
                at: context.time.now, .clockJump,
                "the clock was set \(step < .zero ? "back" : "forward") by \(abs(seconds)) s",
                fields: ["seconds": String(seconds)]))
        for worker in table.all { worker.passTime() }
    }

    private func applyCatalog() throws(HistoryError) {
        let snapshot = context.history.snapshot()
        for worker in table.all {
            let agenda = try DeviceAgenda(
                of: worker.device, planned: planned, in: snapshot,
                standard: configuration.historyInterval)
            worker.apply { collection, now, _ in collection.change(to: agenda, now: now) }
            changes.follow(worker)
        }
    }

    private func begin(_ worker: DeviceWorker) async {
        let agenda = worker.state.withLock { $0.collection.agenda }
        let resumed = ResumedHistory(of: agenda, in: context.history, now: context.time.now)
        if !resumed.gaps.isEmpty { await context.record(resumed.gaps) }
        worker.apply { collection, now, _ in
            collection.start(lastStored: resumed.lastStored, now: now)
        }
    }

    private func listen() {
        var byInstance: [UInt32: DeviceWorker] = [:]
        for worker in table.all { byInstance[worker.device.instance] = worker }
        context.client.listen {
            [byInstance, rediscoveries, table, addresses = context.addresses] address, introduced in
            if let introduced {
                guard let worker = byInstance[introduced.instance] else { return }
                worker.hear(introductionAt: address)
                // Devices introduce themselves after a restart.
                if worker.address == address {
                    rediscoveries.take(.introduced, of: worker.device.id)
                }
                return
            }
            for device in addresses.devices(at: address) { table.worker(of: device)?.hear() }
        }
    }
}

extension DeviceWorker {
    /// Nil until the device is found.
    var address: DeviceAddress? { state.withLock { $0.address } }
}
