internal import BACnetIP
internal import BuildingModel
internal import TimeSeriesModel

/// When the logs of each device are read: at the start, when a device is back, and again before a
/// quarter of a buffer is new. A value that is given events and returns the devices to read now.
struct BackfillAgenda: Sendable {
    /// A pass that is to begin.
    struct Pass: Hashable, Sendable {
        var device: DeviceID
        /// True to look at logs without new records too.
        var verifies: Bool
    }

    /// Passes at a time: the polls of other devices go on beside them.
    static let openCountMax = 4
    /// The pause after a pass that failed; a device that comes back is read at once.
    static let failurePause: Duration = .seconds(300)

    private let settings: BackfillSettings
    private var deadlines = DeadlineHeap<DeviceID>()
    private var due: [DeviceID: Duration] = [:]
    private var waiting: [DeviceID] = []
    private var open: Set<DeviceID> = []
    /// Devices whose next pass looks at all logs.
    private var verifies: Set<DeviceID> = []
    /// Devices that came back while a pass over them was under way.
    private var again: Set<DeviceID> = []

    init(_ settings: BackfillSettings) { self.settings = settings }

    var nextDeadline: Duration? { deadlines.next }
    /// When the next pass over a device is due; nil while one waits or is under way.
    func nextDue(of device: DeviceID) -> Duration? { due[device] }

    /// A device is collected from now on, or is back after an outage.
    mutating func begin(_ device: DeviceID) -> [Pass] {
        guard settings.isEnabled else { return [] }
        verifies.insert(device)
        guard !open.contains(device) else {
            again.insert(device)
            return []
        }
        return enqueue(device)
    }

    mutating func passTime(to now: Duration) -> [Pass] {
        var passes: [Pass] = []
        for device in deadlines.takeDue(at: now) { passes += enqueue(device) }
        return passes
    }

    /// A pass has ended.
    mutating func finish(_ report: BackfillReport, at now: Duration) -> [Pass] {
        let device = report.device
        open.remove(device)
        if again.remove(device) != nil { return enqueue(device) + advance() }
        if !report.isComplete { verifies.insert(device) }
        let pause =
            report.isComplete ? report.pause(settings) : BackfillAgenda.failurePause
        due[device] = now + pause
        deadlines.set(now + pause, of: device)
        return advance()
    }

    private mutating func enqueue(_ device: DeviceID) -> [Pass] {
        due[device] = nil
        deadlines.set(nil, of: device)
        if !waiting.contains(device) { waiting.append(device) }
        return advance()
    }

    private mutating func advance() -> [Pass] {
        var passes: [Pass] = []
        while open.count < BackfillAgenda.openCountMax, !waiting.isEmpty {
            let device = waiting.removeFirst()
            open.insert(device)
            passes.append(
                Pass(device: device, verifies: verifies.remove(device) != nil))
        }
        return passes
    }
}
