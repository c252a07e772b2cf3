import Almanac

/// The value of a point now: from the cache while it is fresh, else from its device.
func showCurrent(of point: PointAddress, in history: DataManager) async {
    do throws(HistoryError) {
        let current = try await history.currentValue(of: point, maxAge: .seconds(30))
        print("\(current.value.value), \(current.isFresh ? "fresh" : "stale")")
    } catch {
        switch error.code {
        case .deviceTimeout, .deviceError: print("the device does not answer: \(error)")
        case .unknownPoint: print("no such point: \(error)")
        default: print("\(error)")
        }
    }
    // Never asks a device: a screen full of values takes microseconds.
    let held = history.cachedValues(of: point.device)
    let stats = history.cacheStats(of: point.device)
    print("\(held.count) values held, \(stats.freshPoints) of them fresh")
}
