import Almanac
import AlmanacSimulation
import DurableFiles
import TestSupport
import Testing

// A device with a wrong clock, and samples that came while the disk was full, had gaps of reason
// `unknown`.
@Suite("Refused samples") struct RefusedSampleTests {
    private let bench = ManagerBench()

    private func sample(_ text: String, _ value: Double = 1) -> PointSample {
        PointSample(bench.supply, value, text)
    }

    @Test("leave a gap clock_rejected from their arrival up to the next value")
    func wrongClock() async throws {
        try await bench.filled { manager, _ in
            let start = Timestamp("2026-03-01T06:00Z")!
            try await manager.store(
                (0..<24).map {
                    PointSample(point: bench.supply, value: 1, at: start + .seconds($0 * 900))
                })
            let arrival = bench.time.now
            let receipt = try await manager.store([sample("1970-01-01T00:00Z")])
            #expect(receipt.quarantined == 1)
            bench.time.advance(by: .seconds(900))
            try await manager.store([sample("2031-01-01T00:00Z")])
            bench.time.advance(by: .seconds(900))
            try await manager.store([sample("2026-03-01T12:30Z")])
            try await manager.flush()
            let gaps = try manager.recordedGaps(of: bench.supply, in: .all)
            #expect(gaps.allSatisfy { $0.reason == .clockRejected })
            #expect(gaps.first?.range.from == arrival)
            #expect(gaps.last?.range.to == Timestamp("2026-03-01T12:30Z"))
            #expect(zip(gaps, gaps.dropFirst()).allSatisfy { $0.range.to == $1.range.from })
            let day = TimeRange("2026-03-01T11:00Z", "2026-03-01T12:31Z")
            #expect(
                try manager.gaps(of: bench.supply, in: day).map(\.reason).contains(.clockRejected))
            let event = try #require(try manager.events(in: .all, kind: "clock_rejected").first)
            #expect(event.fields == ["samples": "1"])
        }
    }

    @Test("end a gap of another reason where theirs begins")
    func twoReasons() async throws {
        try await bench.filled { manager, _ in
            try await manager.store([sample("2026-03-01T11:45Z")])
            try await manager.store([sample("2026-03-01T11:50Z", .nan)])
            try await manager.store([sample("1970-01-01T00:00Z")])
            bench.time.advance(by: .seconds(600))
            try await manager.store([sample("2026-03-01T12:05Z")])
            try await manager.flush()
            let gaps = try manager.recordedGaps(of: bench.supply, in: .all)
            #expect(gaps.map(\.reason) == [.notANumber, .clockRejected])
            #expect(gaps.map(\.range.from.description).first == "2026-03-01T11:50:00.000Z")
            #expect(gaps.first?.range.to == gaps.last?.range.from)
            #expect(gaps.last?.range.to == Timestamp("2026-03-01T12:05Z"))
        }
    }

    @Test("leave a gap disk_full up to the next value, and none if they come again")
    func fullDisk() async throws {
        let storage = SimulatedStorage()
        var surroundings = bench.surroundings
        surroundings.storage = storage
        let manager = try DataManager.open(
            at: "simulated", configuration: .with { $0.diskReserveByteCount = 1 << 20 },
            in: surroundings)
        try await bench.define(in: manager)
        try await manager.store([sample("2026-03-01T11:45Z")])
        let capacity = storage.disk.capacity
        let used = capacity - storage.disk.availableByteCount
        let lost = [sample("2026-03-01T12:00Z"), PointSample(bench.fan, 1, "2026-03-01T12:00Z")]
        storage.setCapacity(used + (1 << 20) - 1)
        for _ in 0..<2 {
            let error = await #expect(throws: HistoryError.self) { try await manager.store(lost) }
            #expect(error?.code == .diskFull && error?.kind == .database)
        }
        storage.setCapacity(capacity)
        // The fan's value comes again, the other's is lost.
        try await manager.store([PointSample(bench.fan, 1, "2026-03-01T12:00Z")])
        try await manager.store([
            sample("2026-03-01T12:15Z"), PointSample(bench.fan, 0, "2026-03-01T12:15Z"),
        ])
        try await manager.flush()
        let gaps = try manager.recordedGaps(of: bench.supply, in: .all)
        #expect(gaps.map(\.reason) == [.diskFull])
        #expect(gaps.first?.range == TimeRange("2026-03-01T12:00Z", "2026-03-01T12:15Z"))
        #expect(try manager.recordedGaps(of: bench.fan, in: .all).isEmpty)
        await manager.close()
    }

    @Test("are counted if there are more gaps than are kept")
    func tooMany() async throws {
        try await bench.filled { manager, _ in
            try await manager.store([sample("2026-02-01T00:00Z")])
            let start = Timestamp("2026-01-01")!.milliseconds
            // Each is older than the point's value, so each is a gap of its own.
            let rows = (0..<10_050).map {
                PointSample(
                    point: bench.supply, value: .nan,
                    at: Timestamp(milliseconds: start + Int64($0) * 1000))
            }
            try await manager.store(rows)
            try await manager.flush()
            #expect(try manager.recordedGaps(of: bench.supply, in: .all).count == 10_000)
            let events = try manager.events(in: .all, kind: "journal_dropped")
            #expect(events.map(\.fields) == [["gaps": "50", "entries": "0"]])
        }
    }
}
