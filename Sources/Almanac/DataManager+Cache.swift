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
    /// read the device; the first question about a device reads its newest samples from the store.
    public func cachedValue(of point: PointAddress) -> RealtimeValue? {
        if let held = realtime.cachedValue(of: point) { return RealtimeValue(held) }
        fillCache(of: point.device)
        return realtime.peek(point).map(RealtimeValue.init)
    }

    /// The values that are held of a device, by kind and number.
    public func cachedValues(of device: DeviceID) -> [RealtimeValue] {
        fillCache(of: device)
        return realtime.cachedValues(of: device).map(RealtimeValue.init)
    }

    /// The value of a point: held and fresh, else read from its device, once for all who ask at the
    /// same time. Without a source what is held is given, stale or not.
    ///
    /// - Parameters:
    ///   - point: a known one.
    ///   - maxAge: asks for a younger value than its time to live would allow.
    /// - Throws: `unknownPoint`; `deviceTimeout` or `deviceError` from the device, or where nothing
    ///   is held and there is no source; `limitExceeded` where too many reads wait; `cancelled`.
    public func currentValue(
        of point: PointAddress, maxAge: Duration? = nil
    ) async throws(HistoryError) -> CurrentValue {
        guard engineSnapshot.catalog[point] != nil else { throw HistoryError.unknown(point) }
        fillCache(of: point.device)
        if let reader { return try await reader.currentValue(of: point, maxAge: maxAge) }
        guard let held = realtime.lookUp(point, within: maxAge) else {
            throw HistoryError(
                .deviceError, "nothing is held of point \(point), and there is no source to ask",
                parameter: "point")
        }
        return held
    }

    /// How often the cache could answer, of a device or of all.
    public func cacheStats(of device: DeviceID? = nil) -> CacheStats {
        guard let device else {
            for known in engineSnapshot.catalog.deviceIDs { fillCache(of: known) }
            return realtime.stats()
        }
        fillCache(of: device)
        return realtime.stats(of: device)
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
    /// Puts the newest samples of a device's points into the cache, once a process: after a restart
    /// there is something to give where the device is silent, as stale as its time says.
    ///
    /// At the first question for the device rather than when the store is opened, which would take
    /// longer the more points there are.
    ///
    /// Whoever asks at the same time waits for the fill: else he would be told that nothing is held.
    private func fillCache(of device: DeviceID) {
        guard !filledDevices.withLock({ $0.contains(device) }) else { return }
        filling.withLock { count in
            count += 1
            guard !filledDevices.withLock({ $0.contains(device) }) else { return }
            let snapshot = view
            let points = snapshot.catalog.points(of: device)
            guard !points.isEmpty else { return }
            fillCache(with: points, of: snapshot)
            filledDevices.withLock { _ = $0.insert(device) }
        }
    }

    private func fillCache(with points: [CatalogPoint], of snapshot: HistorySnapshot) {
        var values: [RealtimeValue] = []
        for item in points {
            // What cannot be read is told by reads of history; here it is only not there.
            guard let newest = try? snapshot.latestValue(of: item.address),
                let point = try? snapshot.point(item.address)
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
