import SegmentStore

extension HistorySnapshot {
    /// When samples were due, by point: while a log held it, and log, point and device were active,
    /// each as it was then.
    ///
    /// - Parameters:
    ///   - point: the only one that is asked for; nil for all, whose addresses are parsed then.
    ///   - now: up to when logs that are active made samples due.
    func scheduledSpans(
        of point: PointAddress? = nil, until now: Timestamp
    ) throws(HistoryError) -> [PointAddress: [ScheduledSpan]] {
        var spans: [PointAddress: [ScheduledSpan]] = [:]
        for id in try logIDs {
            let own = try scheduledSpans(by: id, of: point, until: now)
            spans.merge(own) { $0 + $1 }
        }
        for address in spans.keys {
            let off = try inactiveRanges(of: address)
            if !off.isEmpty { spans[address] = spans[address]!.flatMap { $0.parts(without: off) } }
        }
        return spans
    }

    /// The same of one log: a span for each time that its interval stayed.
    private func scheduledSpans(
        by log: TrendLogID, of point: PointAddress?, until now: Timestamp
    ) throws(HistoryError) -> [PointAddress: [ScheduledSpan]] {
        let text = point?.description
        var spans: [PointAddress: [ScheduledSpan]] = [:]
        let versions = try documents.versions(
            DocumentKey.log(log), in: catalog, as: StoredLog.self)
        for (place, version) in versions.enumerated() where version.value.inactive != true {
            let end = place + 1 < versions.count ? min(now, versions[place + 1].validFrom) : now
            for item in version.value.items where item.inactive != true {
                guard text == nil || item.point == text,
                    let address = point ?? PointAddress(item.point),
                    let range = TimeRange(
                        from: max(version.validFrom, Timestamp(rawValue: item.made)), to: end)
                else { continue }
                let span = ScheduledSpan(range: range, interval: .milliseconds(version.value.ms))
                spans[address, default: []].join(span)
            }
        }
        return spans
    }

    /// When a point, or its device, was not to be recorded.
    func inactiveRanges(of point: PointAddress) throws(HistoryError) -> [TimeRange] {
        let ofPoint = try documents.ranges(
            DocumentKey.point(point), in: catalog, as: StoredPoint.self
        ) { $0.inactive == true }
        let ofDevice = try documents.ranges(
            DocumentKey.device(point.device), in: catalog, as: StoredDevice.self
        ) { $0.inactive == true }
        guard !ofPoint.isEmpty, !ofDevice.isEmpty else { return ofPoint + ofDevice }
        return GapRule.union(of: (ofPoint + ofDevice).sorted { $0.from < $1.from })
    }
}

extension DocumentCache {
    /// When a document said something.
    fileprivate func ranges<Value: Codable & Sendable>(
        _ key: String, in catalog: Catalog, as type: Value.Type, where says: (Value) -> Bool
    ) throws(HistoryError) -> [TimeRange] {
        // Nearly all documents have one version, which is parsed already.
        if catalog.documentVersions(key).count < 2 {
            guard let value = try value(key, in: catalog, as: type), says(value) else { return [] }
        }
        let versions = try versions(key, in: catalog, as: type)
        var found: [TimeRange] = []
        for (place, version) in versions.enumerated() where says(version.value) {
            let end =
                place + 1 < versions.count ? versions[place + 1].validFrom : TimeRange.all.to
            if let range = TimeRange(from: version.validFrom, to: end) { found.append(range) }
        }
        return GapRule.union(of: found)
    }
}

extension [ScheduledSpan] {
    /// Adds a span, or makes the last one longer where nothing but time is between them.
    fileprivate mutating func join(_ span: ScheduledSpan) {
        guard let last, last.range.to == span.range.from, last.interval == span.interval,
            let range = TimeRange(from: last.range.from, to: span.range.to)
        else { return append(span) }
        self[count - 1].range = range
    }
}

extension ScheduledSpan {
    /// What is left of it outside some ranges, which ascend apart from one another.
    fileprivate func parts(without ranges: [TimeRange]) -> [ScheduledSpan] {
        var found: [ScheduledSpan] = []
        var start = range.from
        for one in ranges.compactMap({ $0.intersection(range) }) {
            if start < one.from {
                found.append(
                    ScheduledSpan(range: TimeRange(from: start, to: one.from)!, interval: interval))
            }
            start = one.to
        }
        if let rest = TimeRange(from: start, to: range.to), !rest.isEmpty {
            found.append(ScheduledSpan(range: rest, interval: interval))
        }
        return found
    }
}
