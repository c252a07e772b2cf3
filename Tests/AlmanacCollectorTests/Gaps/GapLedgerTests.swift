import BuildingModel
import Testing
import TimeSeriesModel

@testable import AlmanacCollector

@Suite("GapLedger") struct GapLedgerTests {
    private let point = PointAddress(device: 1, type: .input, number: 1)
    private let start = Timestamp("2025-01-01T00:00:00Z")!

    private func range(_ from: Int64, _ to: Int64) -> TimeRange {
        TimeRange(from: start + .seconds(from), to: start + .seconds(to))!
    }

    @Test("makes one gap of consecutive ticks, recorded when it opens and when it closes")
    func oneGap() {
        var ledger = GapLedger()
        expectEqual(
            ledger.miss(point, in: range(0, 900), .deviceOffline, "no reply"),
            [
                Gap(
                    point: point, range: range(0, 900), reason: .deviceOffline,
                    detail: "no reply")
            ])
        expectEqual(
            ledger.miss(point, in: range(900, 1800), .deviceOffline, "other words").map(\.range),
            [range(0, 1800)])
        #expect(ledger.reason(of: point) == .deviceOffline)
        expectEqual(
            ledger.meet(point, at: start + .seconds(1800)),
            [
                Gap(
                    point: point, range: range(0, 1800), reason: .deviceOffline,
                    detail: "no reply")
            ])
        #expect(ledger.openCount == 0)
        expectEqual(ledger.meet(point, at: start + .seconds(2700)), [])
    }

    @Test("closes a gap when the reason changes") func reasons() {
        var ledger = GapLedger()
        _ = ledger.miss(point, in: range(0, 900), .deviceOffline)
        expectEqual(
            ledger.miss(point, in: range(900, 1800), .sentinel),
            [
                Gap(point: point, range: range(0, 900), reason: .deviceOffline),
                Gap(point: point, range: range(900, 1800), reason: .sentinel),
            ])
        #expect(ledger.reason(of: point) == .sentinel)
    }

    /// It was recorded each hour alone: for the rest of the first hour `gaps` had no reason for it,
    /// and after a crash it became time in which the collector did not run.
    @Test("records an open gap when its length has doubled, and each hour")
    func doubling() {
        var ledger = GapLedger()
        var records: [Gap] = []
        for tick in 0..<12 {
            records += ledger.miss(
                point, in: range(Int64(tick) * 900, Int64(tick + 1) * 900), .deviceOffline)
        }
        #expect(records.map(\.range) == [900, 1800, 3600, 7200, 10_800].map { range(0, $0) })
        expectEqual(ledger.closeAll(at: start + .seconds(10_000)).map(\.range), [range(0, 10_800)])
    }
}
