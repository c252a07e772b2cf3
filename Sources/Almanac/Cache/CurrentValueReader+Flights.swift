import DurableFiles
internal import DurableFiles
internal import Synchronization

/// Device reads that several callers share.
///
/// A *flight* is one read of one point, from the first caller's wish to its landing. Flights of a
/// device that have not started wait in its lane; a lane with flights has a *carrier*, a task that
/// takes as many flights along as go into one request, and then the next ones. Carriers belong to no
/// caller, hence no caller's cancellation ends a read that others wait for.
extension CurrentValueReader {
    typealias Outcome = Result<CurrentValue, HistoryError>
    typealias Caller = CheckedContinuation<Outcome, Never>

    struct Flight {
        var callers: [UInt64: Caller] = [:]
        /// Goes without callers too.
        var isRefresh = false
        /// Its carrier has taken it along.
        var isStarted = false
    }

    struct State {
        var lastCaller: UInt64 = 0
        var flights: [PointAddress: Flight] = [:]
        /// Points that wait, of the devices that have a carrier.
        var lanes: [DeviceID: ArrivalQueue<PointAddress>] = [:]
    }

    /// Waits for the point's flight, which is started if there is none.
    func read(
        _ point: PointAddress, maxAge: Duration?
    ) async throws(HistoryError) -> CurrentValue {
        let number = state.withLock { state in
            state.lastCaller += 1
            return state.lastCaller
        }
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { caller in
                board(point, maxAge: maxAge, number: number, caller)
            }
        } onCancel: {
            leave(point, number: number)
        }
        return try outcome.get()
    }

    /// Starts a flight for nobody, if there is none.
    func refresh(_ point: PointAddress) {
        let isCarrierMissing = state.withLock { state in
            guard state.flights[point] == nil,
                state.flights.count < configuration.pointsWanted
            else { return false }
            return start(point, Flight(isRefresh: true), &state)
        }
        if isCarrierMissing { sendCarrier(to: point.device) }
    }

    private enum Boarding {
        case waiting, joined
        case carrierMissing
        case answered(Outcome)
    }

    private func board(
        _ point: PointAddress, maxAge: Duration?, number: UInt64, _ caller: Caller
    ) {
        let boarding = state.withLock { state -> Boarding in
            // A cancellation that came before is seen here; one that comes later finds the caller.
            if Task.isCancelled { return .answered(.failure(.cancelled)) }
            if state.flights[point] != nil {
                state.flights[point]?.callers[number] = caller
                return .joined
            }
            // A flight may have landed between this caller's look into the cache and now.
            if let held = cache.peek(point), held.isFresh(within: maxAge) {
                return .answered(.success(held))
            }
            guard state.flights.count < configuration.pointsWanted else {
                return .answered(.failure(tooManyWanted))
            }
            let isCarrierMissing = start(point, Flight(callers: [number: caller]), &state)
            return isCarrierMissing ? .carrierMissing : .waiting
        }
        switch boarding {
        case .waiting: break
        case .joined: cache.countSavedRead(on: point.device)
        case .carrierMissing: sendCarrier(to: point.device)
        case .answered(let outcome):
            if case .success = outcome { cache.countSavedRead(on: point.device) }
            caller.resume(returning: outcome)
        }
    }

    private var tooManyWanted: HistoryError {
        HistoryError(
            .limitExceeded,
            "\(configuration.pointsWanted) points are waited for from devices already",
            parameter: "configuration.pointsWanted")
    }

    /// A caller that was cancelled. The flight goes on if anybody else waits for it, or it is in the
    /// air: its value is as good as any.
    private func leave(_ point: PointAddress, number: UInt64) {
        let caller = state.withLock { state -> Caller? in
            guard let caller = state.flights[point]?.callers.removeValue(forKey: number) else {
                return nil
            }
            if let flight = state.flights[point], flight.callers.isEmpty, !flight.isRefresh,
                !flight.isStarted
            {
                state.flights[point] = nil
                state.lanes[point.device]?.removeAll { $0 == point }
            }
            return caller
        }
        caller?.resume(returning: .failure(.cancelled))
    }

    /// - Returns: whether the lane needs a carrier.
    private func start(_ point: PointAddress, _ flight: Flight, _ state: inout State) -> Bool {
        state.flights[point] = flight
        let isCarrierMissing = state.lanes[point.device] == nil
        state.lanes[point.device, default: ArrivalQueue()].append(point)
        return isCarrierMissing
    }
}

extension CurrentValueReader {
    private func sendCarrier(to device: DeviceID) {
        Task(executorPreference: executor) { [self] in
            repeat {
                await carry(takeFlights(of: device), from: device)
            } while isCarrierNeeded(on: device)
        }
    }

    private func takeFlights(of device: DeviceID) -> [PointAddress] {
        state.withLock { state in
            var taken: [PointAddress] = []
            while taken.count < configuration.pointsPerRequest,
                let point = state.lanes[device]?.popFirst()
            {
                state.flights[point]?.isStarted = true
                taken.append(point)
            }
            return taken
        }
    }

    /// Ends the carrier, unless flights have come meanwhile.
    private func isCarrierNeeded(on device: DeviceID) -> Bool {
        state.withLock { state in
            guard state.lanes[device]?.isEmpty == true else { return true }
            state.lanes[device] = nil
            return false
        }
    }

    private func carry(_ points: [PointAddress], from device: DeviceID) async {
        guard !points.isEmpty else { return }
        var results: [PointAddress: Result<PointReading, PointSourceError>] = [:]
        do throws(PointSourceError) {
            for answer in try await source.readings(of: points, on: device) {
                results[answer.point] = answer.result
            }
        } catch {
            for point in points { results[point] = .failure(error) }
        }
        land(
            points.map { point in
                let result = results[point] ?? .failure(.notAnswered(point))
                return Landing(point: point, outcome: outcome(of: result))
            })
    }

    /// Caches what was read, before anybody learns of it and before the flight is over: who comes
    /// later finds the one or the other.
    private func outcome(of result: Result<PointReading, PointSourceError>) -> Outcome {
        do throws(PointSourceError) {
            let reading = try result.get()
            guard reading.value.isFinite else {
                throw PointSourceError.deviceError(
                    "point \(reading.point) shows \(reading.value), which is no value")
            }
            let value = RealtimeValue(reading, timeToLive: configuration.timeToLive)
            cache.cache(value)
            return .success(cache.justRead(value))
        } catch {
            return .failure(HistoryError(error))
        }
    }

    struct Landing {
        let point: PointAddress
        let outcome: Outcome
    }

    private func land(_ landings: [Landing]) {
        for landing in landings {
            let flight = state.withLock { $0.flights.removeValue(forKey: landing.point) }
            for caller in (flight?.callers ?? [:]).values {
                caller.resume(returning: landing.outcome)
            }
        }
    }
}
