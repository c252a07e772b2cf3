import Almanac

/// Reads beside a writer, in this process or another: no lock is taken and nothing is written.
func readBeside(_ history: DataManager, at folder: String) async throws(HistoryError) {
    let reader = try DataManager.open(at: folder, mode: .readOnly)
    let before = reader.snapshot().sampleCount
    try await history.store([
        PointSample(point: Plant.supply, value: 21, at: Timestamp("2026-01-03")!)
    ])
    // Another process's writes are seen within a second; this looks at once.
    try reader.refresh()
    print("\(reader.snapshot().sampleCount - before) sample more")
    do throws(HistoryError) { try await reader.flush() } catch { print("\(error.code.rawValue)") }
}
