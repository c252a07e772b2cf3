import DurableFiles
import SegmentStore
import Synchronization

extension DataManager {
    /// Holds the value that somebody just heard of. An older one than is held is ignored.
    ///
    /// - Throws: `unknownPoint`, and nothing is held then.
    public func cache(_ value: RealtimeValue) throws(HistoryError) { try cache([value]) }

    /// The same for several, all or none.
    public func cache(_ values: [RealtimeValue]) throws(HistoryError) {
        let catalog = engineSnapshot.catalog
        if let unknown = values.first(where: { catalog[$0.point] == nil }) {
            throw HistoryError.unknown(unknown.point)
        }
        realtime.cache(values)
    }

    /// The value that is held of a point, also when it is stale: ask its `isFresh(at:)`. Does not
    /// read the device; the first question about a device reads its newest samples from the store, and
    /// in a manager that only reads, so does the first one after each commit of the writer.
    public func cachedValue(of point: PointAddress) -> RealtimeValue? {
        if followed == nil, let held = realtime.cachedValue(of: point) {
            return RealtimeValue(held)
        }
        fillCache(of: point.device)
        return realtime.peek(point).map(RealtimeValue.init)
    }

    /// The values that are held of a device, by kind and number.
    public func cachedValues(of device: DeviceID) -> [RealtimeValue] {
        fillCache(of: device)
        return realtime.cachedValues(of: device).map(RealtimeValue.init)
    }

    /// The value of a point: held and fresh, else read from its device, once for all callers of the
    /// same time. The first call for a device reads its newest samples from the store, on a thread
    /// that no task shares.
    ///
    /// Without a source a stale value is returned and marked as stale, unless `cache_serve_stale` is
    /// `never`.
    ///
    /// - Parameters:
    ///   - point: a known one.
    ///   - maxAge: the age of the oldest value that the caller accepts. An older one is not returned,
    ///     also if the device does not reply.
    /// - Throws: `unknownPoint`; `deviceTimeout` or `deviceError` from the device; `deviceError` if
    ///   there is no source and no value is held that may be returned; `limitExceeded` if too many
    ///   reads wait; `cancelled`.
    public func currentValue(
        of point: PointAddress, maxAge: Duration? = nil
    ) async throws(HistoryError) -> CurrentValue {
        guard engineSnapshot.catalog[point] != nil else { throw HistoryError.unknown(point) }
        if !fills.isDone(point.device, at: fillPosition) {
            try await fillCacheOnThread(of: point.device)
        }
        if let reader { return try await reader.currentValue(of: point, maxAge: maxAge) }
        guard let held = realtime.lookUp(point, within: maxAge) else {
            throw HistoryError(
                .deviceError, "no value of point \(point) is held, and there is no source to read",
                parameter: "point")
        }
        if held.isFresh(within: maxAge) || configuration.cacheServeStale.allows(held, maxAge) {
            return held
        }
        throw HistoryError(
            .deviceError,
            "the value of point \(point) is \(held.age) old, and there is no source to read",
            parameter: "point")
    }

    /// Returns how often the cache could answer, for a device or for all. Reads nothing from the store: after
    /// a restart a device has no values here before the first call that wants one of them.
    public func cacheStats(of device: DeviceID? = nil) -> CacheStats {
        device.map { realtime.stats(of: $0) } ?? realtime.stats()
    }

    /// Forgets values that have been stale for so long.
    ///
    /// - Returns: how many.
    @discardableResult
    public func evictStaleValues(staleFor tolerance: Duration = .zero) -> Int {
        realtime.evictStaleValues(staleFor: tolerance)
    }
}

extension DataManager {
    /// The state of the store that cached values have to include: the newest one if another process
    /// writes it. What this process stores is cached by its caller, so the first state is enough.
    private var fillPosition: LSN { followed == nil ? 0 : engineSnapshot.position }

    /// Puts the newest samples of a device's points into the cache, once per process, or once per
    /// commit of another process that writes the store: after a restart there is something to return
    /// if the device is silent, as stale as its time says.
    ///
    /// At the first call for the device rather than when the store is opened, which would take
    /// longer the more points there are. Reads the disk on the calling thread. Callers of the same
    /// time wait for the fill; those of other devices do not.
    private func fillCache(of device: DeviceID) {
        fills.fill(device, at: fillPosition) {
            let snapshot = view
            let points = snapshot.catalog.points(of: device)
            guard !points.isEmpty else { return false }
            fillCache(with: points, of: snapshot)
            return true
        }
    }

    /// The same on a thread that no task shares: one for all tasks that wait for the same device.
    private func fillCacheOnThread(of device: DeviceID) async throws(HistoryError) {
        let isRead = await fills.wait(for: device) { [self] whenDone in
            threads.reads.start { [self] in
                fillCache(of: device)
                whenDone()
            }
        }
        guard isRead else {
            throw HistoryError(.limitExceeded, "as many reads wait for the disk as may")
        }
    }

    private func fillCache(with points: [CatalogPoint], of snapshot: HistorySnapshot) {
        var values: [RealtimeValue] = []
        for item in points {
            // What cannot be read is told by reads of history; here it is only not there.
            guard let newest = try? snapshot.latestValue(of: item.address),
                let point = try? snapshot.pointReadOnce(item)
            else { continue }
            values.append(
                RealtimeValue(
                    point: item.address, value: newest.value, quality: newest.quality,
                    timestamp: newest.time, dataType: point.dataType, unitCode: point.unitCode,
                    timeToLive: configuration.cacheDuration))
        }
        realtime.fill(values)
    }
}

extension RealtimeValue {
    /// A held value, which knows how old it was when it was given.
    fileprivate init(_ held: CurrentValue) {
        self = held.value
        leastAge = held.age
    }
}
