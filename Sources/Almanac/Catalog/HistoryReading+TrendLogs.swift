import SegmentStore

/// A trend log at a glance.
public struct TrendLogSummary: Hashable, Sendable {
    public var log: TrendLog
    public var itemCount: Int
    /// Of all its items, at its interval.
    public var samplesPerDay: Double
    /// ``TrendLog/interval`` once for each item: the time between two samples if they were taken one
    /// after the other.
    public var totalInterval: Duration
}

/// A point and how many active trend logs collect it.
public struct PointUsage: Hashable, Sendable {
    public var point: MonitoringPoint
    public var logCount: Int
}

extension HistoryReading {
    /// Returns a trend log; nil if it is not known.
    ///
    /// When it was last collected follows from its points' newest samples, as far as they can be
    /// read.
    public func trendLog(_ id: TrendLogID) throws(HistoryError) -> TrendLog? {
        try read { (view) throws(HistoryError) in
            try view.storedLog(id).map { view.marks.applied(to: view.trendLog($0, id)) }
        }
    }

    /// Returns the trend logs of a device, or of all, by number.
    ///
    /// - Throws: `unknownDevice`.
    public func trendLogs(
        of device: DeviceID? = nil, activeOnly: Bool = false
    ) throws(HistoryError) -> [TrendLog] {
        try read { (view) throws(HistoryError) in
            if let device { try view.require(device) }
            let marks = view.marks
            return try view.storedLogs(of: device, activeOnly: activeOnly).map {
                marks.applied(to: view.trendLog($0.log, $0.id))
            }
        }
    }

    /// Returns the trend logs that are collected, of a device or of all, by number.
    ///
    /// - Throws: `unknownDevice`.
    public func activeTrendLogs(of device: DeviceID? = nil) throws(HistoryError) -> [TrendLog] {
        try trendLogs(of: device, activeOnly: true)
    }

    /// Returns the points of a trend log, by slot.
    ///
    /// - Throws: `unknownTrendLog`.
    public func items(of log: TrendLogID) throws(HistoryError) -> [TrendLogItem] {
        try read { (view) throws(HistoryError) in
            guard let stored = try view.storedLog(log) else { throw HistoryError.unknown(log) }
            return stored.items(of: log)
        }
    }

    /// Returns the active points of a device and how many active trend logs collect each.
    ///
    /// - Throws: `unknownDevice`.
    public func activePointUsage(of device: DeviceID) throws(HistoryError) -> [PointUsage] {
        try read { (view) throws(HistoryError) in
            let index = try view.context.logIndex.content(of: view)
            var found: [PointUsage] = []
            for point in try view.points(of: device, activeOnly: true) {
                var count = 0
                for id in index.logs(of: point.address) {
                    guard let log = try view.storedLog(id), log.inactive != true else { continue }
                    count += log.items(of: id).count { $0.isActive && $0.point == point.address }
                }
                found.append(PointUsage(point: point, logCount: count))
            }
            return found
        }
    }

    /// Returns the trend logs of a device with their items counted, by number.
    ///
    /// - Throws: `unknownDevice`.
    public func trendLogSummaries(
        of device: DeviceID
    ) throws(HistoryError) -> [TrendLogSummary] {
        try read { (view) throws(HistoryError) in
            var summaries: [TrendLogSummary] = []
            for log in try view.trendLogs(of: device) {
                guard let id = log.id else { continue }
                let count = try view.items(of: id).count
                let perDay = 86_400_000 / Double(log.interval.milliseconds)
                summaries.append(
                    TrendLogSummary(
                        log: log, itemCount: count, samplesPerDay: perDay * Double(count),
                        totalInterval: log.interval * count))
            }
            return summaries
        }
    }
}

extension HistorySnapshot {
    func storedLog(_ id: TrendLogID) throws(HistoryError) -> StoredLog? {
        try documents.value(DocumentKey.log(id), in: catalog, as: StoredLog.self)
    }

    /// The trend logs of a device, or of all, by number. Reads no sample.
    fileprivate func storedLogs(
        of device: DeviceID? = nil, activeOnly: Bool
    ) throws(HistoryError) -> [(id: TrendLogID, log: StoredLog)] {
        var found: [(id: TrendLogID, log: StoredLog)] = []
        let logs =
            if let device { try context.logIndex.content(of: self).logs(of: device) } else {
                try logIDs
            }
        for id in logs {
            guard let log = try storedLog(id), log.inactive != true || !activeOnly else {
                continue
            }
            found.append((id, log))
        }
        return found
    }

    fileprivate func trendLog(_ stored: StoredLog, _ id: TrendLogID) -> TrendLog {
        var log = stored.trendLog(id)
        for item in stored.items {
            // Which log collects a point must be known also if samples are damaged.
            guard let point = PointAddress(item.point),
                let newest = try? latestValue(of: point)?.time
            else { continue }
            log.lastCollected = max(newest, log.lastCollected ?? newest)
        }
        return log
    }

    /// Numbers are given in turn, so that no read looks among the documents of all points.
    var logIDs: [TrendLogID] {
        get throws(HistoryError) {
            let settings = try documents.value(
                DocumentKey.settings, in: catalog, as: StoredSettings.self)
            return (1..<(settings ?? StoredSettings()).nextLog).map(TrendLogID.init(rawValue:))
        }
    }
}

extension StoredLog {
    func trendLog(_ id: TrendLogID) -> TrendLog {
        TrendLog(
            id: id, deviceID: DeviceID(device), trendLogName: name, interval: .milliseconds(ms),
            maxPoints: max, isActive: inactive != true,
            createdAt: Timestamp(rawValue: made), updatedAt: Timestamp(rawValue: changed))
    }

    fileprivate func items(of log: TrendLogID) -> [TrendLogItem] {
        items.compactMap { item in
            PointAddress(item.point).map {
                TrendLogItem(
                    trendLogID: log, point: $0, pointOrder: item.slot,
                    isActive: item.inactive != true, createdAt: Timestamp(rawValue: item.made))
            }
        }.sorted { $0.pointOrder < $1.pointOrder }
    }
}
