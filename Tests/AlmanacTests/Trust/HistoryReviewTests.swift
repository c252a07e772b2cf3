import Almanac
import AlmanacSimulation
import DurableFiles
import SegmentStore
import TestSupport
import Testing

@Suite("HistoryReview") struct HistoryReviewTests {
    private let bench = ManagerBench(at: "2026-03-01T00:00Z")
    private let nobody = PointAddress(device: 1201, type: .input, number: 99)

    private func hour(_ number: Int) -> Timestamp {
        Timestamp(milliseconds: Timestamp("2026-01-01")!.milliseconds + Int64(number) * 3_600_000)
    }

    private func hours(_ numbers: Range<Int>) -> TimeRange {
        TimeRange(from: hour(numbers.lowerBound), to: hour(numbers.upperBound))!
    }

    /// Two days of hours of two points, with six hours missing on the second.
    private func filled(_ body: (DataManager, String) async throws -> Void) async throws {
        try await bench.filled { manager, path in
            for number in (0..<48) where !(30..<36).contains(number) {
                try await manager.store([
                    PointSample(point: bench.supply, value: Double(number), at: hour(number)),
                    PointSample(point: bench.fan, value: 1, at: hour(number)),
                ])
            }
            try await body(manager, path)
        }
    }

    @Test("tells of a state that the engine holds what the manager tells")
    func review() async throws {
        try await filled { manager, path in
            try await manager.setProfiles([bench.supply: PointProfile(low: 0, high: 40)])
            try await manager.record([
                Gap(point: bench.fan, range: hours(30..<36), reason: .deviceError)
            ])
            let again = PointSample(point: bench.supply, value: 5, at: hour(5))
            try await manager.store([again, PointSample(bench.supply, 1, "2031-01-01")])
            try await manager.flush()
            let snapshot = HistorySnapshot(of: try Snapshot.open(at: path))
            for range in [hours(0..<48), .all] {
                let review = try HistoryReview(of: snapshot, in: range, now: bench.time.now)
                for point in [bench.supply, bench.fan] {
                    #expect(
                        try review.report(of: point) == manager.qualityReport(of: point, in: range))
                }
                #expect(try review.report(of: bench.supply).counters.duplicates == 1)
            }
            let review = try HistoryReview(of: snapshot, in: hours(0..<48), now: bench.time.now)
            let report = try review.report(of: bench.supply)
            #expect(report.outOfRangeCount == 7 && report.lastSeen == hour(47))
            #expect(report.gaps.map(\.reason) == [.unknown])
            #expect(try review.report(of: bench.fan).gaps.map(\.reason) == [.deviceError])
            #expect(throws: HistoryError.self) { try review.report(of: nobody) }
        }
    }

    @Test("looks no further than now, but counts what came with a stamp ahead of it")
    func now() async throws {
        try await filled { manager, _ in
            try await manager.store([PointSample(bench.supply, 1, "2031-01-01")])
            try await manager.flush()
            let range = TimeRange(from: hour(0), to: hour(100_000))!
            let review = try HistoryReview(of: manager.snapshot(), in: range, now: hour(60))
            let report = try review.report(of: bench.supply)
            #expect(report.isStalled && report.range.to == hour(60))
            #expect(report.gaps.map(\.range.to) == [hour(36), hour(60)])
            #expect(report.counters.quarantined == 1)
        }
    }

    @Test("with a log of damage, gets past a damaged journal, names it and has the rest of it")
    func damagedJournal() async throws {
        try await filled { manager, path in
            for (span, reason) in [(30..<33, GapReason.deviceError), (33..<36, .sentinel)] {
                try await manager.record([
                    Gap(point: bench.fan, range: hours(span), reason: reason)
                ])
            }
            try await manager.flush()
            let storage = try PosixStorage(root: path)
            let name = try #require(try storage.list("rec").first { $0.hasPrefix("journal") })
            let file = try storage.open("rec/" + name, .write)
            let place = FileHeader.encodedSize + 40
            try file.write([try file.read(at: place, byteCount: 1)[0] ^ 1], at: place)
            file.close()
            let engine = try Snapshot.open(at: path)
            let plain = try HistoryReview(
                of: HistorySnapshot(of: engine), in: hours(0..<48), now: bench.time.now)
            let report = try plain.report(of: bench.fan)
            #expect(report.gaps.map(\.reason) == [.unknown])
            #expect(report.damaged.map(\.file) == ["rec/" + name])
            let log = DamageLog()
            let snapshot = HistorySnapshot(of: engine, skipping: log)
            let review = try HistoryReview(of: snapshot, in: hours(0..<48), now: bench.time.now)
            #expect(log.damages.map(\.file) == ["rec/" + name] && log.losses.isEmpty)
            #expect(
                try review.report(of: bench.fan).gaps.map(\.reason) == [.deviceError, .sentinel])
        }
    }

    @Test("profiles of several points are set together or not at all")
    func profiles() async throws {
        try await filled { manager, _ in
            try await manager.setProfiles([
                bench.supply: PointProfile(low: 0),
                bench.fan: PointProfile(stateTexts: ["off", "on"]),
            ])
            #expect(try manager.profile(of: bench.fan).stateTexts == ["off", "on"])
            await #expect(throws: HistoryError.self) {
                try await manager.setProfiles([
                    bench.supply: PointProfile(low: 1), nobody: PointProfile(low: 1),
                ])
            }
            #expect(try manager.profile(of: bench.supply).low == 0)
        }
    }
}
