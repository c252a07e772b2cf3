import DurableFiles
package import Logging
package import Metrics
import Synchronization

/// Takes what happens, keeps the figures of the last while, and hands everything to the metrics
/// backend too.
///
/// Safe from any thread; a call holds a lock for a few additions and does no I/O of ours. Where many
/// values are answered at once, one call tells of all.
package final class MetricsRecorder: Sendable {
    private let time: any TimeSource
    private let logger: Logger
    private let instruments: MetricsInstruments
    private let started: Duration
    private let state = Guarded(State())

    /// - Parameter factory: the process's own where none is given.
    package init(
        time: any TimeSource, logger: Logger, factory: any MetricsFactory = MetricsSystem.factory
    ) {
        self.time = time
        self.logger = logger
        instruments = MetricsInstruments(factory)
        started = time.uptime
    }

    private struct State {
        static let window: Duration = .seconds(900)

        var hits = RollingTally(window: window)
        var misses = RollingTally(window: window)
        var evictions = RollingTally(window: window)
        var queries = RollingTally(window: window)
        var readings = RollingTally(window: window)
        var failedReadings = RollingTally(window: window)
        var cycles = RollingTally(window: window)
        var failedCycles = RollingTally(window: .seconds(3600))
        var requests = RollingTally(window: window)
        var failedRequests = RollingTally(window: window)
        var gauges = HealthGauges()
        var watch = ThresholdWatch()
        var requestCounters: [RouteAndCode: Counter] = [:]
    }

    private struct RouteAndCode: Hashable {
        let route: String
        let code: String
    }
}

extension MetricsRecorder {
    /// Tells how many values were asked of the cache, and found fresh or not.
    package func recordCacheRequests(hits: Int, misses: Int) {
        let now = time.uptime
        state.withLock { state in
            if hits > 0 { state.hits.add(hits, at: now) }
            if misses > 0 { state.misses.add(misses, at: now) }
        }
        if hits > 0 { instruments.cacheHits.increment(by: hits) }
        if misses > 0 { instruments.cacheMisses.increment(by: misses) }
    }

    /// Tells of values that went for want of space.
    package func recordCacheEvictions(_ count: Int) {
        guard count > 0 else { return }
        let now = time.uptime
        state.withLock { $0.evictions.add(count, at: now) }
        instruments.cacheEvictions.increment(by: count)
    }

    /// Tells of a query of the store.
    ///
    /// - Parameter count: of queries of its kind that it stands for, itself included.
    package func recordQuery(duration: Duration, standingFor count: Int = 1) {
        let now = time.uptime
        let milliseconds = duration / .milliseconds(1)
        state.withLock { $0.queries.add(count, sum: milliseconds * Double(count), at: now) }
        instruments.queryTime.recordNanoseconds(duration.nanoseconds)
    }

    /// Tells how many points of a request to a device gave a value, and how many did not.
    package func recordReadings(succeeded: Int, failed: Int) {
        let now = time.uptime
        state.withLock { state in
            state.readings.add(max(0, succeeded), at: now)
            state.readings.add(max(0, failed), at: now)
            state.failedReadings.add(max(0, failed), at: now)
        }
        if succeeded > 0 { instruments.readingsSucceeded.increment(by: succeeded) }
        if failed > 0 { instruments.readingsFailed.increment(by: failed) }
    }

    /// Tells of a device's tick, from request to stored.
    package func recordCollection(succeeded: Bool, duration: Duration) {
        let now = time.uptime
        state.withLock { state in
            state.cycles.add(1, sum: duration / .milliseconds(1), at: now)
            if !succeeded { state.failedCycles.add(1, at: now) }
        }
        (succeeded ? instruments.cyclesSucceeded : instruments.cyclesFailed).increment()
        instruments.cycleTime.recordNanoseconds(duration.nanoseconds)
    }

    /// Tells of ticks that were left out because the one before still ran.
    package func recordMissedTicks(_ count: Int) {
        if count > 0 { instruments.ticksMissed.increment(by: count) }
    }

    /// Tells of samples that were not stored as a matter of course.
    package func recordSamples(quarantined: Int = 0, late: Int = 0, duplicates: Int = 0) {
        if quarantined > 0 { instruments.quarantined.increment(by: quarantined) }
        if late > 0 { instruments.late.increment(by: late) }
        if duplicates > 0 { instruments.duplicates.increment(by: duplicates) }
    }
}

extension MetricsRecorder {
    /// Routes and codes that are counted apart; later ones are counted as `other`.
    private static let requestCounterCountMax = 512

    /// Tells of an answered request.
    ///
    /// - Parameter route: its pattern, `/api/device/{device_id}/data`: with the numbers put in,
    ///   each would be a series of its own.
    package func recordRequest(route: String, status: Int, duration: Duration) {
        let now = time.uptime
        let counter = state.withLock { state in
            state.requests.add(1, sum: duration / .milliseconds(1), at: now)
            if status >= 500 { state.failedRequests.add(1, at: now) }
            return self.counter(route: route, status: status, &state.requestCounters)
        }
        counter.increment()
        instruments.requestTime.recordNanoseconds(duration.nanoseconds)
    }

    private func counter(
        route: String, status: Int, _ counters: inout [RouteAndCode: Counter]
    ) -> Counter {
        let code = (100...599).contains(status) ? "\(status)" : "other"
        var key = RouteAndCode(route: route, code: code)
        if counters[key] == nil, counters.count >= MetricsRecorder.requestCounterCountMax {
            key = RouteAndCode(route: "other", code: "other")
        }
        if let counter = counters[key] { return counter }
        let counter = instruments.requests(route: key.route, code: key.code)
        counters[key] = counter
        return counter
    }
}

extension MetricsRecorder {
    /// Takes the sizes and counts of the moment; the disk watch does every minute.
    package func set(_ gauges: HealthGauges) {
        state.withLock { $0.gauges = gauges }
        instruments.set(gauges)
    }

    /// The figures as they are now.
    package func health() -> HealthMetrics {
        let now = time.uptime
        return state.withLock { health(at: now, $0) }
    }

    /// Compares the figures with the thresholds, and logs each change of level once.
    ///
    /// - Returns: the changes, of which the owner writes an event each.
    package func checkThresholds() -> [ThresholdCrossing] {
        let now = time.uptime
        let wall = time.now
        let crossings = state.withLock { state in
            state.watch.crossings(of: health(at: now, state), at: wall)
        }
        for crossing in crossings { log(crossing) }
        return crossings
    }

    /// The metrics that are not well as of the last check.
    package var raisedThresholds: [HealthThreshold: HealthLevel] {
        state.withLock { $0.watch.raised }
    }

    private func log(_ crossing: ThresholdCrossing) {
        let level: Logger.Level =
            switch crossing.level {
            case .ok: .notice
            case .warning: .warning
            case .critical: .critical
            }
        logger.log(
            level: level, "\(crossing.description)",
            metadata: [
                "metric": "\(crossing.threshold.rawValue)", "level": "\(crossing.level.rawValue)",
                "value": "\(crossing.value)",
            ])
    }

    private func health(at now: Duration, _ state: State) -> HealthMetrics {
        func share(_ part: Int, of whole: Int) -> Double? {
            whole > 0 ? Double(part) / Double(whole) : nil
        }
        func average(_ tally: RollingTally) -> Duration? {
            let total = tally.total(at: now)
            return total.count > 0 ? .milliseconds(total.sum / Double(total.count)) : nil
        }
        // A process younger than the window has had fewer minutes.
        let minutes = max(1, min(State.window, now - started) / .seconds(60))
        func perMinute(_ tally: RollingTally) -> Double {
            Double(tally.total(at: now).count) / minutes
        }
        let hits = state.hits.total(at: now).count
        let readings = state.readings.total(at: now).count
        let requests = state.requests.total(at: now).count
        var metrics = HealthMetrics()
        metrics.cacheHitRate = share(hits, of: hits + state.misses.total(at: now).count)
        metrics.cacheByteCount = state.gauges.cacheByteCount
        metrics.cacheEvictionsPerMinute = perMinute(state.evictions)
        metrics.databaseConnectionCount = state.gauges.databaseConnectionCount
        metrics.databaseQueryTimeAverage = average(state.queries)
        metrics.databaseByteCount = state.gauges.databaseByteCount
        metrics.collectionSuccessRate = share(
            readings - state.failedReadings.total(at: now).count, of: readings)
        metrics.collectionLatencyAverage = average(state.cycles)
        metrics.failedCollectionsLastHour = state.failedCycles.total(at: now).count
        metrics.apiRequestsPerMinute = perMinute(state.requests)
        metrics.apiResponseTimeAverage = average(state.requests)
        metrics.apiErrorRate = share(state.failedRequests.total(at: now).count, of: requests)
        metrics.diskUsedFraction = state.gauges.diskUsedFraction
        metrics.futurePointCount = state.gauges.futurePointCount
        metrics.isClockBehind = state.gauges.isClockBehind
        return metrics
    }
}
