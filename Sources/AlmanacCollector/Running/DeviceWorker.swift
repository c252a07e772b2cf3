import Almanac
import BACnetIP
internal import BACnetMessages
import DurableFiles
internal import DurableFiles
internal import Logging
internal import Synchronization
internal import TimeSeriesModel

/// Carries out what the collection of one device decides: sleeps until something is due, reads,
/// stores, and reports back. Nothing of it waits for another device.
final class DeviceWorker: Sendable {
    struct State {
        var collection: DeviceCollection
        /// Nil until the device is found.
        var address: DeviceAddress?
        var panel: PanelObjects?
        var timer: DeadlineTimer
        var lastTask: UInt64 = 0
        var tasks: [UInt64: Task<Void, Never>] = [:]
        /// Addresses that claim the device's instance, each reported once.
        var conflicts: Set<DeviceAddress> = []
    }

    let context: CollectorContext
    let device: CollectedDevice
    let state: Guarded<State>
    /// Called when the device replies again after an outage.
    private let returned: @Sendable (DeviceID) -> Void
    /// Called with what a round has read.
    private let polled: @Sendable (RoundResult) -> Void

    init(
        _ agenda: DeviceAgenda, in context: CollectorContext,
        returned: @escaping @Sendable (DeviceID) -> Void = { _ in },
        polled: @escaping @Sendable (RoundResult) -> Void = { _ in }
    ) {
        self.context = context
        device = agenda.device
        self.returned = returned
        self.polled = polled
        let timer = DeadlineTimer(
            clock: TimeSourceClock(time: context.time), executor: context.executor)
        state = Guarded(
            State(
                collection: DeviceCollection(agenda, context.configuration),
                address: agenda.device.address, timer: timer))
        context.addresses.move(device.id, from: nil, to: device.address)
    }

    /// Sets where the device is, or that it has to be found again.
    private func set(_ address: DeviceAddress?, in state: inout State) {
        context.addresses.move(device.id, from: state.address, to: address)
        state.address = address
    }

    /// Lets something happen to the collection, then carries out what it returns.
    func apply(
        _ event: (inout DeviceCollection, Timestamp, Duration) -> [DeviceCollection.Action]
    ) {
        let actions = state.withLock { state in
            // Inside: the collection's time never goes back.
            let uptime = context.time.uptime
            let now = context.time.now
            let actions = event(&state.collection, now, uptime)
            arm(&state, now, uptime)
            return actions
        }
        for action in actions { carryOut(action) }
    }

    private func arm(_ state: inout State, _ now: Timestamp, _ uptime: Duration) {
        let next = state.collection.nextDeadline(now: now, uptime: uptime)
        state.timer.arm(for: next) { [weak self] deadline in self?.wake(from: deadline) }
    }

    private func wake(from deadline: Duration) {
        state.withLock { $0.timer.hasWoken(from: deadline) }
        passTime()
    }

    /// Looks at the clock: after a sleep, and when the wall clock was set.
    func passTime() { apply { $0.passTime(to: $1, uptime: $2) } }

    private func carryOut(_ action: DeviceCollection.Action) {
        switch action {
        case .read(let round): begin { await $0.carryOut(round) }
        case .probe: begin { await $0.probe() }
        case .record(let gaps):
            guard !gaps.isEmpty else { return }
            begin { await $0.context.record(gaps) }
        case .note(let event): begin { await $0.context.note(event) }
        case .missed(let ticks): context.history.recordMissedTicks(ticks)
        case .returned: returned(device.id)
        }
    }

    /// A task that ``drain(until:)`` waits for.
    func begin(_ body: @escaping @Sendable (DeviceWorker) async -> Void) {
        let number = state.withLock { state in
            state.lastTask += 1
            return state.lastTask
        }
        let task = context.run { [weak self] in
            guard let self else { return }
            await body(self)
            self.state.withLock { _ = $0.tasks.removeValue(forKey: number) }
        }
        state.withLock { state in
            // One that has ended already is kept until the worker stops, which costs nothing.
            if !task.isCancelled { state.tasks[number] = task }
        }
    }

    /// Takes no new tick; what is under way goes on.
    func stop() {
        apply { collection, now, _ in collection.stop(at: now) }
        state.withLock { $0.timer.cancel() }
    }

    /// Waits for what is under way.
    func drain() async {
        // They stay in the table meanwhile, so that they can be cancelled.
        while let (number, task) = state.withLock({ $0.tasks.first.map { ($0.key, $0.value) } }) {
            await task.value
            state.withLock { _ = $0.tasks.removeValue(forKey: number) }
        }
    }

    /// Ends what is under way: replies that have come are stored, the others are given up.
    func cancelTasks() {
        for task in state.withLock({ Array($0.tasks.values) }) { task.cancel() }
    }
}

// MARK: Reading

extension DeviceWorker {
    private func carryOut(_ round: Round) async {
        let result = await read(round)
        apply { $0.take(result, now: $1, uptime: $2) }
        polled(result)
        report(result)
    }

    private func report(_ result: RoundResult) {
        let succeeded = result.readings.count {
            if case .value = $0.reading { true } else { false }
        }
        context.history.recordReadings(
            succeeded: succeeded, failed: result.readings.count - succeeded)
        switch result.round.kind {
        case .history:
            context.history.recordCollection(
                succeeded: result.isAnswered && result.storeFailure == nil,
                duration: result.elapsed)
        case .realtime:
            context.history.recordPollLag(
                max(.zero, result.elapsed - context.configuration.realtimeInterval))
        case .retry, .manual: break
        }
    }

    /// Reads a round, caches its values as they come, and stores it as one batch.
    func read(_ round: Round) async -> RoundResult {
        let start = context.time.uptime
        var result = RoundResult(round: round)
        let address: DeviceAddress
        switch await resolvedAddress() {
        case .success(let found): address = found
        case .failure(let failure):
            let now = context.time.now
            result.readings = round.points.map {
                RoundResult.Reading(point: $0, reading: failure.reading, arrival: now)
            }
            result.elapsed = context.time.uptime - start
            return result
        }
        var selection = PointReader.Selection(readsReliability: round.readsReliability)
        state.withLock { state in
            selection.flagless = state.collection.flagless
            selection.unreliable = state.collection.unreliable
        }
        let reader = PointReader(context: context, device: device, address: address)
        let outcome =
            device.profile == .t3
            ? await readPanel(round.points, selection, reader)
            : await reader.read(round.points, selection) { cache($0) }
        result.readings = outcome.readings
        result.unreliable = outcome.unreliable
        result.flagless = outcome.flagless
        if round.isStored { await store(&result) }
        result.elapsed = context.time.uptime - start
        return result
    }

    func cache(_ readings: [RoundResult.Reading]) {
        let timeToLive = context.history.configuration.cacheDuration
        let values = readings.compactMap { $0.realtimeValue(timeToLive: timeToLive) }
        guard !values.isEmpty else { return }
        do throws(HistoryError) { try context.history.cache(values) } catch {
            context.logger.warning("values of \(device.name) are not cached: \(error.message)")
        }
    }

    private func store(_ result: inout RoundResult) async {
        let round = result.round
        let samples = result.readings.compactMap { reading -> PointSample? in
            guard case .value(let value, let quality) = reading.reading else { return nil }
            let time = if case .history = round.kind { round.tick } else { reading.arrival }
            return PointSample(
                point: reading.point.address, value: value, at: time, quality: quality)
        }
        guard !samples.isEmpty else { return }
        do throws(HistoryError) {
            try await context.history.store(samples, onConflict: .keep)
            try? context.history.markSeen(device.id, at: context.time.now)
            guard case .history(let interval) = round.kind else { return }
            let logs = state.withLock { $0.collection.agenda.logs[interval] ?? [] }
            for log in logs { try? context.history.markCollected(log, at: round.tick) }
        } catch {
            result.storeFailure = "\(samples.count) samples are not stored: \(error.message)"
        }
    }
}

// MARK: Finding and probing

extension DeviceWorker {
    struct Unreachable: Error {
        let reading: JudgedReading
    }

    /// The device's address, found by Who-Is if the plan has none.
    func resolvedAddress() async -> Result<DeviceAddress, Unreachable> {
        if let address = state.withLock({ $0.address }) { return .success(address) }
        let found: [DiscoveredDevice]
        do throws(DiscoveryFailure) {
            found = try await context.client.whoIs([InstanceRange(device.instance, device.instance)]
            )
        } catch {
            return .failure(Unreachable(reading: .notRead("Who-Is \(device.instance): \(error)")))
        }
        guard let first = found.first else {
            return .failure(
                Unreachable(reading: .lost("no device replied to Who-Is \(device.instance)")))
        }
        guard Set(found.map(\.address)).count == 1 else {
            let addresses = found.map { "\($0.address)" }.joined(separator: ", ")
            await noteConflict("devices at \(addresses) have the instance \(device.instance)")
            return .failure(
                Unreachable(
                    reading: .missing(
                        .deviceError,
                        "several devices have the instance \(device.instance): \(addresses)")))
        }
        state.withLock { set(first.address, in: &$0) }
        return .success(first.address)
    }

    private func noteConflict(_ message: String) async {
        await context.note(
            CollectorEvent(at: context.time.now, .conflict, of: device.id, message))
    }

    private func probe() async {
        let contact = await probedContact()
        apply { $0.take(contact: contact, now: $1, uptime: $2) }
    }

    private func probedContact() async -> DeviceCollection.Contact {
        let address: DeviceAddress
        switch await resolvedAddress() {
        case .success(let found): address = found
        case .failure(let failure):
            guard case .lost(let words) = failure.reading else { return .notSent }
            return .lost(words)
        }
        let target = ObjectProperty(ObjectIdentifier(.device, device.instance), .systemStatus)
        do throws(RequestFailure) {
            _ = try await context.client.readProperty(
                target, of: address, patience: context.patience)
            return .reply
        } catch {
            if error.isAnswered { return .reply }
            // Found by Who-Is once, it may have another address by now.
            if device.address == nil { state.withLock { set(nil, in: &$0) } }
            return error.isOurs ? .notSent : .lost("\(error)")
        }
    }

    /// A packet came from the device's address.
    func hear() {
        let isAway = state.withLock { $0.collection.watch.isAway }
        guard isAway else { return }
        apply { collection, now, uptime in
            collection.hear(at: uptime)
            return collection.passTime(to: now, uptime: uptime)
        }
    }

    /// An I-Am of the device's instance came from an address.
    func hear(introductionAt address: DeviceAddress) {
        enum Meaning { case own, moved, conflict, known }
        let meaning = state.withLock { state -> Meaning in
            guard let own = state.address else {
                set(address, in: &state)
                return .own
            }
            if own == address { return .own }
            if device.address == nil, state.collection.watch.isAway {
                set(address, in: &state)
                return .moved
            }
            return state.conflicts.insert(address).inserted ? .conflict : .known
        }
        switch meaning {
        case .own, .moved: hear()
        case .conflict:
            begin {
                await $0.noteConflict(
                    "\(address) states the instance \($0.device.instance) too; "
                        + "the configured address stays")
            }
        case .known: break
        }
    }
}
