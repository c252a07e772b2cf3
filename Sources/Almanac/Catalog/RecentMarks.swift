import DurableFiles
import Synchronization

/// What changes with every tick: when a device was last heard of, and the newest tick of a log.
///
/// Held in memory: a record a tick would be as much as the samples themselves. After a restart the
/// newest samples of a log, and of the points of a device, take their place.
final class RecentMarks: Sendable {
    /// The marks of one moment.
    struct Marks: Sendable {
        fileprivate var seen: [DeviceID: Timestamp] = [:]
        fileprivate var collected: [TrendLogID: Timestamp] = [:]

        func applied(to device: Device) -> Device {
            var device = device
            if let mark = seen[device.deviceID] {
                device.lastSeen = max(mark, device.lastSeen ?? mark)
            }
            return device
        }

        func applied(to log: TrendLog) -> TrendLog {
            var log = log
            if let id = log.id, let mark = collected[id] {
                log.lastCollected = max(mark, log.lastCollected ?? mark)
            }
            return log
        }
    }

    private let marks = Guarded(Marks())

    var current: Marks { marks.withLock { $0 } }

    /// Neither mark goes back.
    func note(_ device: DeviceID, seenAt time: Timestamp) {
        marks.withLock { $0.seen[device] = max($0.seen[device] ?? time, time) }
    }

    func note(_ log: TrendLogID, collectedAt time: Timestamp) {
        marks.withLock { $0.collected[log] = max($0.collected[log] ?? time, time) }
    }
}
