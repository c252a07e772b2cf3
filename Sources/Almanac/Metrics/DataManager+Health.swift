import DurableFiles
import Logging
import SegmentStore

extension DataManager {
    /// The twelve figures of how this process does, how full the disk is, whether the samples and the
    /// clock agree, and why the last flush or merge of the store failed, if it did. Some file sizes are read; samples are only if some are in the future, once a
    /// minute.
    ///
    /// Hits, misses and evictions of the cache are taken in when this is asked and, where
    /// ``runHousekeeping()`` runs, each minute.
    public func health() -> HealthMetrics {
        updateGauges()
        var health = monitor.recorder.health()
        health.maintenanceFailure = store?.maintenanceFailure.map { "\($0)" }
        return health
    }

    /// Whether a write would reach the disk now, tried by one, at most once in ten seconds; of a
    /// store that is only read, whether it can be read. With a source also whether not every active
    /// device is silent.
    public func isReady() async -> Bool { await notReadyReason() == nil }

    /// Returns why ``isReady()`` is false, in words; nil if it is true.
    public func notReadyReason() async -> String? {
        let reason: String?
        do {
            reason = try await threads.reads.run { [self] in
                monitor.failure { storeFailure() }
            }
        } catch {
            // If so many reads wait that one more is refused, nothing is ready.
            return "too many reads wait"
        }
        return reason ?? (isSourceAlive ? nil : "no device answers")
    }

    /// Whether a write of the store has failed in such a way that only opening it again helps. Reads
    /// go on.
    ///
    /// A full disk and silent devices, for which ``isReady()`` returns false too, pass by themselves.
    public var mustReopen: Bool { store?.hasFailed ?? false }

    private func storeFailure() -> String? {
        do throws(StoreError) {
            if let store { try store.probe() } else { _ = try Snapshot.open(at: path) }
            return nil
        } catch {
            logger.warning("not ready: \(error.message)")
            // Without names of files, which a caller from elsewhere has no use for.
            return "the store cannot be \(store == nil ? "read" : "written"): \(error.code)"
        }
    }

    private var isSourceAlive: Bool {
        guard let source = reader?.source else { return true }
        guard let active = try? view.storedDevices(activeOnly: true), !active.isEmpty else {
            return true
        }
        return !active.allSatisfy { source.isResting($0.deviceID) }
    }

    /// Tells of an answered request, for the figures of the API.
    ///
    /// - Parameters:
    ///   - route: its pattern, `/api/device/{device_id}/data`: with the numbers put in, each would be
    ///     a figure of its own.
    ///   - status: the HTTP status; 500 and above count as errors.
    ///   - duration: from request to answer.
    public func recordRequest(route: String, status: Int, duration: Duration) {
        monitor.recorder.recordRequest(route: route, status: status, duration: duration)
    }

    /// Tells how many points of a request to a device gave a value, and how many did not.
    public func recordReadings(succeeded: Int, failed: Int) {
        monitor.recorder.recordReadings(succeeded: succeeded, failed: failed)
    }

    /// Tells of a device's tick, from request to stored.
    public func recordCollection(succeeded: Bool, duration: Duration) {
        monitor.recorder.recordCollection(succeeded: succeeded, duration: duration)
    }

    /// Tells of ticks that were left out because the one before still ran.
    public func recordMissedTicks(_ count: Int) { monitor.recorder.recordMissedTicks(count) }

    /// Tells how much longer than its interval the last round of the realtime poll took.
    public func recordPollLag(_ lag: Duration) { monitor.notePollLag(lag) }

    /// Measures the sizes and counts of the moment, and tells the metrics backend.
    ///
    /// - Returns: the bytes of the store without its log; nil where it does not tell. The log grows and
    ///   goes by turns, and says little of how the store grows.
    @discardableResult
    func updateGauges() -> Int? {
        monitor.tell(of: realtime)
        let snapshot = engineSnapshot
        var gauges = HealthGauges()
        gauges.cacheByteCount = realtime.byteCount
        gauges.databaseConnectionCount = context.openSnapshotCount + (store == nil ? 0 : 1)
        gauges.sampleCount = snapshot.sampleCount
        gauges.seriesCount = snapshot.catalog.seriesCount
        gauges.diskUsedFraction = (try? surroundings.disk(path))?.usedFraction
        // A figure that cannot be had now is missing rather than making the others fail.
        let summary = try? snapshot.summary()
        gauges.databaseByteCount = summary?.byteCount
        gauges.logByteCount = summary?.logByteCount
        if let clock = recentClockReview(snapshot, summary) {
            gauges.futurePointCount = clock.futureSamples.count
            gauges.isClockBehind = clock.isClockBehind
        }
        monitor.fill(&gauges)
        monitor.recorder.set(gauges)
        return summary.map { $0.byteCount - $0.logByteCount }
    }
}
