import Almanac
import AlmanacSimulation
import DurableFiles
import Foundation
import TestSupport
import Testing

@Suite("A full disk") struct FullDiskTests {
    private let bench = ManagerBench(at: "2026-03-01T12:00Z")

    /// A service that had been killed could not be started while its disk was full, so that not even
    /// its history could be read.
    @Test("after a kill lets a manager open and answer, and store once there is room")
    func opening() async throws {
        let storage = SimulatedStorage()
        var surroundings = bench.surroundings
        surroundings.storage = storage
        let first = try DataManager.open(
            at: "simulated", configuration: .with { $0.diskReserveByteCount = 0 },
            in: surroundings)
        try await bench.define(in: first)
        try await first.store([PointSample(bench.supply, 1, "2026-02-01")])
        let killed = SimulatedStorage(disk: storage.disk.afterCrash(.everything))
        killed.setCapacity(0)
        surroundings.storage = killed
        let second = try DataManager.open(
            at: "simulated", configuration: .with { $0.diskReserveByteCount = 0 },
            in: surroundings)
        #expect(try second.samples(of: bench.supply, in: .all).count == 1)
        let next = PointSample(bench.supply, 2, "2026-02-02")
        let refusal = await #expect(throws: HistoryError.self) { try await second.store([next]) }
        #expect(refusal?.code == .diskFull)
        killed.setCapacity(1 << 30)
        try await second.store([next])
        #expect(try second.samples(of: bench.supply, in: .all).count == 2)
        await second.close()
        await first.close()
    }
}
