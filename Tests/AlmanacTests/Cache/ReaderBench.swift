import Almanac
import AlmanacSimulation
import Synchronization

/// A reader with everything around it, on virtual time.
final class ReaderBench: Sendable {
    let world = VirtualRun()
    let cache: RealtimeCache
    let source: ScriptedSource
    let gate: DeviceGate
    let reader: CurrentValueReader

    init(
        staleService: StaleService = .onFailure, pointsWanted: Int = 10_000,
        script: @escaping ScriptedSource.Script = { .success(Double($0.number)) }
    ) throws {
        cache = try RealtimeCache(time: world.time)
        source = ScriptedSource(time: world.time, script: script)
        gate = try DeviceGate(limits: .init(open: 3))
        reader = try CurrentValueReader(
            cache: cache, source: QueuedSource(source, gate: gate),
            configuration: .init(staleService: staleService, pointsWanted: pointsWanted),
            executor: world.executor)
    }

    /// A caller of its own.
    func ask(
        _ point: PointAddress, maxAge: Duration? = nil
    ) -> Task<Result<CurrentValue, HistoryError>, Never> {
        Task(executorPreference: world.executor) {
            do throws(HistoryError) {
                return .success(try await self.reader.currentValue(of: point, maxAge: maxAge))
            } catch {
                return .failure(error)
            }
        }
    }

    /// Puts a value into the cache, and tells its stamp.
    @discardableResult func hold(_ point: PointAddress, _ value: Double) -> Timestamp {
        let stamp = world.time.now
        cache.cache(
            RealtimeValue(point: point, value: value, timestamp: stamp, dataType: .analog))
        return stamp
    }

    /// Nothing is left of what was asked.
    var isIdle: Bool {
        world.runReady()
        return gate.openCount == 0 && gate.waitingCount == 0 && reader.wantedCount == 0
    }
}

extension Result where Failure == HistoryError {
    /// `nil` for a success.
    var code: HistoryError.Code? {
        if case .failure(let error) = self { error.code } else { nil }
    }
}
