import Almanac

/// Stores two days of quarter hours: live samples durably, back-fill with less.
func storeTwoDays(in history: DataManager) async throws(HistoryError) {
    let midnight = Timestamp("2026-01-01")!
    var samples = (0..<192).map { quarter in
        PointSample(
            point: Plant.supply, value: 20 + Double(quarter % 8) / 10,
            at: Timestamp(milliseconds: midnight.milliseconds + quarter * 900_000))
    }
    for refused in 3...5 { samples[refused].value = .nan }
    let receipt = try await history.store(samples)
    // On the medium now; what is no number was refused, and leaves a gap with that reason.
    print("stored \(receipt.stored), \(receipt.durability), refused \(receipt.rejected.count)")

    // What a device remembers must not replace what was read from it.
    let remembered = try await history.store(samples, durability: .os, onConflict: .keep)
    print("known already \(remembered.duplicates)")
    try await history.store([
        PointSample(point: Plant.fan, value: 0, at: midnight),
        PointSample(point: Plant.fan, value: 1, at: Timestamp("2026-01-01T06:00Z")!),
        PointSample(point: Plant.fan, value: 0, at: Timestamp("2026-01-01T18:00Z")!),
    ])
    // The gap of the refused values comes to the journal within a minute, or with a flush.
    try await history.flush()
}
