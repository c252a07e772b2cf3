import ColumnCodec
import DurableFiles
import SegmentStore
import TestSupport
import Testing
import TimeSeriesModel

/// A crash at every operation of creating, importing and merging.
@Suite("Crash while importing") struct ImportCrashTests {
    /// The states that the trace passes through, one of which every crash must leave.
    private func trace(_ storage: SimulatedStorage, note: (Truth) -> Void) throws {
        let store = try Store.open(in: storage)
        note([:])
        try store.importColumns([0: quarterHours(30), 1: quarterHours(20, seed: 2)])
        note(try store.snapshot().everything())
        try store.importColumns([1: quarterHours(40, seed: 3), 2: quarterHours(10)])
        note(try store.snapshot().everything())
        try store.compact()
        note(try store.snapshot().everything())
        store.close()
    }

    @Test("leaves the state before or after, whole, and opens again")
    func everyOperation() throws {
        let dry = SimulatedStorage(seed: 31)
        var states: [Truth] = [[:]]
        try trace(dry) { states.append($0) }
        var crashes = 0
        for number in 1...dry.changeCount {
            for survival in [CrashSurvival.nothing, .everything, .random(UInt64(number))] {
                let storage = SimulatedStorage(seed: 31)
                storage.inject(.crash, atChange: number)
                var acknowledged = 0
                do { try trace(storage) { _ in acknowledged += 1 } } catch {}
                try check(storage.crash(survival), states, acknowledged, "\(survival) at \(number)")
                crashes += 1
            }
        }
        print("\(crashes) crash states of creating, importing and merging")
    }

    private func check(
        _ storage: SimulatedStorage, _ states: [Truth], _ acknowledged: Int, _ what: String
    ) throws {
        if acknowledged > 0 {
            let reader = try Snapshot.open(in: storage)
            #expect(states[acknowledged...].contains(try reader.everything()), "\(what)")
            let report = try reader.verify(deep: true)
            #expect(report.isWhole, "\(what): \(report.damages)")
        }
        let store = try Store.open(in: storage)
        let found = try store.snapshot().everything()
        #expect(states[acknowledged...].contains(found), "\(what): \(found.mapValues(\.count))")
        try store.importColumns([5: quarterHours(3)])
        #expect(try store.snapshot().verify(deep: true).isWhole, "\(what)")
        store.close()
    }
}
