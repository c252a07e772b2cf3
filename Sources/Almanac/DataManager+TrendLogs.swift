import SegmentStore

extension DataManager {
    /// Makes a trend log known, or changes it. Its key is its number, else device and name; a new
    /// one gets a number. The same again changes nothing.
    ///
    /// - Parameters:
    ///   - log: as it is to be; without an interval of its own a new one gets
    ///     `default_trend_interval_seconds`, and a known one keeps what it has.
    ///   - author: recorded with the change in the audit trail.
    /// - Returns: the log as it is stored.
    /// - Throws: `unknownDevice`, `unknownTrendLog` for a number that no log has; `invalidParameter`
    ///   for an empty name, an interval outside 1 s to 24 h, or `maxPoints` below 1.
    @discardableResult
    public func upsert(
        _ log: TrendLog, by author: Author = .program
    ) async throws(HistoryError) -> TrendLog {
        try DataManager.check(log)
        let standardInterval = configuration.defaultTrendInterval.milliseconds
        return try await edit { (edit) throws(HistoryError) in
            guard edit.catalog.name(of: log.deviceID) != nil else {
                throw HistoryError(
                    .unknownDevice, "device \(log.deviceID.rawValue) is not known",
                    parameter: "deviceID")
            }
            let id = try edit.number(of: log)
            let key = DocumentKey.log(id)
            let known = try edit.value(key, as: StoredLog.self)
            let now = edit.now.rawValue
            var stored = StoredLog(
                device: log.deviceID.rawValue, name: log.trendLogName,
                ms: log.statedInterval?.milliseconds ?? known?.ms ?? standardInterval,
                max: log.maxPoints,
                inactive: log.isActive ? nil : true,
                made: known?.made ?? now, changed: known?.changed ?? now,
                items: known?.items ?? [])
            if stored != known {
                stored.changed = now
                try edit.set(stored, id)
                try edit.audit(
                    "upsertTrendLog", by: author, device: log.deviceID,
                    from: known?.audited(id), to: stored.audited(id))
            }
            return stored.trendLog(id)
        }
    }

    private static func check(_ log: TrendLog) throws(HistoryError) {
        guard !log.trendLogName.isEmpty else {
            throw HistoryError(
                .invalidParameter, "an empty name found", parameter: "trendLogName")
        }
        guard log.interval >= .seconds(1), log.interval <= .seconds(86_400) else {
            throw HistoryError(
                .invalidParameter, "an interval of \(log.interval) found, 1 s to 24 h expected",
                parameter: "interval")
        }
        guard log.maxPoints >= 1 else {
            throw HistoryError(
                .invalidParameter, "maxPoints \(log.maxPoints) found, 1 or more expected",
                parameter: "maxPoints")
        }
    }

    /// Replaces the items of a trend log at once. The same again changes nothing.
    ///
    /// - Throws: `unknownTrendLog`, `unknownPoint`; `invalidParameter` for a slot above 13, or a
    ///   slot or point that stands twice.
    public func replaceItems(
        of log: TrendLogID, with items: [TrendLogItem], by author: Author = .program
    ) async throws(HistoryError) {
        var slots: Set<UInt8> = []
        var points: Set<PointAddress> = []
        for item in items {
            guard item.pointOrder < TrendLogItem.slotCount else {
                throw HistoryError(
                    .invalidParameter, "slot \(item.pointOrder) found, 0 to 13 expected",
                    parameter: "items")
            }
            guard slots.insert(item.pointOrder).inserted, points.insert(item.point).inserted else {
                throw HistoryError(
                    .invalidParameter,
                    "slot \(item.pointOrder) or point \(item.point) stands twice",
                    parameter: "items")
            }
        }
        try await edit { (edit) throws(HistoryError) in
            let key = DocumentKey.log(log)
            guard let before = try edit.value(key, as: StoredLog.self) else {
                throw HistoryError.unknown(log)
            }
            var stored = before
            if let item = items.first(where: { edit.catalog[$0.point] == nil }) {
                throw HistoryError.unknown(item.point)
            }
            let known = Dictionary(uniqueKeysWithValues: stored.items.map { ($0.point, $0.made) })
            stored.items = items.sorted { $0.pointOrder < $1.pointOrder }.map { item in
                StoredLog.Item(
                    point: item.point.description, slot: item.pointOrder,
                    inactive: item.isActive ? nil : true,
                    made: known[item.point.description] ?? edit.now.rawValue)
            }
            guard stored != before else { return }
            stored.changed = edit.now.rawValue
            try edit.set(stored, log)
            try edit.audit(
                "replaceItems", by: author, device: DeviceID(stored.device),
                from: before.auditedItems(log), to: stored.auditedItems(log))
        }
    }

    /// Notes the newest tick that a trend log has stored. Never goes back.
    ///
    /// Held in memory: after a restart the newest sample of the log's points says it.
    ///
    /// - Throws: `unknownTrendLog`.
    public func markCollected(_ log: TrendLogID, at time: Timestamp) throws(HistoryError) {
        guard try view.storedLog(log) != nil else { throw HistoryError.unknown(log) }
        marks.note(log, collectedAt: time)
    }
}

extension CatalogEdit {
    /// The number of a known log, or the next one.
    fileprivate mutating func number(of log: TrendLog) throws(HistoryError) -> TrendLogID {
        if let id = log.id {
            guard try value(DocumentKey.log(id), as: StoredLog.self) != nil else {
                throw HistoryError.unknown(id)
            }
            return id
        }
        var settings = try value(DocumentKey.settings, as: StoredSettings.self) ?? StoredSettings()
        let name = LogNames.Name(device: log.deviceID.rawValue, name: log.trendLogName)
        if let known = try firstLog(of: name, below: settings.nextLog) { return known }
        let id = TrendLogID(rawValue: settings.nextLog)
        settings.nextLog += 1
        try set(settings, for: DocumentKey.settings)
        return id
    }
}
