public import Almanac

/// A site on virtual time: panels that are polled into the cache, their history stored at every
/// interval, and people who ask for one point after the other.
///
/// A day of it shows what the cache is good for, and what a site of that size takes.
public struct SimulatedSite: Sendable {
    public struct Plan: Sendable {
        public var deviceCount = 20
        /// A quarter outputs, a third inputs, the rest variables.
        public var pointsPerDevice = 98
        public var replies = SimulatedSource.Replies()
        /// Points of one request.
        public var pointsPerRequest = 25
        public var pollInterval: Duration = .seconds(30)
        /// A multiple of the poll's.
        public var historyInterval: Duration = .seconds(900)
        public var visitorCount = 100
        public var visitInterval: Duration = .seconds(10)
        public var length: Duration = .seconds(86_400)
        /// Devices that do not answer for a while, counted from the start.
        public var silences: [DeviceID: Range<Duration>] = [:]
        /// The number of requests to devices that may be under way.
        public var openRequests = 10

        public init() {}
    }

    public let plan: Plan
    public let devices: [DeviceID]
    let values = SimulatedValues.panels()
    let source: QueuedSource
    let world: VirtualRun

    /// - Throws: `HistoryError` `invalidParameter` if the plan lets no request through.
    public init(_ plan: Plan, on world: VirtualRun) throws(HistoryError) {
        self.plan = plan
        self.world = world
        devices = (0..<plan.deviceCount).map { DeviceID(UInt32(1001 + $0)) }
        let start = world.time.now
        let faults = plan.silences.map { device, span in
            SimulatedFault(
                .silent, device: device,
                during: TimeRange(from: start + span.lowerBound, to: start + span.upperBound)!)
        }
        source = QueuedSource(
            SimulatedSource(
                values: values, time: world.time, replies: plan.replies, faults: faults),
            gate: try DeviceGate(limits: .init(open: plan.openRequests)))
    }

    /// The queue of requests to devices.
    public var gate: DeviceGate { source.gate }

    /// The points of a device, by kind and number.
    public func points(of device: DeviceID) -> [PointAddress] {
        let outputs = plan.pointsPerDevice / 4
        let inputs = plan.pointsPerDevice / 3
        let variables = plan.pointsPerDevice - outputs - inputs
        return [(PointType.output, outputs), (.input, inputs), (.variable, variables)].flatMap {
            type, count in
            (0..<count).map {
                PointAddress(device: device, type: type, number: UInt32($0 + 1))
            }
        }
    }

    /// Opens a store for the site and makes its devices and points known.
    ///
    /// - Parameter path: the store's folder.
    public func open(at path: String) async throws -> DataManager {
        let manager = try DataManager.open(
            at: path, time: world.time, source: source, executor: world.executor)
        for device in devices {
            try await manager.upsert(
                Device(deviceID: device, deviceName: "panel\(device.rawValue)"))
        }
        let all = devices.flatMap(points(of:))
        for start in stride(from: 0, to: all.count, by: 10_000) {
            let part = all[start..<min(start + 10_000, all.count)]
            try await manager.upsert(part.map(monitoringPoint(_:)))
        }
        return manager
    }

    private func monitoringPoint(_ point: PointAddress) -> MonitoringPoint {
        MonitoringPoint(
            address: point, pointName: "\(point.type.rawValue)-\(point.number)",
            dataType: point.type == .output ? .digital : .analog)
    }
}

extension SimulatedSite {
    /// Lets the plan's time go by.
    ///
    /// - Parameter manager: one that ``open(at:)`` gave.
    public func run(_ manager: DataManager) async throws -> SiteReport {
        try await withThrowingTaskGroup(of: SiteReport.self) { group in
            for (index, device) in devices.enumerated() {
                group.addTask(executorPreference: world.executor) {
                    var poll = SitePoll(site: self, manager: manager, device: device, index: index)
                    return try await poll.run()
                }
            }
            for visitor in 0..<plan.visitorCount {
                group.addTask(executorPreference: world.executor) {
                    await SiteVisitor(site: self, manager: manager, number: visitor).run()
                }
            }
            var report = SiteReport()
            for try await part in group { report.add(part) }
            return report
        }
    }

    /// Reads all of the history that a run stored and compares it with what the run has said.
    ///
    /// - Returns: the devices of which something is missing, too much or different.
    public func devicesWithWrongHistory(
        _ manager: DataManager, _ report: SiteReport
    ) throws(HistoryError) -> [DeviceID] {
        let range = TimeRange(from: Timestamp(milliseconds: 0), to: world.time.now + plan.length)!
        var wrong: [DeviceID] = []
        for device in devices {
            var found = StoredHistory()
            for point in points(of: device) {
                for sample in try manager.samples(of: point, in: range) {
                    found.add(point, sample.time, sample.value)
                }
            }
            if found != report.history[device, default: StoredHistory()] { wrong.append(device) }
        }
        return wrong
    }
}
