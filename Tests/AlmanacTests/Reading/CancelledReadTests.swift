import Almanac
import TestSupport
import Testing

/// Of all reads only a stream looked whether its task was cancelled.
@Suite("Cancelled reads") struct CancelledReadTests {
    private let bench = ManagerBench(at: "2026-03-01T00:00Z")

    @Test("every read that scans throws `cancelled` in a cancelled task; look-ups are answered")
    func codes() async throws {
        try await bench.filled { manager, path in
            try await manager.store(
                (0..<100).map {
                    PointSample(
                        point: bench.supply, value: Double($0),
                        at: Timestamp(
                            milliseconds: Timestamp("2026-02-01")!.milliseconds + $0 * 60_000))
                })
            try await manager.flush()
            let range = TimeRange("2026-02-01", "2026-02-02")
            let minute = BucketWidth(.seconds(60))!
            let (supply, time) = (bench.supply, range.to)
            let reads: [@Sendable (HistorySnapshot) async throws -> Void] = [
                { _ = try $0.samples(of: supply, in: range) },
                { _ = try $0.samples(of: supply, in: range, every: .seconds(60)) },
                { for try await _ in try $0.batches(of: supply, in: range) {} },
                { _ = try $0.statistics(of: supply, in: range) },
                { _ = try $0.values(of: 1201, at: time) }, { _ = try $0.values(ofSiteAt: time) },
                { _ = try $0.buckets(of: supply, in: range, every: .day) },
                { _ = try $0.aligned([supply], in: range, every: minute) },
                { _ = try $0.duty(of: supply, in: range) },
                { _ = try $0.gaps(of: supply, in: range) },
                { _ = try $0.coverage(of: supply, in: range) },
                { _ = try $0.qualityReport(of: supply, in: range) },
                { _ = try $0.qualityReport(of: 1201 as DeviceID, in: range) },
                { _ in _ = try manager.verify() },
            ]
            let snapshot = manager.snapshot()
            for (place, read) in reads.enumerated() {
                let code = await Task { () -> HistoryError.Code? in
                    withUnsafeCurrentTask { $0?.cancel() }
                    do { try await read(snapshot) } catch let error as HistoryError {
                        return error.code
                    } catch {}
                    return nil
                }.value
                #expect(code == .cancelled, "read \(place)")
                try await read(snapshot)
            }
            let found = await Task { () -> [Double?] in
                withUnsafeCurrentTask { $0?.cancel() }
                return [
                    try? snapshot.latestValue(of: supply)?.value,
                    try? snapshot.value(of: supply, at: range.from)?.value,
                    manager.cachedValue(of: supply)?.value,
                ]
            }.value
            #expect(found == [99, 0, 99])
        }
    }
}
