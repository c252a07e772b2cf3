import Almanac

/// What charts need: buckets of a calendar, points side by side, and what is missing.
func readBuckets(from history: DataManager) throws(HistoryError) {
    let january = TimeRange(from: Timestamp("2026-01-01")!, to: Timestamp("2026-02-01")!)!
    let zurich = try TimeZoneRules.named("Europe/Zurich")
    let days = try history.buckets(
        of: Plant.supply, in: january, every: .day, zone: zurich,
        aggregations: [.mean, .timeWeightedMean])
    let known = days.filter { $0.count > 0 }
    print("\(known.count) days with samples, \(days.count - known.count) without")
    let table = try history.aligned(
        [Plant.supply, Plant.fan], in: january, every: BucketWidth("1h")!, fill: .hold)
    print("\(table.starts.count) hours of \(table.columns.count) points")
    let duty = try history.duty(of: Plant.fan, in: january)
    print("fan on for \(duty.onTime), started \(duty.startCount) times")
    for gap in try history.gaps(of: Plant.supply, in: january).prefix(1) {
        print("missing because of \(gap.reason.rawValue)")
    }
}
