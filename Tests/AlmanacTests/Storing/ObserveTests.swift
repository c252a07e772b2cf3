import Testing

@testable import Almanac

@Suite("Following committed samples") struct ObserveTests {
    private let bench = ManagerBench()

    private func samples(_ count: Int, from start: Int = 0) -> [PointSample] {
        (start..<(start + count)).map {
            PointSample(
                point: bench.supply, value: Double($0),
                at: Timestamp(milliseconds: Timestamp("2026-01-01")!.milliseconds + Int64($0)))
        }
    }

    @Test("gives batches in order with their positions, without what was not written")
    func order() async throws {
        try await bench.filled { manager, _ in
            var following = try manager.observe().makeAsyncIterator()
            let first = try await manager.store(samples(3))
            try await manager.store(samples(2))
            let third = try await manager.store(samples(2, from: 2))
            #expect(await following.next() == .samples(samples(3), position: first.position))
            let next = await following.next()
            #expect(next == .samples(samples(1, from: 3), position: third.position))
            // Who comes back goes on behind what it saw.
            var again = try manager.observe(from: first.position).makeAsyncIterator()
            #expect(await again.next() == next)
        }
    }

    @Test("wakes who waits, and ends with the store or the task")
    func waiting() async throws {
        try await bench.filled { manager, _ in
            let observations = try manager.observe()
            let counted = Task {
                var count = 0
                for await case .samples(let samples, _) in observations { count += samples.count }
                return count
            }
            for round in 0..<20 { try await manager.store(samples(5, from: round * 5)) }
            let cancelled = Task {
                for await _ in observations {}
                return true
            }
            cancelled.cancel()
            #expect(await cancelled.value)
            await manager.close()
            #expect(await counted.value == 100)
        }
    }

    @Test("gives a reset first to an older or foreign position, and to a reader that is too slow")
    func resets() async throws {
        try await bench.filled { manager, _ in
            let start = manager.snapshot().position
            var slow = try manager.observe().makeAsyncIterator()
            var positions: [UInt64] = []
            for round in 0..<6 {
                let receipt = try await manager.store(samples(20_000, from: round * 20_000))
                positions.append(receipt.position)
            }
            let last = positions[5]
            #expect(await slow.next() == .reset(position: last))
            var older = try manager.observe(from: start).makeAsyncIterator()
            #expect(await older.next() == .reset(position: last))
            var foreign = try manager.observe(from: last + 1000).makeAsyncIterator()
            #expect(await foreign.next() == .reset(position: last))
            let more = try await manager.store(samples(1, from: 200_000))
            for following in [slow, older, foreign] {
                var following = following
                #expect(
                    await following.next()
                        == .samples(samples(1, from: 200_000), position: more.position))
            }
            // Four batches of the six are kept beside the last.
            var kept = try manager.observe(from: positions[1]).makeAsyncIterator()
            #expect(await kept.next()?.position == positions[2])
            var lost = try manager.observe(from: positions[0]).makeAsyncIterator()
            #expect(await lost.next() == .reset(position: more.position))
        }
    }

    @Test("keeps no more than a hundred thousand samples, whatever a batch has")
    func bound() async throws {
        try await bench.filled { manager, _ in
            var following = try manager.observe().makeAsyncIterator()
            let large = try await manager.store(samples(100_001))
            #expect(await following.next() == .reset(position: large.position))
            for round in 0..<30 { try await manager.store(samples(9000, from: round * 9000)) }
            #expect(manager.feed.keptSampleCount <= 100_000)
            // Duplicates are kept with their batch, and count too: of these each has one new sample.
            var positions: [UInt64] = []
            for round in 0..<30 {
                let start = 270_000 + round
                positions.append(
                    try await manager.store(samples(9001, from: start - 9000)).position)
            }
            var lost = try manager.observe(from: positions[0]).makeAsyncIterator()
            #expect(await lost.next() == .reset(position: positions[29]))
        }
    }

    @Test("is refused where another process writes") func readOnly() async throws {
        try await bench.filled { _, path in
            let reader = try DataManager.open(at: path, mode: .readOnly, time: bench.time)
            #expect(throws: HistoryError.self) { try reader.observe() }
        }
    }
}
