import SegmentStore

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

    /// The value that is held of a point, also when it is stale: ask its `isFresh`. Does not read
    /// the device, nor the disk.
    public func cachedValue(of point: PointAddress) -> CurrentValue? {
        realtime.cachedValue(of: point)
    }

    /// The values that are held of a device, by kind and number.
    public func cachedValues(of device: DeviceID) -> [CurrentValue] {
        realtime.cachedValues(of: device)
    }

    /// The value of a point: held and fresh, else read from its device, once for all who ask at the
    /// same time. Without a source what is held is given, stale or not.
    ///
    /// - Parameter maxAge: asks for a younger value than its time to live would allow.
    /// - Throws: `unknownPoint`; `deviceTimeout` or `deviceError` from the device, or where nothing
    ///   is held and there is no source; `limitExceeded` where too many reads wait; `cancelled`.
    public func currentValue(
        of point: PointAddress, maxAge: Duration? = nil
    ) async throws(HistoryError) -> CurrentValue {
        guard engineSnapshot.catalog[point] != nil else { throw HistoryError.unknown(point) }
        if let reader { return try await reader.currentValue(of: point, maxAge: maxAge) }
        guard let held = realtime.cachedValue(of: point) else {
            throw HistoryError(
                .deviceError, "nothing is held of point \(point), and there is no source to ask",
                parameter: "point")
        }
        return held
    }

    /// How often the cache could answer, of a device or of all.
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
