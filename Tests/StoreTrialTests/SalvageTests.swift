import ColumnCodec
import DurableFiles
import Foundation
import SegmentStore
import TestSupport
import Testing
import TimeSeriesModel

@Suite("A damaged log, salvaged") struct SalvageTests {
    private static let tickCount = 30

    /// Ticks of all points with late ones that replace, killed before any flush.
    private func killed(_ seed: UInt64) throws -> (SimulatedStorage, [TraceState]) {
        let storage = SimulatedStorage(seed: seed)
        let store = try Store.open(in: storage)
        _ = try StoreTrace.define(store)
        try store.importColumns([0: quarterHours(50, from: newYear2025 + 364 * 86_400_000)])
        var state = TraceState()
        state.samples = try store.snapshot().everything()
        var states = [state]
        var generator = TraceGenerator(seed: seed)
        for _ in 0..<SalvageTests.tickCount {
            guard case .append(let batch, _, let rule) = generator.append() else { continue }
            _ = try store.append(batch, onConflict: rule)
            state.apply(.append(batch, .durable, rule))
            states.append(state)
        }
        return (storage.kill(), states)
    }

    @Test("keeps what is in front of a lost record and behind it, counts it, and notes the gap")
    func oneHole() throws {
        var salvagedCount = 0
        for seed in 1...40 as ClosedRange<UInt64> {
            let (storage, states) = try killed(seed)
            let log = try #require(storage.list(StoreLayout.logFolder).last.map { "log/" + $0 })
            let end = try #require(storage.files[log]?.lastIndex { $0 != 0 })
            var random = SplitMix64(seed: seed)
            let place = Int.random(in: 1024..<end, using: &random)
            #expect(storage.flipBit(Int.random(in: 0...7, using: &random), ofByte: place, of: log))
            var options = StoreOptions()
            guard (try? Store.open(in: storage)) == nil else { continue }
            salvagedCount += 1
            options.salvagesDamagedLog = true
            let store = try Store.open(in: storage, options: options)
            let snapshot = store.snapshot()
            let found = try snapshot.everything()
            #expect(snapshot.sampleCount == found.values.reduce(0) { $0 + $1.count })
            // Every sample is one that was there at some time; only one batch is missing.
            let all = states[states.count - 1].samples
            let missing = all.reduce(0) { sum, item in
                sum + item.value.count { found[item.key]?[$0.key] == nil }
            }
            #expect(missing <= 9, "seed \(seed)")
            for (index, samples) in found {
                for (time, sample) in samples {
                    #expect(states.contains { $0.samples[index]?[time] == sample })
                }
            }
            let gaps = try snapshot.journal(in: .all)
            #expect(gaps.map(\.kind) == [.gap], "seed \(seed)")
            #expect(gaps[0].text.contains("\"reason\":\"damaged\",\"file\":\"\(log)\""))
            store.close()
            #expect(try storage.list(StoreLayout.quarantineFolder) == [String(log.dropFirst(4))])
            let again = try Store.open(in: storage)
            #expect(try again.snapshot().everything() == found)
            #expect(try again.snapshot().verify(deep: true).isWhole)
            again.close()
        }
        // The last record of a log may be torn off without anybody having been promised anything.
        #expect(salvagedCount > 20)
    }

    @Test("gives the number of a series whose definition is lost to no other point")
    func lostDefinition() throws {
        let storage = SimulatedStorage(seed: 9)
        let store = try Store.open(in: storage)
        let series = try StoreTrace.define(store)
        for tick in 0..<5 {
            var batch = SampleBatch()
            batch.append(series[2], time: newYear2025 + Int64(tick), value: 1)
            _ = try store.append(batch)
        }
        let killed = storage.kill()
        let log = try killed.list(StoreLayout.logFolder).map { "log/" + $0 }[0]
        #expect(killed.flipBit(1, ofByte: 1024 + 30, of: log))
        var options = StoreOptions()
        options.salvagesDamagedLog = true
        let salvaged = try Store.open(in: killed, options: options)
        #expect(salvaged.snapshot().sampleCount == 5)
        let others = try StoreTrace.define(salvaged)
        #expect(others.allSatisfy { $0 > series[2] })
        #expect(try salvaged.snapshot().latestSample(of: others[0]) == nil)
    }
}
