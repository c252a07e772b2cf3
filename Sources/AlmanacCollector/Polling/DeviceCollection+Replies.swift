internal import BuildingModel
internal import TimeSeriesModel

/// The effects of replies, and of their absence.
extension DeviceCollection {
    mutating func take(
        _ result: RoundResult, now: Timestamp, uptime: Duration
    ) -> [Action] {
        let round = result.round
        switch round.kind {
        case .history(let interval):
            schedules[interval]?.finish(isDone: result.isAnswered && result.storeFailure == nil)
        case .realtime: realtime?.finish(isDone: result.isAnswered)
        case .retry: isRetrying = false
        case .manual: break
        }
        var actions = noteReplies(of: result, now, uptime)
        let rested = result.readings.map(\.point).filter { isResting($0.address) }
        note(result, at: uptime)
        actions += noteRest(of: result.readings, besides: Set(rested.map(\.address)), now)
        guard round.isStored else { return actions }
        let gaps = account(for: result)
        if !gaps.isEmpty { actions.append(.record(gaps)) }
        if result.isAnswered, result.storeFailure == nil {
            if case .history = round.kind {
                status.lastTick = max(status.lastTick ?? round.tick, round.tick)
                status.lag = now - round.tick
            }
            let stored = result.readings.count {
                if case .value = $0.reading { true } else { false }
            }
            actions.append(
                .note(
                    event(
                        .stored, at: now, "\(stored) of \(round.points.count) points",
                        fields: ["tick": "\(round.tick)", "points": String(stored)])))
        }
        if let failure = result.storeFailure {
            status.lastError = failure
            status.lastErrorTime = now
            actions.append(.note(event(.storeFailed, at: now, failure)))
        }
        return actions
    }

    /// Notes what the replies say of the device as a whole.
    private mutating func noteReplies(
        of result: RoundResult, _ now: Timestamp, _ uptime: Duration
    ) -> [Action] {
        if let loss = result.loss {
            status.lastError = loss
            status.lastErrorTime = now
            return take(loss: uptime, now)
        }
        guard result.isAnswered else { return [] }
        status.lastSuccess = now
        for reading in result.readings {
            switch reading.reading {
            case .missing(let reason, let words) where reason == .deviceError:
                status.lastError = words
                status.lastErrorTime = now
            case .unknown(let words):
                status.lastError = words
                status.lastErrorTime = now
            default: break
            }
        }
        return takeReply(now)
    }

    private mutating func take(loss uptime: Duration, _ now: Timestamp) -> [Action] {
        status.failuresInARow += 1
        switch watch.noteLoss(at: uptime) {
        case .becameSuspect?:
            return [.note(event(.suspect, at: now, status.lastError ?? "no reply"))]
        case .becameOffline?:
            return [.note(event(.offline, at: now, status.lastError ?? "no reply"))]
        default: return []
        }
    }

    private mutating func takeReply(_ now: Timestamp) -> [Action] {
        status.failuresInARow = 0
        guard case .cameBack? = watch.noteReply() else { return [] }
        return [.note(event(.online, at: now, "\(agenda.device.name) replies again")), .returned]
    }

    /// Takes the outcome of a request that belongs to no round: a probe, or a live read.
    mutating func take(
        contact: Contact, now: Timestamp, uptime: Duration
    ) -> [Action] {
        switch contact {
        case .reply:
            status.lastSuccess = now
            return takeReply(now)
        case .lost(let words):
            status.lastError = words
            status.lastErrorTime = now
            return take(loss: uptime, now)
        case .notSent:
            // Nothing is known; the next probe comes after a pause.
            if watch.isProbing { _ = watch.noteLoss(at: uptime) }
            return []
        }
    }

    /// Any packet came from the device.
    mutating func hear(at uptime: Duration) { watch.hear(at: uptime) }

    private mutating func note(_ result: RoundResult, at uptime: Duration) {
        flagless.formUnion(result.flagless)
        if result.round.readsReliability {
            unreliable = result.unreliable
        } else {
            let read = result.round.points.map(\.address).filter(unreliable.contains)
            unreliable.subtract(read.filter { !result.unreliable.contains($0) })
        }
        for reading in result.readings {
            let point = reading.point.address
            switch reading.reading {
            case .value:
                unknownCounts[point] = nil
                // The poll that feeds the cache gives the history no sample.
                if result.round.isStored { failed.remove(point) }
            case .unknown:
                unknownCounts[point, default: 0] += 1
                if result.round.isStored { failed.insert(point) }
            case .missing(let reason, _):
                unknownCounts[point] = nil
                if result.round.isStored, reason == .deviceError { failed.insert(point) }
            case .lost, .notRead: break
            }
        }
        if !failed.isEmpty, retryDue == nil {
            retryDue = uptime + configuration.errorRetryInterval
        }
    }

    /// Events for points that are left alone from this round on.
    private func noteRest(
        of readings: [RoundResult.Reading], besides rested: Set<PointAddress>, _ now: Timestamp
    ) -> [Action] {
        readings.compactMap { reading in
            let point = reading.point
            guard isResting(point.address), !rested.contains(point.address),
                case .unknown(let words) = reading.reading
            else { return nil }
            return .note(
                event(
                    .pointRests, at: now,
                    "\(point.address) of \(agenda.device.name) is left alone until the device is read "
                        + "anew: \(words)",
                    fields: ["point": "\(point.address)"]))
        }
    }

    /// Opens and closes gaps for what a stored round has.
    private mutating func account(for result: RoundResult) -> [Gap] {
        let round = result.round
        var gaps: [Gap] = []
        for reading in result.readings {
            let point = reading.point.address
            let time =
                if case .history = round.kind { round.tick } else { reading.arrival }
            guard let interval = agenda.interval(of: point),
                let range = TimeRange(from: time, to: time + interval)
            else { continue }
            switch reading.reading {
            case .value:
                // The store records the gap of what it refused.
                if result.storeFailure == nil { gaps += ledger.meet(point, at: time) }
            case .missing(let reason, let detail):
                gaps += ledger.miss(point, in: range, reason, detail)
            case .unknown(let detail):
                gaps += ledger.miss(point, in: range, .deviceError, detail)
            case .lost(let failure):
                gaps += ledger.miss(point, in: range, .deviceOffline, failure)
            case .notRead: break
            }
        }
        return gaps
    }
}
