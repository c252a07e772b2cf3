internal import Almanac
internal import BACnetIP
internal import BuildingModel
import DurableFiles
internal import DurableFiles
internal import Synchronization
internal import TimeSeriesModel

/// Has the logs of all devices of a collector read at their times, while it runs.
final class BackfillKeeper: Sendable {
    private struct State {
        var agenda: BackfillAgenda
        var timer: DeadlineTimer
        var reports: [DeviceID: BackfillReport] = [:]
        var lastTask: UInt64 = 0
        var running: Set<UInt64> = []
        var tasks: [UInt64: Task<Void, Never>] = [:]
        var isRunning = false
    }

    private let context: CollectorContext
    private let table: WorkerTable
    private let runner: BackfillRunner
    private let state: Guarded<State>

    init(_ context: CollectorContext, _ table: WorkerTable) {
        self.context = context
        self.table = table
        runner = BackfillRunner(
            history: context.history, client: context.client,
            settings: context.configuration.backfill,
            rediscoveryInterval: context.configuration.rediscoveryInterval, time: context.time)
        state = Guarded(BackfillKeeper.state(context))
    }

    private static func state(_ context: CollectorContext) -> State {
        State(
            agenda: BackfillAgenda(context.configuration.backfill),
            timer: DeadlineTimer(
                clock: TimeSourceClock(time: context.time), executor: context.executor))
    }

    /// Begins with all devices; at most a few at a time.
    func start() {
        state.withLock { state in
            let reports = state.reports
            state = BackfillKeeper.state(context)
            state.reports = reports
            state.isRunning = true
        }
        for worker in table.all { returned(worker.device.id) }
    }

    /// A device is back: what its logs recorded meanwhile is read.
    func returned(_ device: DeviceID) { apply { agenda, _ in agenda.begin(device) } }

    /// The device was discovered anew: it may have other logs.
    func rediscovered(_ device: DeviceID) { runner.forgetLogs(of: device) }

    /// Begins no new pass, and ends those that are under way after the request that is open.
    func stop() {
        let tasks = state.withLock { state in
            state.isRunning = false
            state.timer.cancel()
            return Array(state.tasks.values)
        }
        for task in tasks { task.cancel() }
    }

    /// Waits for what is under way.
    func drain() async {
        while let task = state.withLock({ $0.tasks.values.first }) { await task.value }
    }

    /// The last report of each device and when its logs are read next, by device.
    var status: [CollectorStatus.DeviceLogs] {
        let now = context.time.now
        let uptime = context.time.uptime
        return state.withLock { state in
            state.reports.values.sorted { $0.device < $1.device }.map { report in
                CollectorStatus.DeviceLogs(
                    report: report,
                    nextDue: state.isRunning
                        ? state.agenda.nextDue(of: report.device).map { now + ($0 - uptime) }
                        : nil)
            }
        }
    }

    /// Reads the logs of a device now.
    func run(_ worker: DeviceWorker, verifies: Bool) async -> BackfillReport {
        let device = worker.device
        var report: BackfillReport
        switch await worker.resolvedAddress() {
        case .failure:
            report = BackfillReport(device: device.id, time: context.time.now)
            report.failure = "\(device.name) was not found"
        case .success(let address):
            let points = worker.state.withLock { $0.collection.agenda.points }
            report = await runner.run(
                device, at: address, points: points, verifies: verifies)
        }
        if let skew = report.clockSkew {
            worker.state.withLock { $0.collection.status.clockSkew = skew }
        }
        let last = report
        state.withLock { $0.reports[device.id] = last }
        await note(report, of: device)
        return report
    }

    private func note(_ report: BackfillReport, of device: CollectedDevice) async {
        let records = report.logs.reduce(0) { $0 + $1.records }
        let failed = report.logs.filter { $0.ending == .failed }
        if records > 0 {
            let lost = report.logs.reduce(0) { $0 + $1.lost }
            await context.note(
                CollectorEvent(
                    at: context.time.now, .backfilled, of: device.id,
                    "\(report.stored) samples of \(records) records of the logs of \(device.name)",
                    fields: [
                        "records": String(records), "stored": String(report.stored),
                        "lost": String(lost),
                        "gaps": String(report.logs.reduce(0) { $0 + $1.gaps }),
                    ]))
        }
        guard !Task.isCancelled else { return }
        if let words = report.failure ?? failed.first?.message {
            await context.note(
                CollectorEvent(
                    at: context.time.now, .backfillFailed, of: device.id,
                    "the logs of \(device.name) were not read to their end: \(words)"))
        }
    }
}

// MARK: Passes

extension BackfillKeeper {
    private func apply(_ event: (inout BackfillAgenda, Duration) -> [BackfillAgenda.Pass]) {
        let passes = state.withLock { state -> [BackfillAgenda.Pass] in
            guard state.isRunning else { return [] }
            let passes = event(&state.agenda, context.time.uptime)
            state.timer.arm(for: state.agenda.nextDeadline) { [weak self] deadline in
                guard let self else { return }
                self.state.withLock { $0.timer.hasWoken(from: deadline) }
                apply { agenda, now in agenda.passTime(to: now) }
            }
            return passes
        }
        for pass in passes { begin(pass) }
    }

    private func begin(_ pass: BackfillAgenda.Pass) {
        let number = state.withLock { state in
            state.lastTask += 1
            state.running.insert(state.lastTask)
            return state.lastTask
        }
        let task = context.run { [weak self] in
            guard let self else { return }
            if let worker = table.worker(of: pass.device), !worker.isAway {
                let report = await run(worker, verifies: pass.verifies)
                apply { agenda, now in agenda.finish(report, at: now) }
            } else {
                // It is read when it is back.
                var report = BackfillReport(device: pass.device, time: context.time.now)
                report.failure = "the device does not reply"
                apply { [report] agenda, now in agenda.finish(report, at: now) }
            }
            state.withLock { state in
                state.running.remove(number)
                state.tasks[number] = nil
            }
        }
        state.withLock { state in
            if state.running.contains(number) { state.tasks[number] = task }
        }
    }
}
