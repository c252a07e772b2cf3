import Almanac
import BACnetIP
internal import BACnetMessages
import DurableFiles
internal import DurableFiles
internal import Logging
internal import Synchronization
internal import TimeSeriesModel

/// The parts that all workers of a collector share.
struct CollectorContext: Sendable {
    let history: DataManager
    let client: BACnetClient
    let configuration: CollectorConfiguration
    let time: any TimeSource
    let executor: (any TaskExecutor)?
    let events: EventHub
    let logger: Logger
    let addresses = AddressBook()

    var patience: Patience {
        Patience(timeout: configuration.requestTimeout, retryCount: configuration.retries)
    }

    /// A task of the collector's own.
    func run(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        guard let executor else { return Task { await body() } }
        return Task(executorPreference: executor) { await body() }
    }

    /// Records gaps; a journal that refuses costs no samples.
    func record(_ gaps: [Gap]) async {
        do throws(HistoryError) { try await history.record(gaps) } catch {
            logger.warning("\(gaps.count) gaps are not recorded: \(error.message)")
        }
    }

    /// Hands an event to those who follow, and to the journal what an operator looks for later.
    func note(_ event: CollectorEvent) async {
        events.send(event)
        guard let level = event.kind.journalLevel else { return }
        let entry = Event(
            at: event.time, level, kind: event.kind.rawValue,
            subject: event.device.map { String($0.rawValue) }, event.message, fields: event.fields)
        do throws(HistoryError) { try await history.record(entry) } catch {
            logger.warning("an event is not recorded: \(error.message)")
        }
    }
}

extension CollectorEvent.Kind {
    /// The level in the journal; nil for what happens all the time.
    fileprivate var journalLevel: Event.Level? {
        switch self {
        case .clockJump, .conflict, .offline, .pointRests: .warning
        case .online: .info
        default: nil
        }
    }
}

/// Where devices are: a packet names an address, and there may be thousands of devices.
final class AddressBook: Sendable {
    private let devices = Guarded<[DeviceAddress: Set<DeviceID>]>([:])

    func devices(at address: DeviceAddress) -> Set<DeviceID> {
        devices.withLock { $0[address] ?? [] }
    }

    func move(_ device: DeviceID, from old: DeviceAddress?, to new: DeviceAddress?) {
        devices.withLock { devices in
            if let old, old != new {
                devices[old]?.remove(device)
                if devices[old]?.isEmpty == true { devices[old] = nil }
            }
            if let new { devices[new, default: []].insert(device) }
        }
    }
}

/// Passes events to any number of followers, none of whom delays the collector.
final class EventHub: Sendable {
    private struct State {
        var last: UInt64 = 0
        var followers: [UInt64: AsyncStream<CollectorEvent>.Continuation] = [:]
    }

    /// Events that a slow follower may leave waiting; of more the oldest are dropped.
    static let waitingCountMax = 10_000

    private let state = Guarded(State())

    func follow() -> AsyncStream<CollectorEvent> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: CollectorEvent.self, bufferingPolicy: .bufferingNewest(EventHub.waitingCountMax))
        let number = state.withLock { state in
            state.last += 1
            state.followers[state.last] = continuation
            return state.last
        }
        continuation.onTermination = { [weak self] _ in
            _ = self?.state.withLock { $0.followers.removeValue(forKey: number) }
        }
        return stream
    }

    func send(_ event: CollectorEvent) {
        for follower in state.withLock({ Array($0.followers.values) }) { follower.yield(event) }
    }

    func finish() {
        let followers = state.withLock { state in
            defer { state.followers = [:] }
            return Array(state.followers.values)
        }
        for follower in followers { follower.finish() }
    }
}

/// The collector's time as the client's clocks want it.
struct TimeSourceClock: BACnetClock {
    let time: any TimeSource

    var uptime: Duration { time.uptime }
    func sleep(until deadline: Duration) async throws { try await time.sleep(until: deadline) }
}
