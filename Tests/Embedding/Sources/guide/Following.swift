import Almanac

/// Sees what is committed, as it is committed, until `count` samples came.
func follow(_ history: DataManager, from position: UInt64, count: Int) async throws(HistoryError) {
    var seen = 0
    for await observation in try history.observe(from: position) {
        switch observation {
        case .samples(let samples, _): seen += samples.count
        // This follower came too late for what is kept, and reads the store instead.
        case .reset: seen = history.snapshot().sampleCount
        }
        if seen >= count { break }
    }
    print("followed \(seen)")
}
