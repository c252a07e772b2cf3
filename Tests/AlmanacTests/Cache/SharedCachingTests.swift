import DurableFiles
import Synchronization
import TestSupport
import Testing

@testable import Almanac

/// Real threads on the cache and the reads behind it; meant for the thread sanitizer too.
@Suite("SharedCaching") struct SharedCachingTests {
    private static let points = (1...40).flatMap { device in
        (1...20).map { PointAddress(device: DeviceID(device), type: .input, number: $0) }
    }

    @Test("a cache that is told, asked and swept by many threads keeps its invariants")
    func threads() async throws {
        let cache = try RealtimeCache(capacity: 500)
        await withTaskGroup(of: Void.self) { group in
            for worker in 0..<8 as Range<UInt64> {
                group.addTask {
                    var random = SplitMix64(seed: worker)
                    for step in 0..<5_000 { SharedCachingTests.act(on: cache, step, &random) }
                }
            }
        }
        cache.checkInvariants()
        let stats = cache.stats()
        #expect(stats.totalPoints <= 500 && stats.evictionCount > 0)
    }

    private static func act(on cache: RealtimeCache, _ step: Int, _ random: inout SplitMix64) {
        let point = points.randomElement(using: &random)!
        switch step % 50 {
        case 0: _ = cache.stats()
        case 1: _ = cache.cachedValues(of: point.device)
        case 2: cache.evictStaleValues()
        case 3..<20:
            cache.cache(
                RealtimeValue(
                    point: point, value: Double(point.number), timestamp: SystemTime().now,
                    dataType: .analog))
        default:
            if let held = cache.cachedValue(of: point) {
                #expect(held.value.point == point && held.value.value == Double(point.number))
            }
        }
    }

    /// Answers after a few turns of the scheduler, and fails at times.
    private struct BusySource: PointSource {
        let openOfDevice = Counter()

        func readings(
            of points: [PointAddress], on device: DeviceID
        ) async throws(PointSourceError) -> [PointAnswer] {
            openOfDevice.change(device, by: 1)
            defer { openOfDevice.change(device, by: -1) }
            for _ in 0..<3 { await Task.yield() }
            if device == 13 { throw .timeout("nobody there") }
            let arrival = SystemTime().now
            return points.map {
                PointAnswer(
                    PointReading(
                        point: $0, value: Double($0.number), arrival: arrival, dataType: .analog))
            }
        }
    }

    private final class Counter: Sendable {
        private let open = Guarded<[DeviceID: Int]>([:])
        private let peak = Guarded<Int>(0)
        var max: Int { peak.withLock { $0 } }

        func change(_ device: DeviceID, by step: Int) {
            let now = open.withLock { open in
                open[device, default: 0] += step
                return open[device, default: 0]
            }
            peak.withLock { $0 = Swift.max($0, now) }
        }
    }

    @Test("callers that come and go get an answer each, and leave nothing behind")
    func callers() async throws {
        let source = BusySource()
        let cache = try RealtimeCache()
        let gate = try DeviceGate(limits: .init(open: 4))
        let reader = try CurrentValueReader(
            cache: cache, source: QueuedSource(source, gate: gate),
            configuration: .init(timeToLive: .zero))
        let codes = await withTaskGroup(of: [HistoryError.Code?].self) { group in
            for worker in 0..<50 as Range<UInt64> {
                group.addTask { await SharedCachingTests.ask(reader, 200, seed: worker) }
            }
            return await group.reduce(into: []) { $0 += $1 }
        }
        #expect(codes.count == 10_000)
        #expect(Set(codes) == [nil, .cancelled, .deviceTimeout])
        while reader.wantedCount > 0 || gate.openCount > 0 { await Task.yield() }
        #expect(gate.waitingCount == 0 && source.openOfDevice.max == 1)
        cache.checkInvariants()
    }

    private static func ask(
        _ reader: CurrentValueReader, _ count: Int, seed: UInt64
    ) async -> [HistoryError.Code?] {
        var random = SplitMix64(seed: seed)
        var codes: [HistoryError.Code?] = []
        for _ in 0..<count {
            let point = points.randomElement(using: &random)!
            let caller = Task { () -> HistoryError.Code? in
                do throws(HistoryError) {
                    let current = try await reader.currentValue(of: point)
                    return current.value.value == Double(point.number)
                        ? nil : HistoryError.Code.damaged
                } catch {
                    return error.code
                }
            }
            if random.once(in: 5) { caller.cancel() }
            codes.append(await caller.value)
        }
        return codes
    }
}
