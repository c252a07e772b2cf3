internal import Almanac
internal import BACnetIP
internal import BACnetMessages
internal import DurableFiles
internal import Synchronization
internal import TimeSeriesModel

/// The rediscoveries of all devices of a collector; none if its configuration has them off.
final class RediscoveryKeeper: Sendable {
    private let rediscoveries: [DeviceID: DeviceRediscovery]

    init(of plan: CollectorPlan, _ context: CollectorContext, _ table: WorkerTable) {
        let turns = DescriptionTurns()
        var rediscoveries: [DeviceID: DeviceRediscovery] = [:]
        for device in plan.devices where context.configuration.rediscoversDevices {
            rediscoveries[device.id] = DeviceRediscovery(
                of: device, in: plan, context, turns: turns,
                address: { [table] in table.worker(of: device.id)?.address },
                described: { [table] in
                    // Points that rest because the device did not know them are tried again.
                    table.worker(of: device.id)?.apply { collection, _, _ in
                        collection.rediscovered()
                        return []
                    }
                })
        }
        self.rediscoveries = rediscoveries
    }

    func start() {
        for rediscovery in rediscoveries.values { rediscovery.start() }
    }

    func stop() async {
        for rediscovery in rediscoveries.values { await rediscovery.stop() }
    }

    func take(_ event: RediscoverySchedule.Event, of device: DeviceID) {
        rediscoveries[device]?.take(event)
    }
}

/// Lets few devices be described at a time, so that polls find places for their requests.
final class DescriptionTurns: Sendable {
    private struct State {
        var openCount = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    static let openCountMax = 2

    private let state = Guarded(State())

    func run<Answer: Sendable>(_ body: @Sendable () async -> Answer) async -> Answer {
        await enter()
        defer { leave() }
        return await body()
    }

    private func enter() async {
        await withCheckedContinuation { waiter in
            let mayGo = state.withLock { state in
                guard state.openCount >= DescriptionTurns.openCountMax else {
                    state.openCount += 1
                    return true
                }
                state.waiters.append(waiter)
                return false
            }
            if mayGo { waiter.resume() }
        }
    }

    /// The place goes to the next that waits.
    private func leave() {
        let next = state.withLock { state in
            guard !state.waiters.isEmpty else {
                state.openCount -= 1
                return nil as CheckedContinuation<Void, Never>?
            }
            return state.waiters.removeFirst()
        }
        next?.resume()
    }
}
