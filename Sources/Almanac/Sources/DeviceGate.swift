import DurableFiles
internal import DurableFiles
internal import Synchronization

/// Lets so many requests through to devices at a time: some in all, fewer to one device.
///
/// All requests to the devices go through the same gate (``QueuedSource``). The requests of a device
/// go in the order in which they came; devices take turns, so that one with a long queue delays no
/// other. Waiting here is not the device's time-out.
public final class DeviceGate: Sendable {
    public struct Limits: Hashable, Sendable {
        /// Requests open in all.
        public var open: Int
        /// Requests open to one device.
        public var openPerDevice: Int
        /// Requests that may wait; one more is refused.
        public var waiting: Int

        public init(open: Int = 10, openPerDevice: Int = 1, waiting: Int = 10_000) {
            self.open = open
            self.openPerDevice = openPerDevice
            self.waiting = waiting
        }
    }

    public let limits: Limits
    private let state = Guarded(State())

    /// - Throws: ``HistoryError`` `invalidParameter` where a limit is less than one (`waiting`: less
    ///   than none).
    public init(limits: Limits = Limits()) throws(HistoryError) {
        guard limits.open >= 1, limits.openPerDevice >= 1, limits.waiting >= 0 else {
            throw HistoryError(
                .invalidParameter,
                "limits of \(limits.open) requests in all and \(limits.openPerDevice) to a device "
                    + "let nothing through; each has to be 1 or more, waiting 0 or more",
                parameter: "limits")
        }
        self.limits = limits
    }

    /// Requests that are under way.
    public var openCount: Int { state.withLock { $0.openCount } }
    /// Requests that wait for their turn.
    public var waitingCount: Int { state.withLock { $0.waiters.count } }

    /// Runs `body` when it is this request's turn.
    ///
    /// - Throws: ``HistoryError`` `limitExceeded` at once where too many wait, `cancelled` where the
    ///   task is cancelled while waiting, and what `body` throws.
    public func withTurn<Answer: Sendable>(
        on device: DeviceID, _ body: () async throws(HistoryError) -> Answer
    ) async throws(HistoryError) -> Answer {
        try await enter(device)
        defer { leave(device) }
        return try await body()
    }
}

extension DeviceGate {
    fileprivate typealias Turn = CheckedContinuation<Result<Void, HistoryError>, Never>

    fileprivate struct Lane {
        var openCount = 0
        var waiting = ArrivalQueue<UInt64>()
        /// Stands among the ready devices.
        var isReady = false
    }

    fileprivate struct State {
        var openCount = 0
        var lastRequest: UInt64 = 0
        var waiters: [UInt64: Turn] = [:]
        /// Devices with a request open or waiting.
        var lanes: [DeviceID: Lane] = [:]
        /// Devices that have a request waiting and room for it, in turn.
        var ready = ArrivalQueue<DeviceID>()
    }

    private func enter(_ device: DeviceID) async throws(HistoryError) {
        let request = state.withLock { state in
            state.lastRequest += 1
            return state.lastRequest
        }
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { turn in wait(request, for: device, turn) }
        } onCancel: {
            giveUp(request, on: device)
        }
        try result.get()
    }

    private func wait(_ request: UInt64, for device: DeviceID, _ turn: Turn) {
        let (admitted, refusal): ([Turn], HistoryError?) = state.withLock { state in
            // A cancellation that came before is seen here; one that comes later finds the waiter.
            if Task.isCancelled { return ([], .cancelled) }
            state.waiters[request] = turn
            state.lanes[device, default: Lane()].waiting.append(request)
            let admitted = admit(device, &state)
            guard state.waiters.count > limits.waiting else { return (admitted, nil) }
            state.waiters[request] = nil
            state.lanes[device]?.waiting.removeAll { $0 == request }
            return (admitted, tooMany)
        }
        for turn in admitted { turn.resume(returning: .success(())) }
        if let refusal { turn.resume(returning: .failure(refusal)) }
    }

    private var tooMany: HistoryError {
        HistoryError(
            .limitExceeded, "\(limits.waiting) requests wait for devices already",
            parameter: "limits.waiting")
    }

    private func giveUp(_ request: UInt64, on device: DeviceID) {
        let turn = state.withLock { state -> Turn? in
            guard let turn = state.waiters.removeValue(forKey: request) else { return nil }
            state.lanes[device]?.waiting.removeAll { $0 == request }
            state.forgetIfIdle(device)
            return turn
        }
        turn?.resume(returning: .failure(.cancelled))
    }

    private func leave(_ device: DeviceID) {
        let admitted = state.withLock { state in
            state.openCount -= 1
            state.lanes[device]?.openCount -= 1
            let admitted = admit(device, &state)
            state.forgetIfIdle(device)
            return admitted
        }
        for turn in admitted { turn.resume(returning: .success(())) }
    }

    /// Opens what may be open after something changed for `device`.
    private func admit(_ device: DeviceID, _ state: inout State) -> [Turn] {
        state.line(up: device, limits)
        var admitted: [Turn] = []
        while state.openCount < limits.open, let next = state.ready.popFirst() {
            state.lanes[next]?.isReady = false
            // One that gave up left its device among the ready.
            guard let request = state.lanes[next]?.waiting.popFirst(),
                let turn = state.waiters.removeValue(forKey: request)
            else {
                state.forgetIfIdle(next)
                continue
            }
            admitted.append(turn)
            state.openCount += 1
            state.lanes[next]?.openCount += 1
            state.line(up: next, limits)
        }
        return admitted
    }
}

extension DeviceGate.State {
    /// Puts the device behind the other ready ones, if it has a request waiting and room.
    fileprivate mutating func line(up device: DeviceID, _ limits: DeviceGate.Limits) {
        guard let lane = lanes[device], !lane.isReady, !lane.waiting.isEmpty,
            lane.openCount < limits.openPerDevice
        else { return }
        lanes[device]?.isReady = true
        ready.append(device)
    }

    fileprivate mutating func forgetIfIdle(_ device: DeviceID) {
        guard let lane = lanes[device], lane.openCount == 0, lane.waiting.isEmpty, !lane.isReady
        else { return }
        lanes[device] = nil
    }
}
