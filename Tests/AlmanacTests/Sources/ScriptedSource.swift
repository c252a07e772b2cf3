import Almanac
import AlmanacSimulation
import DurableFiles
import Synchronization

/// A source that a test tells what to answer, and that tells the test what it was asked.
final class ScriptedSource: PointSource {
    struct Log: Sendable {
        var requests: [[PointAddress]] = []
        var open = 0
        var openMax = 0
        var openOfDevice: [DeviceID: Int] = [:]
        var openPerDeviceMax = 0
    }

    typealias Script = @Sendable (PointAddress) -> Result<Double, PointSourceError>

    private let time: ManualTime
    private let delay: Duration
    private let script: Script
    private let log = Guarded(Log())
    private let resting = Guarded<Set<DeviceID>>([])

    init(
        time: ManualTime, delay: Duration = .seconds(2),
        script: @escaping Script = { .success(Double($0.number)) }
    ) {
        self.time = time
        self.delay = delay
        self.script = script
    }

    var seen: Log { log.withLock { $0 } }
    var requestCount: Int { seen.requests.count }

    func rest(_ device: DeviceID) { resting.withLock { _ = $0.insert(device) } }
    func isResting(_ device: DeviceID) -> Bool { resting.withLock { $0.contains(device) } }

    func readings(
        of points: [PointAddress], on device: DeviceID
    ) async throws(PointSourceError) -> [PointAnswer] {
        log.withLock { log in
            log.requests.append(points)
            log.open += 1
            log.openOfDevice[device, default: 0] += 1
            log.openMax = max(log.openMax, log.open)
            log.openPerDeviceMax = max(log.openPerDeviceMax, log.openOfDevice[device, default: 0])
        }
        defer {
            log.withLock { log in
                log.open -= 1
                log.openOfDevice[device, default: 0] -= 1
            }
        }
        do { try await time.sleep(until: time.uptime + delay) } catch { throw .cancelled }
        let arrival = time.now
        return points.map { point in
            switch script(point) {
            case .success(let value):
                PointAnswer(
                    PointReading(point: point, value: value, arrival: arrival, dataType: .analog))
            case .failure(let failure): PointAnswer(point, failure: failure)
            }
        }
    }
}
