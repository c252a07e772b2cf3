import Almanac

/// Asks one committed state several questions; a writer keeps nobody waiting meanwhile.
func readBack(from history: DataManager) throws(HistoryError) {
    let midnight = Timestamp("2026-01-01")!
    let noon = Timestamp("2026-01-01T12:00Z")!
    let morning = TimeRange(from: midnight, to: noon)!
    let snapshot = history.snapshot()
    let samples = try snapshot.samples(of: Plant.supply, in: morning)
    let statistics = try snapshot.statistics(of: Plant.supply, in: morning)
    print("\(samples.count) samples, mean \(statistics.avg ?? .nan)")
    if let before = try snapshot.value(of: Plant.supply, at: noon) {
        print("at noon \(before.value), since \(before.time)")
    }
    for value in try snapshot.values(of: Plant.device, at: noon) {
        print("\(value.point): \(value.sample?.value ?? .nan), \(value.age ?? .zero) old")
    }
}

/// Reads a range of any size in bounded memory.
func readAll(from history: DataManager) async throws(HistoryError) {
    var count = 0
    for try await batch in try history.batches(of: Plant.supply, in: .all) { count += batch.count }
    print("\(count) samples in batches")
}
