import DurableFiles
import Synchronization

/// What is known of how a manager does, beyond what the recorder counts.
final class HealthMonitor: Sendable {
    private struct State {
        /// The uptime at which something was last synced.
        var lastSync: Duration?
        var pollLag: Duration = .zero
        var told = CacheTable.Counts()
        var lastTrial: Trial?
    }

    /// A trial of whether the store is ready.
    private struct Trial {
        /// The uptime.
        let time: Duration
        /// Nil if it succeeded.
        let failure: String?
    }

    let recorder: MetricsRecorder
    private let time: any TimeSource
    private let state = Guarded(State())
    /// Held while readiness is tried, by one thread that may wait for the disk.
    private let trial = Guarded(0)

    /// How long an answer about readiness holds.
    private static let readinessInterval: Duration = .seconds(10)

    init(_ recorder: MetricsRecorder, _ time: any TimeSource) {
        self.recorder = recorder
        self.time = time
    }

    func noteSync() {
        let now = time.uptime
        state.withLock { $0.lastSync = now }
    }

    func notePollLag(_ lag: Duration) { state.withLock { $0.pollLag = lag } }

    /// Sets what the monitor knows among the figures of the moment.
    func fill(_ gauges: inout HealthGauges) {
        let now = time.uptime
        state.withLock { state in
            gauges.lastSyncAge = state.lastSync.map { now - $0 }
            gauges.pollLag = state.pollLag
        }
    }

    /// Tells the recorder what the cache has counted since it was last told.
    ///
    /// The cache counts by itself; telling of each answer would take longer than the answer.
    func tell(of cache: RealtimeCache) {
        let new = state.withLock { state in
            let counts = cache.counts
            defer { state.told = counts }
            return (
                hits: counts.hits - state.told.hits, misses: counts.misses - state.told.misses,
                evictions: counts.evictions - state.told.evictions
            )
        }
        recorder.recordCacheRequests(hits: new.hits, misses: new.misses)
        recorder.recordCacheEvictions(new.evictions)
    }

    /// The reason for which a trial fails, or did within the last ten seconds; nil if it succeeds.
    func failure(of trialOf: () -> String?) -> String? {
        trial.withLock { count in
            count &+= 1
            let now = time.uptime
            let known = state.withLock { state -> Trial? in
                state.lastTrial.flatMap {
                    now - $0.time < HealthMonitor.readinessInterval ? $0 : nil
                }
            }
            if let known { return known.failure }
            let found = Trial(time: now, failure: trialOf())
            state.withLock { $0.lastTrial = found }
            return found.failure
        }
    }
}
