internal import Almanac
internal import BACnetIP
internal import BACnetMessages
internal import DurableFiles
internal import Logging
internal import Synchronization
internal import TimeSeriesModel

/// Keeps what the catalog says of one device as the device reports it: carries out the requests of
/// its ``RediscoverySchedule``. Independent of the polling of the device.
final class DeviceRediscovery: Sendable {
    private struct State {
        var schedule: RediscoverySchedule?
        var timer: DeadlineTimer
        var task: Task<Void, Never>?
    }

    private let context: CollectorContext
    private let plan: CollectorPlan
    private let device: CollectedDevice
    private let turns: DescriptionTurns
    /// Nil until the device is found.
    private let address: @Sendable () -> DeviceAddress?
    /// Called after a description was written.
    private let described: @Sendable () -> Void
    private let state: Guarded<State>

    init(
        of device: CollectedDevice, in plan: CollectorPlan, _ context: CollectorContext,
        turns: DescriptionTurns, address: @escaping @Sendable () -> DeviceAddress?,
        described: @escaping @Sendable () -> Void
    ) {
        self.context = context
        self.plan = plan
        self.device = device
        self.turns = turns
        self.address = address
        self.described = described
        let clock = TimeSourceClock(time: context.time)
        state = Guarded(State(timer: DeadlineTimer(clock: clock, executor: context.executor)))
    }

    /// Begins with a description.
    func start() {
        apply { schedule, now, configuration in
            schedule = RediscoverySchedule(interval: configuration.rediscoveryInterval, at: now)
            return schedule?.passTime(to: now)
        }
    }

    /// Ends the request that is open, and waits for its end.
    func stop() async {
        let task = state.withLock { state in
            state.schedule = nil
            state.timer.cancel()
            defer { state.task = nil }
            return state.task
        }
        task?.cancel()
        await task?.value
    }

    /// The device introduced itself, or replies again.
    func take(_ event: RediscoverySchedule.Event) {
        apply { schedule, now, _ in schedule?.take(event, at: now) }
    }

    private func apply(
        _ event: (inout RediscoverySchedule?, Duration, CollectorConfiguration)
            -> RediscoverySchedule.Request?
    ) {
        state.withLock { state in
            let request = event(&state.schedule, context.time.uptime, context.configuration)
            state.timer.arm(for: state.schedule?.nextDeadline) { [weak self] deadline in
                self?.wake(from: deadline)
            }
            guard let request else { return }
            state.task = context.run { [weak self] in await self?.carryOut(request) }
        }
    }

    private func wake(from deadline: Duration) {
        state.withLock { $0.timer.hasWoken(from: deadline) }
        apply { schedule, now, _ in schedule?.passTime(to: now) }
    }

    private func carryOut(_ request: RediscoverySchedule.Request) async {
        guard let address = address() else { return take(.failed) }
        let found = FoundDevice(address: address, instance: device.instance)
        let reader = DeviceReader(client: context.client)
        let identity: DeviceIdentity
        do throws(RequestFailure) { identity = try await reader.readIdentity(of: found) } catch {
            return take(.failed)
        }
        switch request {
        case .identity: take(.identity(identity))
        case .description:
            let isDescribed = await turns.run {
                await self.describe(found, reader)
            }
            take(isDescribed ? .described(identity) : .failed)
        }
    }

    /// - Returns: false if the device could not be read, or its words not be written.
    private func describe(_ found: FoundDevice, _ reader: DeviceReader) async -> Bool {
        let description = await reader.read(found)
        guard !Task.isCancelled, description.hasList else { return false }
        do throws(HistoryError) {
            let update = try await plan.update(
                from: description, of: device.id, into: context.history)
            described()
            for event in events(of: update, description) { await context.note(event) }
            return true
        } catch {
            context.logger.warning(
                "what device \(device.id.rawValue) reports is not written: \(error.message)")
            return false
        }
    }

    private func events(
        of update: DeviceUpdate, _ description: DeviceDescription
    ) -> [CollectorEvent] {
        func event(_ kind: CollectorEvent.Kind, _ message: String) -> CollectorEvent {
            CollectorEvent(at: context.time.now, kind, of: device.id, message)
        }
        var events: [CollectorEvent] = []
        if !update.changes.isEmpty {
            let names = update.changes.points.prefix(3).map(\.description).joined(separator: " ")
            events.append(
                event(
                    .described,
                    "new names, units, descriptions or states of "
                        + "\(update.changes.points.count) points"
                        + (names.isEmpty ? "" : " (\(names) …)")))
        }
        if !update.missing.isEmpty {
            let names = update.missing.prefix(3).map(\.description).joined(separator: " ")
            events.append(
                event(
                    .pointsMissing,
                    "\(update.missing.count) points are no longer in its object list (\(names))"))
        }
        for (point, object) in update.moved.sorted(by: { $0.key < $1.key }) {
            events.append(event(.described, "point \(point) is \(object) now"))
        }
        for problem in description.problems { events.append(event(.described, problem)) }
        return events
    }
}
