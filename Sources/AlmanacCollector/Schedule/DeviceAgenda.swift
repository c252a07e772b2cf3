internal import Almanac
internal import BACnetMessages
internal import BuildingModel
internal import TimeSeriesModel

/// The points of one device that are collected now, and how often: plan and catalog together.
struct DeviceAgenda: Hashable, Sendable {
    var device: CollectedDevice
    var isActive = true
    /// In ascending order of their addresses.
    var points: [CollectedPoint] = []
    /// Intervals of each point, ascending; a point of two logs has two.
    var intervals: [PointAddress: [Duration]] = [:]
    /// Points that are not collected, with the reason and their interval.
    var disabled: [PointAddress: Disabled] = [:]
    /// Active trend logs by their interval.
    var logs: [Duration: [TrendLogID]] = [:]

    struct Disabled: Hashable, Sendable {
        var reason: GapReason
        var interval: Duration
    }

    init(device: CollectedDevice) { self.device = device }

    /// All intervals at which something is stored, ascending.
    var allIntervals: [Duration] { Set(intervals.values.joined()).sorted() }

    /// The points that a tick of an interval reads. A point that has a shorter interval too is left
    /// to that one if both have the tick, so that it is read and stored once.
    func points(at tick: Timestamp, of interval: Duration) -> [CollectedPoint] {
        points.filter { point in
            let own = intervals[point.address] ?? []
            guard own.contains(interval) else { return false }
            return !own.contains { $0 < interval && tick.isOnGrid(of: $0) }
        }
    }

    /// The points that the realtime poll of a tick reads: those that no tick of the history reads at
    /// the same time or more often.
    func realtimePoints(at tick: Timestamp, of interval: Duration) -> [CollectedPoint] {
        points.filter { point in
            let own = intervals[point.address] ?? []
            return !own.contains { $0 <= interval || tick.isOnGrid(of: $0) }
        }
    }

    /// The shortest interval of a point.
    func interval(of point: PointAddress) -> Duration? {
        intervals[point]?.first ?? disabled[point]?.interval
    }
}

extension Timestamp {
    func isOnGrid(of interval: Duration) -> Bool { milliseconds % interval.milliseconds == 0 }
}

extension DeviceAgenda {
    /// Reads what the catalog has of a device.
    ///
    /// The catalog wins over the plan: whether device, point and log are active, the intervals of
    /// active logs, and the bindings of points.
    ///
    /// - Parameters:
    ///   - device: as the plan has it.
    ///   - planned: the plan's points of the device.
    ///   - history: one state of the history.
    ///   - standard: the interval of points for which nothing states one.
    init(
        of device: CollectedDevice, planned: [PointAddress: CollectedPoint],
        in history: some HistoryReading, standard: Duration
    ) throws(HistoryError) {
        self.init(device: device)
        guard let known = try history.device(device.id) else {
            isActive = false
            return
        }
        isActive = known.isActive
        let logIntervals = try DeviceAgenda.logIntervals(of: device.id, in: history, &logs)
        for known in try history.points(of: device.id) {
            let profile = try history.profile(of: known.address)
            guard
                let point = DeviceAgenda.point(
                    known, profile, planned[known.address])
            else { continue }
            let ofLogs = logIntervals.active[known.address] ?? []
            let own = ofLogs.isEmpty ? [point.interval ?? standard] : ofLogs.sorted()
            if !isActive || !known.isActive {
                disabled[known.address] = Disabled(reason: .pointDisabled, interval: own[0])
            } else if ofLogs.isEmpty, let paused = logIntervals.inactive[known.address] {
                disabled[known.address] = Disabled(reason: .logDisabled, interval: paused)
            } else {
                points.append(point)
                intervals[known.address] = own
            }
        }
    }

    private struct LogIntervals {
        var active: [PointAddress: Set<Duration>] = [:]
        var inactive: [PointAddress: Duration] = [:]
    }

    private static func logIntervals(
        of device: DeviceID, in history: some HistoryReading, _ logs: inout [Duration: [TrendLogID]]
    ) throws(HistoryError) -> LogIntervals {
        var found = LogIntervals()
        for log in try history.trendLogs(of: device) {
            guard let id = log.id else { continue }
            if log.isActive { logs[log.interval, default: []].append(id) }
            for item in try history.items(of: id) {
                if log.isActive, item.isActive {
                    found.active[item.point, default: []].insert(log.interval)
                } else {
                    found.inactive[item.point] = log.interval
                }
            }
        }
        return found
    }

    /// The point as it is read; nil if neither catalog nor plan knows its object.
    private static func point(
        _ known: MonitoringPoint, _ profile: PointProfile, _ planned: CollectedPoint?
    ) -> CollectedPoint? {
        let bound = profile.binding.flatMap { ObjectIdentifier(binding: $0.object) }
        guard let object = bound ?? planned?.object else { return nil }
        return CollectedPoint(
            address: known.address, name: known.pointName, description: known.description,
            object: object, unitCode: known.unitCode, unitSymbol: known.unitSymbol,
            dataType: known.dataType, profile: profile,
            interval: profile.binding?.interval ?? planned?.interval,
            mode: profile.binding?.mode ?? planned?.mode ?? .poll)
    }
}

extension ObjectIdentifier {
    /// Reads `analog-input:1`, `analog-input,1`, and a type that has only a number: `128:1`.
    fileprivate init?(binding text: String) {
        let parts = text.split(whereSeparator: { $0 == ":" || $0 == "," })
        guard parts.count == 2, let instance = UInt32(parts[1]) else { return nil }
        let name = String(parts[0])
        let number =
            ObjectType.names.first { $0.value == name }?.key
            ?? UInt16(name.split(separator: " ").last ?? "")
        guard let number else { return nil }
        self.init(type: ObjectType(rawValue: number), instance: instance)
    }
}
