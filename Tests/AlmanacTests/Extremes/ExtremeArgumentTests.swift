import Almanac
import AlmanacSimulation
import TestSupport
import Testing

// Cancelling `batches(of:in: .all)` ended the process, since the message of the error named the
// moment. Every public call of a manager and its snapshots that accepts a time, a range, a width, a
// number or a duration is made here with the ends of its type: it returns, or throws an error that
// names the parameter.
@Suite("Extreme arguments of a manager") struct ExtremeArgumentTests {
    private let bench = ManagerBench()
    private static let times = ExtremeCalendarTests.times
    private static let ranges: [TimeRange] = times.flatMap { from in
        times.compactMap { TimeRange(from: from, to: $0) }
    }
    private static let counts = [Int.min, -1, 0, 1, .max]
    private static let durations: [Duration] = [
        .seconds(Int64.min), .seconds(-1), .zero, .nanoseconds(1), .seconds(Int64.max),
        .seconds(Int64.max) * 2,
    ]

    private func withSamples(
        source: (any PointSource)? = nil, _ body: (DataManager) async throws -> Void
    ) async throws {
        try await bench.filled(source: source) { manager, _ in
            try await manager.store([
                PointSample(bench.supply, 20, "2025-12-31T23:45Z"),
                PointSample(bench.supply, 21, "2026-01-01T00:00Z"),
                PointSample(bench.fan, 1, "2026-01-01T00:00Z"),
            ])
            try await manager.flush()
            try await manager.store([PointSample(bench.supply, 22, "2026-01-01T00:15Z")])
            try await body(manager)
            #expect(try manager.samples(of: bench.supply, in: .all).map(\.value) == [20, 21, 22])
        }
    }

    /// Runs a call that may throw, but only for an argument that cannot be.
    private func call<Result>(
        _ body: () throws -> Result, sourceLocation: SourceLocation = #_sourceLocation
    ) -> Result? {
        do { return try body() } catch {
            let code = (error as? HistoryError)?.code
            #expect(
                code == .invalidParameter || code == .limitExceeded, "\(error)",
                sourceLocation: sourceLocation)
            return nil
        }
    }

    @Test("leave reads of samples right or refused", arguments: ranges)
    func samples(range: TimeRange) async throws {
        try await withSamples { manager in
            let all = try manager.samples(of: bench.supply, in: .all)
            let expected = all.filter { range.contains($0.time) }
            for limit in Self.counts {
                let found = call { try manager.samples(of: bench.supply, in: range, limit: limit) }
                #expect(limit < 0 ? found == nil : found == Array(expected.prefix(limit)))
                let frozen = call {
                    try manager.snapshot().samples(of: bench.supply, in: range, limit: limit)
                }
                #expect(frozen == found)
            }
            #expect(try manager.statistics(of: bench.supply, in: range).count == expected.count)
            var streamed: [Sample] = []
            for try await batch in try manager.batches(of: bench.supply, in: range) {
                streamed += batch
            }
            #expect(streamed == expected)
            for duration in Self.durations {
                _ = call { try manager.samples(of: bench.supply, in: range, every: duration) }
            }
            _ = call { try manager.duty(of: bench.fan, in: range) }
            _ = call { try manager.gaps(of: bench.supply, in: range) }
            _ = call { try manager.recordedGaps(of: bench.supply, in: range) }
            _ = call { try manager.coverage(of: bench.supply, in: range) }
            _ = call { try manager.qualityReport(of: bench.supply, in: range) }
            _ = call { try manager.qualityReport(of: 1201, in: range) }
            _ = call { try manager.events(in: range) }
            _ = call { try manager.audit(in: range) }
            _ = call {
                try HistoryReview(of: manager.snapshot(), in: range, now: range.to)
                    .report(of: bench.supply)
            }
        }
    }

    @Test("leave reads in buckets right or refused", arguments: ranges)
    func buckets(range: TimeRange) async throws {
        try await withSamples { manager in
            for width in ExtremeCalendarTests.widths {
                let buckets = call {
                    try manager.buckets(
                        of: bench.supply, in: range, every: width,
                        aggregations: Set(Aggregation.allCases))
                }
                #expect(width.isCountable || buckets == nil || range.isEmpty)
                _ = call {
                    try manager.aligned(
                        [bench.supply, bench.fan], in: range, every: width, fill: .hold)
                }
            }
        }
    }

    @Test("leave reads at a moment right", arguments: times)
    func moments(time: Timestamp) async throws {
        try await withSamples { manager async throws in
            let known = time > bench.time.now ? 22.0 : nil
            #expect(try manager.value(of: bench.supply, at: time)?.value == known)
            #expect(try manager.values(of: 1201, at: time).count == 2)
            #expect(try manager.values(ofSiteAt: time).count == 3)
            #expect(try manager.point(bench.supply, at: time)?.pointName == "Supply")
            #expect(try manager.snapshot().profile(of: bench.supply, at: time) == PointProfile())
        }
    }

    @Test("are refused sample by sample when they are stored", arguments: times)
    func store(time: Timestamp) async throws {
        try await withSamples { manager in
            let receipt = try await manager.store([
                PointSample(point: bench.supply, value: 1, at: time),
                PointSample(point: bench.supply, value: .nan, at: time),
            ])
            #expect(receipt.stored == 0)
            #expect(receipt.rejected.map(\.reason).contains(.clock))
            try await manager.flush()
        }
    }

    @Test("are held in the cache, and age without overflow", arguments: times)
    func cache(time: Timestamp) async throws {
        try await withSamples { manager in
            for duration in Self.durations {
                try manager.cache(
                    RealtimeValue(
                        point: bench.supply, value: 1, timestamp: time, dataType: .analog,
                        timeToLive: duration))
                let held = try #require(manager.cachedValue(of: bench.supply))
                for moment in Self.times { _ = held.isFresh(at: moment) }
                for maxAge in Self.durations {
                    // Without a source, a value that is older than accepted is refused.
                    _ = try? await manager.currentValue(of: bench.supply, maxAge: maxAge)
                }
                _ = manager.cachedValues(of: 1201)
                _ = manager.cacheStats()
                for tolerance in Self.durations { manager.evictStaleValues(staleFor: tolerance) }
            }
        }
    }

    @Test("are refused or do nothing as bounds of a removal")
    func removals() async throws {
        try await withSamples { manager async throws in
            for days in Self.counts + [200_001] {
                await expect(days == 1 ? nil : .invalidParameter) {
                    try await manager.removeSamples(olderThan: days, dryRun: true)
                }
            }
            for time in Self.times {
                let empty = TimeRange(from: time, to: time)!
                #expect(try await manager.delete(of: bench.supply, in: empty).samples == 0)
            }
            let before = TimeRange(from: TimeRange.all.from, to: Timestamp(milliseconds: 0))!
            let after = TimeRange(from: Timestamp(milliseconds: 1 << 45), to: TimeRange.all.to)!
            #expect(try await manager.delete(of: bench.supply, in: before).samples == 0)
            #expect(try await manager.delete(of: bench.supply, in: after).samples == 0)
            #expect(try await manager.delete(of: bench.fan, in: .all).samples == 1)
        }
    }

    @Test("are refused as times of journal entries", arguments: times)
    func journal(time: Timestamp) async throws {
        try await withSamples { manager in
            let isKept = time.milliseconds.magnitude <= 1
            let expected = isKept ? nil : HistoryError.Code.invalidParameter
            await expect(expected) {
                try await manager.record(Event(at: time, .info, kind: "test", "an event"))
            }
            await expect(expected) {
                try await manager.record(AuditEntry(at: time, operation: "test", by: .program))
            }
            await expect(expected) {
                try await manager.record([
                    Gap(
                        point: bench.supply, range: TimeRange(from: time, to: TimeRange.all.to)!,
                        reason: .unknown)
                ])
            }
            _ = try manager.gaps(of: bench.supply, in: TimeRange("2026-01-01", "2026-01-02"))
            try await manager.setStatus(of: 1201, active: false, lastSeen: time)
            try await manager.setStatus(of: 1201, active: true, lastSeen: time)
        }
    }

    @Test("are refused as intervals and counts of a trend log, or bound its marks")
    func logs() async throws {
        try await withSamples { manager in
            for interval in Self.durations {
                await expect(.invalidParameter) {
                    try await manager.upsert(
                        TrendLog(deviceID: 1201, trendLogName: "L", interval: interval))
                }
            }
            for count in Self.counts where count < 1 {
                await expect(.invalidParameter) {
                    try await manager.upsert(
                        TrendLog(deviceID: 1201, trendLogName: "L", maxPoints: count))
                }
            }
            let log = try await manager.upsert(
                TrendLog(deviceID: 1201, trendLogName: "L", maxPoints: .max))
            let id = try #require(log.id)
            for time in Self.times { try manager.markCollected(id, at: time) }
            #expect(try manager.trendLogs(of: 1201).first?.lastCollected == TimeRange.all.to)
            #expect(try manager.trendLogSummaries(of: 1201).count == 1)
        }
    }

    @Test("are counted in the figures of a store")
    func figures() async throws {
        try await withSamples { manager in
            for duration in Self.durations {
                manager.recordRequest(route: "/", status: .max, duration: duration)
                manager.recordCollection(succeeded: true, duration: duration)
                manager.recordPollLag(duration)
            }
            for count in Self.counts {
                manager.recordReadings(succeeded: count, failed: count)
                manager.recordMissedTicks(count)
                manager.recordRequest(route: "/", status: count, duration: .zero)
            }
            let health = manager.health()
            for threshold in HealthThreshold.allCases {
                _ = threshold.value(in: health).map(threshold.level)
            }
        }
    }

    @Test("say where a cancelled stream stopped", arguments: ranges.filter { !$0.isEmpty })
    func cancellation(range: TimeRange) async throws {
        try await withSamples { manager in
            let batches = try manager.batches(of: bench.supply, in: range)
            let task = Task { () -> HistoryError.Code? in
                withUnsafeCurrentTask { $0?.cancel() }
                do {
                    for try await _ in batches {}
                    return nil
                } catch { return (error as? HistoryError)?.code }
            }
            #expect(await task.value == .cancelled)
        }
    }

    @Test("restore nothing, or everything")
    func restore() async throws {
        try await awaitingTemporaryFolder { folder in
            let manager = try bench.open(folder + "/s")
            try await bench.define(in: manager)
            try await manager.store([PointSample(bench.supply, 1, "2026-01-01T00:00Z")])
            try await manager.backup(to: folder + "/b")
            await manager.close()
            for (place, time) in Self.times.enumerated() {
                let path = folder + "/r\(place)"
                try DataManager.restore(from: folder + "/b", to: path, until: time)
                let restored = try DataManager.open(at: path, mode: .readOnly, time: bench.time)
                let count = try restored.samples(of: bench.supply, in: .all).count
                #expect(count == (time > bench.time.now ? 1 : 0))
            }
        }
    }

    @Test("are refused as sizes of caches, gates and readers")
    func sizes() throws {
        for count in Self.counts {
            let isSize = count == 1
            let cache = try? RealtimeCache(capacity: count)
            #expect((cache != nil) == isSize)
            let gate = try? DeviceGate(
                limits: .init(open: count, openPerDevice: count, waiting: count))
            #expect((gate != nil) == (count >= 1))
        }
    }
}

/// Expects an error of a code, or none.
private func expect<Result>(
    _ code: HistoryError.Code?, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Result
) async {
    var found: HistoryError.Code?
    do { _ = try await body() } catch { found = (error as? HistoryError)?.code }
    #expect(found == code, sourceLocation: sourceLocation)
}
