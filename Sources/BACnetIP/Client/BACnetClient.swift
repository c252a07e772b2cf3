public import BACnetMessages
internal import Synchronization

/// Asks BACnet devices, listens to them, and says who it is when asked. It has no way to write to a
/// device.
///
/// Safe to call from any thread and task. Calls wait without holding a thread; datagrams are
/// handled where they are read, under a lock that is held for as long as one takes to decode:
/// microseconds, but for a reply of thousands of values.
public final class BACnetClient: Sendable {
    struct Shared {
        var state: ClientState
        var waiters: [UInt64: CheckedContinuation<Ending, Never>] = [:]
        /// By ticket of a search: called with each message that it hears.
        var packetListener: (@Sendable (DeviceAddress, DiscoveredDevice?) -> Void)?
        var listeners: [UInt64: @Sendable (HeardMessage) -> Void] = [:]
        var sinks: [UInt64: EventSink] = [:]
        /// Renewals that are under way, by ticket of the subscription.
        var renewals: [UInt64: Task<Void, Never>] = [:]
        var timer: DeadlineTimer
    }

    public let configuration: ClientConfiguration
    let transport: any BACnetTransport
    let clock: any BACnetClock
    let executor: (any TaskExecutor)?
    private let shared: Mutex<Shared>

    /// - Parameters:
    ///   - configuration: how it behaves.
    ///   - transport: its own from then on: closed with the client.
    ///   - broadcastManager: a BBMD to register with as a foreign device, for a node that is not on
    ///     the devices' subnet. Broadcasts then go through it, once it has agreed.
    ///   - timeToLiveSeconds: of the registration, which is renewed at half of it.
    ///   - clock: for deadlines and pauses.
    ///   - firstInvokeID: random, because devices exist that answer numbers they know from memory.
    ///   - executor: where the client's own tasks run; for tests.
    public init(
        _ configuration: ClientConfiguration, over transport: any BACnetTransport,
        broadcastManager: IPv4Endpoint? = nil, timeToLiveSeconds: UInt16 = 60,
        clock: any BACnetClock = SystemBACnetClock(),
        firstInvokeID: UInt8 = .random(in: 0...UInt8.max), executor: (any TaskExecutor)? = nil
    ) {
        self.configuration = configuration
        self.transport = transport
        self.clock = clock
        self.executor = executor
        var state = ClientState(
            configuration, endpoint: transport.endpoint,
            broadcastEndpoint: transport.broadcastEndpoint, firstInvokeID: firstInvokeID)
        state.registration = broadcastManager.map {
            ForeignRegistration(
                with: $0, timeToLiveSeconds: timeToLiveSeconds, at: clock.uptime)
        }
        shared = Mutex(
            Shared(state: state, timer: DeadlineTimer(clock: clock, executor: executor)))
    }

    /// Begins to receive, and to register where there is a BBMD. Once for each client.
    public func start() {
        transport.start { [weak self] datagram in
            self?.apply { $0.receive(datagram, at: $1) }
        }
        apply { $0.passTime(to: $1) }
    }

    /// Ends what is under way with the reason `closed`, subscriptions too, and closes the transport.
    ///
    /// Devices are not told: a subscription ends in them with its lifetime, a registration in a BBMD
    /// with its own. Cancel before what is to end at once.
    public func close() async {
        apply { $0.close(at: $1) }
        let sinks = shared.withLock { shared in
            shared.timer.cancel()
            defer {
                shared.sinks = [:]
                shared.renewals = [:]
            }
            return shared.sinks.values.map(\.self)
        }
        for sink in sinks { sink.finish() }
        await transport.close()
    }
}

extension BACnetClient {
    /// Where the client stands with its BBMD; `nil` where it has none.
    public var registration: RegistrationState? {
        shared.withLock { $0.state.registration?.state }
    }

    /// Messages that were not taken, by reason.
    public var droppedCounts: [DroppedMessage: Int] {
        shared.withLock { $0.state.droppedCounts }
    }

    /// Answers that did not fit what was asked, by reason.
    public var droppedReplyCounts: [DroppedReply: Int] {
        shared.withLock { $0.state.transactions.droppedCounts }
    }

    /// Requests that wait for an answer, and for their turn.
    public var openCount: Int { shared.withLock { $0.state.transactions.openCount } }
    public var waitingCount: Int { shared.withLock { $0.state.gate.waitingCount } }
}

extension BACnetClient {
    /// Has `listener` called for every application message that a device sends to us or to everybody,
    /// with what its I-Am states if it is one. One listener; nil ends it.
    ///
    /// Called in the thread that reads the datagram, after its message was handled; must return
    /// within microseconds. Messages that a BBMD passed on name their sender without proof: of these
    /// only I-Am are reported.
    public func listen(
        _ listener: (@Sendable (DeviceAddress, DiscoveredDevice?) -> Void)?
    ) {
        shared.withLock { shared in
            shared.packetListener = listener
            shared.state.hasPacketListener = listener != nil
        }
    }
}

extension BACnetClient {
    /// Lets something happen to the state, then does what it says, outside of the lock.
    func apply(_ event: (inout ClientState, Duration) -> [ClientEffect]) {
        let actions = shared.withLock { shared in
            // Inside: the state's time never goes back.
            let effects = event(&shared.state, clock.uptime)
            arm(&shared)
            return effects.compactMap { action(for: $0, in: &shared) }
        }
        for action in actions { action() }
    }

    private func action(
        for effect: ClientEffect, in shared: inout Shared
    ) -> (@Sendable () -> Void)? {
        switch effect {
        case .send(let octets, let destination):
            return { [transport] in transport.send(octets, to: destination) }
        case .end(let ticket, let ending):
            guard let waiter = shared.waiters.removeValue(forKey: ticket) else { return nil }
            return { waiter.resume(returning: ending) }
        case .hear(let ticket, let message):
            guard let listener = shared.listeners[ticket] else { return nil }
            return { listener(message) }
        case .hearPacket(let address, let device):
            guard let listener = shared.packetListener else { return nil }
            return { listener(address, device) }
        case .notify(let ticket, let notification):
            guard let sink = shared.sinks[ticket] else { return nil }
            return { sink.take(notification) }
        case .renew(let ticket):
            guard let sink = shared.sinks[ticket] else { return nil }
            shared.renewals[ticket] = run { [weak self] in await self?.renew(ticket, sink) }
            return nil
        }
    }

    private func arm(_ shared: inout Shared) {
        guard !shared.state.isClosed else { return }
        shared.timer.arm(for: shared.state.nextDeadline) { [weak self] in self?.wake(from: $0) }
    }

    private func wake(from deadline: Duration) {
        shared.withLock { $0.timer.hasWoken(from: deadline) }
        apply { $0.passTime(to: $1) }
    }

    /// A task of our own.
    func run(_ body: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        guard let executor else { return Task { await body() } }
        return Task(executorPreference: executor) { await body() }
    }

    /// Waits for the end of what `begin` puts under a ticket; cancelling the task ends it too.
    ///
    /// - Parameter heard: called with each message that a search hears.
    func wait(
        hearing heard: (@Sendable (HeardMessage) -> Void)? = nil,
        for begin: @escaping @Sendable (inout ClientState, UInt64, Duration) -> [ClientEffect]
    ) async -> Ending {
        let ticket = shared.withLock { shared in
            let ticket = shared.state.takeTicket()
            shared.listeners[ticket] = heard
            return ticket
        }
        defer { shared.withLock { $0.listeners[ticket] = nil } }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                if Task.isCancelled { return waiter.resume(returning: .failed(.cancelled)) }
                shared.withLock { $0.waiters[ticket] = waiter }
                apply { begin(&$0, ticket, $1) }
                // What was cancelled before it had begun was not found then.
                if Task.isCancelled { apply { $0.cancel(ticket, at: $1) } }
            }
        } onCancel: {
            apply { $0.cancel(ticket, at: $1) }
        }
    }

    /// What is known of a device, or assumed.
    func habits(of device: DeviceAddress) -> DeviceHabits {
        shared.withLock { $0.state.habits(of: device) }
    }

    /// What is known of a device, changed by `change`.
    func learn<Answer: Sendable>(
        of device: DeviceAddress, _ change: (inout DeviceHabits) -> Answer
    ) -> Answer {
        shared.withLock { $0.state.change(device, change) }
    }

    private func renew(_ ticket: UInt64, _ sink: EventSink) async {
        let answer = await ask(sink.request, of: sink.device)
        let failure: RequestFailure?
        do throws(RequestFailure) {
            try answer.acknowledged()
            failure = nil
        } catch {
            failure = error
        }
        switch failure?.reason {
        case .cancelled?, .closed?: return
        default: break
        }
        apply { state, now in
            state.renewals.end(ticket, succeeded: failure == nil, at: now)
            return []
        }
        shared.withLock { $0.renewals[ticket] = nil }
        sink.renewed(failure)
    }

    /// Renews a subscription from now on, until it is removed.
    func beginRenewing(_ ticket: UInt64, lifetime: Duration) {
        apply { state, now in
            state.renewals.add(ticket, lifetime: lifetime, at: now)
            return []
        }
    }

    /// Has notifications handed to `sink`.
    func add(
        _ sink: EventSink, to key: SubscriptionKey, _ reference: PropertyReference?
    ) -> Result<UInt64, RequestFailure.Reason> {
        shared.withLock { shared in
            guard !shared.state.isClosed else { return .failure(.closed) }
            guard shared.sinks.count < configuration.subscriptionCountMax else {
                return .failure(.tooManySubscriptions)
            }
            let ticket = shared.state.takeTicket()
            shared.state.subscriptions[key, default: [:]][ticket] = .some(reference)
            shared.sinks[ticket] = sink
            return .success(ticket)
        }
    }

    /// `false` where it was not there any more.
    @discardableResult func remove(_ ticket: UInt64, from key: SubscriptionKey) -> Bool {
        let (wasThere, renewal) = shared.withLock { shared in
            shared.state.remove(ticket, from: key)
            return (
                shared.sinks.removeValue(forKey: ticket) != nil,
                shared.renewals.removeValue(forKey: ticket)
            )
        }
        // Outside of the lock, which the end of its request needs.
        renewal?.cancel()
        return wasThere
    }

    /// What a device was asked for the same subscription by somebody here who still has it: that of
    /// the object, or of the property.
    func request(
        of key: SubscriptionKey, _ reference: PropertyReference?
    ) -> ConfirmedRequest? {
        shared.withLock { shared in
            shared.state.subscriptions[key]?.filter { $0.value == reference }.keys.min()
                .flatMap { shared.sinks[$0]?.request }
        }
    }
}
