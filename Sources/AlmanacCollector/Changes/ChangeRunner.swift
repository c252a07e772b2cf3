internal import Almanac
internal import BACnetIP
internal import BACnetMessages
internal import BuildingModel
import DurableFiles
internal import DurableFiles
internal import Logging
internal import Synchronization
internal import TimeSeriesModel

/// Carries out what ``ChangeSubscriptions`` returns, for all devices of a collector: requests to the
/// devices, and samples of what they report. One timer serves all subscriptions.
final class ChangeRunner: Sendable {
    /// A point with the device that reports it.
    private struct Watched: Sendable {
        let point: CollectedPoint
        let profile: DeviceProfileName
        let address: DeviceAddress
        let watch: COVWatch
        /// By how much a value may differ from the last reported one; nil until it is known.
        var increment: Double?
        /// When the device reported no value, and why.
        var missing: Missing?
    }

    private struct Missing: Hashable, Sendable {
        let since: Timestamp
        let reason: GapReason
        let detail: String
    }

    private struct State {
        var subscriptions: ChangeSubscriptions
        var watched: [ChangeTarget: Watched] = [:]
        /// Devices with points that were ever subscribed to.
        var devices: Set<DeviceID> = []
        var timer: DeadlineTimer
        var lastTask: UInt64 = 0
        /// Tasks that have not ended, by number; one that has just begun is not in ``tasks`` yet.
        var running: Set<UInt64> = []
        var tasks: [UInt64: Task<Void, Never>] = [:]
        var samples: [PointSample] = []
        var isStoring = false
        var isStopped = false
    }

    private let context: CollectorContext
    private let table: WorkerTable
    private let options: SubscriptionOptions
    private let state: Guarded<State>

    /// Samples that wait to be stored; of more the oldest are dropped, with an event.
    private static let waitingCountMax = 100_000

    init(_ context: CollectorContext, _ table: WorkerTable) {
        self.context = context
        self.table = table
        let settings = context.configuration.changes
        options = SubscriptionOptions(
            lifetime: settings.lifetime, isConfirmed: settings.isConfirmed)
        state = Guarded(ChangeRunner.state(context))
    }

    private static func state(_ context: CollectorContext) -> State {
        State(
            subscriptions: ChangeSubscriptions(context.configuration.changes),
            timer: DeadlineTimer(
                clock: TimeSourceClock(time: context.time), executor: context.executor))
    }

    /// Begins without any subscription.
    func start() { state.withLock { $0 = ChangeRunner.state(context) } }

    /// Subscriptions that devices have now.
    var activeCount: Int { state.withLock { $0.subscriptions.activeCount } }

    /// Takes the points of a device whose changes are subscribed to, in place of those before. The
    /// device is found first if its address is not known.
    func follow(_ worker: DeviceWorker) {
        let (points, address) = worker.state.withLock { state in
            (state.collection.agenda.points.filter { $0.mode != .poll }, state.address)
        }
        let device = worker.device
        guard !points.isEmpty || state.withLock({ $0.devices.contains(device.id) }) else { return }
        state.withLock { _ = $0.devices.insert(device.id) }
        if let address { return set(points, of: device, at: address) }
        begin { runner in
            guard case .success(let address) = await worker.resolvedAddress() else { return }
            let points = worker.state.withLock { state in
                state.collection.agenda.points.filter { $0.mode != .poll }
            }
            runner.set(points, of: device, at: address)
        }
    }

    private func set(
        _ wanted: [CollectedPoint], of device: CollectedDevice, at address: DeviceAddress
    ) {
        guard !state.withLock({ $0.isStopped }) else { return }
        let targets = Set(wanted.map(ChangeTarget.init))
        let known = state.withLock { $0.watched.filter { $0.key.device == device.id } }
        for (target, watched) in known
        where !targets.contains(target) || watched.address != address {
            apply(.remove(target))
            // One whose request is open is cancelled when its reply comes.
            state.withLock { state in
                if !state.subscriptions.isOpen(target) { state.watched[target] = nil }
            }
        }
        for point in wanted {
            let target = ChangeTarget(point)
            if !state.withLock({ $0.watched[target] != nil }) {
                guard watch(target, point, device, address) else { continue }
            }
            apply(.add(target, alsoPolls: point.mode == .both))
        }
    }

    private func watch(
        _ target: ChangeTarget, _ point: CollectedPoint, _ device: CollectedDevice,
        _ address: DeviceAddress
    ) -> Bool {
        do throws(RequestFailure) {
            let watch = try context.client.watch(
                target.object, of: address, options: options
            ) { [weak self] notification in self?.take(notification, of: target) }
            state.withLock { state in
                state.watched[target] = Watched(
                    point: point, profile: device.profile, address: address, watch: watch,
                    increment: point.dataType == .analog ? nil : 0)
            }
            return true
        } catch {
            context.logger.warning("\(point.address) is polled: \(error)")
            return false
        }
    }

    /// The device replies again: its subscriptions are made again, at its address of now.
    func returned(_ device: DeviceID) {
        guard state.withLock({ $0.devices.contains(device) }),
            let worker = table.worker(of: device)
        else { return }
        follow(worker)
        apply(.returned(device))
    }

    /// A poll has read points: compares those that are subscribed to with what the device reported.
    func polled(_ result: RoundResult) {
        for reading in result.readings {
            guard case .value(let value, _) = reading.reading, reading.point.mode != .poll else {
                continue
            }
            let target = ChangeTarget(reading.point)
            guard let watched = state.withLock({ $0.watched[target] }) else { continue }
            apply(.polled(target, value, increment: watched.increment))
        }
    }

    /// Ends all subscriptions; ``drain()`` waits until the devices have replied.
    func stop() {
        apply(.stop)
        state.withLock { state in
            state.isStopped = true
            state.timer.cancel()
        }
    }

    /// Waits for what is under way: cancellations, and the storing of what devices reported.
    func drain() async {
        while let task = state.withLock({ $0.tasks.values.first }) { await task.value }
        state.withLock { $0.watched = [:] }
    }

    /// Gives up requests that are under way.
    func cancelTasks() {
        for task in state.withLock({ Array($0.tasks.values) }) { task.cancel() }
    }
}

extension ChangeTarget {
    init(_ point: CollectedPoint) {
        self.init(point: point.address, object: point.object)
    }
}

// MARK: Requests

extension ChangeRunner {
    private func apply(_ event: ChangeSubscriptions.Event) {
        let (actions, changes) = state.withLock { state in
            // Inside: the value's time never goes back.
            let actions = state.subscriptions.take(event, at: context.time.uptime)
            arm(&state)
            return (actions, state.subscriptions.takeChanges())
        }
        for (point, isSubscribed) in changes {
            table.worker(of: point.device)?.state.withLock { state in
                if isSubscribed {
                    state.collection.subscribed.insert(point)
                } else {
                    state.collection.subscribed.remove(point)
                }
            }
        }
        for action in actions { carryOut(action) }
    }

    private func arm(_ state: inout State) {
        guard !state.isStopped else { return }
        state.timer.arm(for: state.subscriptions.nextDeadline) { [weak self] deadline in
            guard let self else { return }
            self.state.withLock { $0.timer.hasWoken(from: deadline) }
            apply(.timePassed)
        }
    }

    private func carryOut(_ action: ChangeSubscriptions.Action) {
        switch action {
        case .subscribe(let target):
            guard let watched = state.withLock({ $0.watched[target] }) else {
                return apply(.refused(target, isForGood: false))
            }
            begin { await $0.subscribe(target, watched) }
        case .cancel(let target):
            let watched = state.withLock { state -> Watched? in
                // One that was added again meanwhile is requested again after this.
                state.watched.removeValue(forKey: target)
            }
            guard let watched else { return }
            begin { _ in await watched.watch.cancel() }
        }
    }

    private func subscribe(_ target: ChangeTarget, _ watched: Watched) async {
        do throws(RequestFailure) {
            try await watched.watch.subscribe()
            apply(.acknowledged(target))
            if watched.increment == nil { await readIncrement(of: target, at: watched.address) }
        } catch {
            if error.isAnswered {
                apply(.refused(target, isForGood: error.isUnsupported))
            } else {
                apply(.unanswered(target))
            }
            guard !error.isOurs else { return }
            context.logger.info("\(target.point) is polled: \(error)")
        }
    }

    private func readIncrement(of target: ChangeTarget, at address: DeviceAddress) async {
        let found = try? await context.client.readProperty(
            ObjectProperty(target.object, .covIncrement), of: address, patience: context.patience)
        guard case .real(let increment)? = found?.first, increment.isFinite else { return }
        state.withLock { $0.watched[target]?.increment = Double(increment) }
    }

    /// A task that ``stop()`` waits for.
    private func begin(_ body: @escaping @Sendable (ChangeRunner) async -> Void) {
        let number = state.withLock { state in
            state.lastTask += 1
            state.running.insert(state.lastTask)
            return state.lastTask
        }
        let task = context.run { [weak self] in
            guard let self else { return }
            await body(self)
            self.state.withLock { state in
                state.running.remove(number)
                state.tasks[number] = nil
            }
        }
        state.withLock { state in
            if state.running.contains(number) { state.tasks[number] = task }
        }
    }
}

extension RequestFailure {
    /// The device does not have the service, or no changes of the object.
    fileprivate var isUnsupported: Bool {
        switch reason {
        case .reject(.unrecognizedService): true
        case .error(let error):
            [
                .notCOVProperty, .optionalFunctionalityNotSupported, .unknownObject,
                .serviceRequestDenied,
            ].contains(error.code)
        default: false
        }
    }
}

// MARK: Notifications

extension ChangeRunner {
    /// Takes what a device reports: the value goes to the cache at once, and is stored with the time of
    /// its arrival.
    private func take(_ notification: COVNotification, of target: ChangeTarget) {
        let arrival = context.time.now
        guard let watched = state.withLock({ $0.watched[target] }),
            let value = notification.values(of: .presentValue)
        else { return }
        let replies = ReadingJudge.Replies(
            presentValue: .values(value),
            statusFlags: notification.values(of: .statusFlags).map { .values($0) })
        let reading = ReadingJudge(watched.profile).judge(replies, of: watched.point)
        switch reading {
        case .value(let value, let quality):
            apply(.notified(target, value))
            cache(value, quality, of: watched.point, at: arrival)
            close(target, watched, at: arrival)
            store(
                PointSample(
                    point: target.point, value: value, at: arrival, quality: quality))
        case .missing(let reason, let detail):
            apply(.notified(target, nil))
            state.withLock { state in
                guard state.watched[target]?.missing == nil else { return }
                state.watched[target]?.missing = Missing(
                    since: arrival, reason: reason, detail: detail)
            }
        case .unknown, .lost, .notRead: break
        }
    }

    private func cache(
        _ value: Double, _ quality: Quality, of point: CollectedPoint, at arrival: Timestamp
    ) {
        let reading = PointReading(
            point: point.address, value: value, quality: quality, arrival: arrival,
            dataType: point.dataType, unitCode: point.unitCode)
        let held = RealtimeValue(
            reading, timeToLive: context.history.configuration.cacheDuration)
        do throws(HistoryError) { try context.history.cache(held) } catch {
            context.logger.warning("\(point.address) is not cached: \(error.message)")
        }
    }

    /// Records the time for which the device reported no value.
    private func close(_ target: ChangeTarget, _ watched: Watched, at arrival: Timestamp) {
        guard let missing = watched.missing else { return }
        state.withLock { $0.watched[target]?.missing = nil }
        guard missing.since < arrival,
            let range = TimeRange(from: missing.since, to: arrival)
        else { return }
        let gap = Gap(
            point: target.point, range: range, reason: missing.reason, detail: missing.detail)
        begin { await $0.context.record([gap]) }
    }

    /// Stores a sample; those that come while one batch is written are the next batch.
    private func store(_ sample: PointSample) {
        let mustStore = state.withLock { state in
            if state.samples.count >= ChangeRunner.waitingCountMax { state.samples.removeFirst() }
            state.samples.append(sample)
            defer { state.isStoring = true }
            return !state.isStoring
        }
        if mustStore { begin { await $0.storeAll() } }
    }

    private func storeAll() async {
        while true {
            let batch = state.withLock { state in
                defer { state.samples = [] }
                if state.samples.isEmpty { state.isStoring = false }
                return state.samples
            }
            if batch.isEmpty { return }
            do throws(HistoryError) { try await context.history.store(batch) } catch {
                await context.note(
                    CollectorEvent(
                        at: context.time.now, .storeFailed, of: batch[0].point.device,
                        "\(batch.count) samples are not stored: \(error.message)"))
            }
        }
    }
}

extension COVNotification {
    fileprivate func values(of property: PropertyIdentifier) -> [TaggedValue]? {
        values.first { $0.reference == PropertyReference(property) }?.values
    }
}
