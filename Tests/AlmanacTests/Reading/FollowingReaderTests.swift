import Almanac
import AlmanacSimulation
import Foundation
import TestSupport
import Testing

/// A manager that only reads once stayed at the state of its opening until `refresh()` was called.
@Suite("DataManager, reading beside a writer") struct FollowingReaderTests {
    private let bench = ManagerBench(at: "2026-03-01T12:00Z")

    private func sample(_ minute: Int) -> PointSample {
        PointSample(
            point: bench.supply, value: Double(minute),
            at: Timestamp(
                milliseconds: Timestamp("2026-02-01")!.milliseconds + Int64(minute) * 60_000))
    }

    private func count(_ manager: DataManager) throws -> Int {
        try manager.samples(of: bench.supply, in: .all).count
    }

    @Test("sees each commit within a second, without a call, and looks twice a second at most")
    func follows() async throws {
        try await bench.filled { writer, path in
            let reader = try DataManager.open(at: path, mode: .readOnly, time: bench.time)
            try await writer.store([sample(0)])
            #expect(try count(reader) == 0, "it has just looked")
            bench.time.advance(by: .milliseconds(499))
            #expect(try count(reader) == 0)
            bench.time.advance(by: .milliseconds(1))
            #expect(try count(reader) == 1)
            let held = reader.snapshot()
            for round in 1...3 {
                try await writer.store([sample(round)])
                bench.time.advance(by: .seconds(1))
                #expect(try count(reader) == 1 + round)
            }
            try await writer.flush()
            try await writer.upsert(Device(deviceID: 1203, deviceName: "AHU3"))
            try await writer.record(Event(at: bench.time.now, .info, kind: "test", "seen"))
            bench.time.advance(by: .seconds(1))
            #expect(try reader.device(1203)?.deviceName == "AHU3")
            #expect(try reader.events(in: .all, kind: "test").count == 1)
            #expect(try count(reader) == 4)
            try await writer.delete(of: bench.supply, in: .all)
            try await writer.compact()
            bench.time.advance(by: .seconds(1))
            #expect(try count(reader) == 0)
            #expect(try held.samples(of: bench.supply, in: .all).count == 1)
            #expect(try held.device(1203) == nil)
        }
    }

    /// The cache was filled once, and stayed at the samples of the first question.
    @Test("holds the newest samples of each commit in its cache") func cachedValues() async throws {
        try await bench.filled { writer, path in
            try await writer.store([sample(0)])
            let reader = try DataManager.open(at: path, mode: .readOnly, time: bench.time)
            #expect(reader.cachedValue(of: bench.supply)?.value == 0)
            for round in 1...3 {
                try await writer.store([sample(round)])
                bench.time.advance(by: .seconds(1))
                #expect(reader.cachedValue(of: bench.supply)?.value == Double(round))
                let values = reader.cachedValues(of: bench.supply.device)
                #expect(values.first { $0.point == bench.supply }?.value == Double(round))
            }
            try await writer.store([sample(4)])
            try reader.refresh()
            let current = try await reader.currentValue(of: bench.supply)
            #expect(current.value.value == 4 && current.origin == .cache)
            await reader.close()
        }
    }

    @Test("goes on with what it has while the store cannot be read, and says so once")
    func missing()
        async throws
    {
        try await awaitingTemporaryFolder { folder in
            let path = folder + "/s"
            let writer = try bench.open(path)
            try await bench.define(in: writer)
            try await writer.store([sample(0)])
            await writer.close()
            let reader = try DataManager.open(at: path, mode: .readOnly, in: bench.surroundings)
            for name in ["MANIFEST", "MANIFEST.2"] { try rename(path, name, to: name + ".gone") }
            for _ in 0..<3 {
                bench.time.advance(by: .seconds(1))
                #expect(try count(reader) == 1)
            }
            let said = bench.log.lines.filter { $0.message.contains("cannot be read anew") }
            #expect(said.count == 1)
            #expect(throws: HistoryError.self) { try reader.refresh() }
            for name in ["MANIFEST", "MANIFEST.2"] { try rename(path, name + ".gone", to: name) }
            let again = try bench.open(path)
            try await again.store([sample(1)])
            bench.time.advance(by: .seconds(1))
            #expect(try count(reader) == 2)
            await again.close()
        }
    }

    private func rename(_ folder: String, _ name: String, to other: String) throws {
        try FileManager.default.moveItem(atPath: folder + "/" + name, toPath: folder + "/" + other)
    }
}
