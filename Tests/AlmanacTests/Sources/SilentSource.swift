import Almanac
import Synchronization

/// Devices that do not answer, some of which rest.
final class SilentSource: PointSource {
    private let resting = Mutex<Set<DeviceID>>([])

    func setResting(_ device: DeviceID) { resting.withLock { _ = $0.insert(device) } }

    func isResting(_ device: DeviceID) -> Bool { resting.withLock { $0.contains(device) } }

    func readings(
        of points: [PointAddress], on device: DeviceID
    ) async throws(PointSourceError) -> [PointAnswer] {
        throw .timeout("nobody answers")
    }
}
