import SegmentStore

extension HistorySnapshot {
    /// When logs held a point, by point: while it was in one that was active, each as it was then.
    /// ``inactiveRanges(of:)`` is not taken off.
    ///
    /// - Parameters:
    ///   - point: the only one that is asked for; nil for all, whose addresses are parsed then.
    ///   - now: up to when logs that are active made samples due.
    func scheduledSpans(
        of point: PointAddress? = nil, until now: Timestamp
    ) throws(HistoryError) -> [PointAddress: [ScheduledSpan]] {
        var spans: [PointAddress: [ScheduledSpan]] = [:]
        let logs =
            if let point { try context.logIndex.content(of: self).logs(of: point) } else {
                try logIDs
            }
        for id in logs {
            let own = try scheduledSpans(by: id, of: point, until: now)
            spans.merge(own) { $0 + $1 }
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
        for version in versions where version.value.inactive != true {
            for item in version.value.items where item.inactive != true {
                guard text == nil || item.point == text,
                    let address = point ?? PointAddress(item.point),
                    let range = TimeRange(
                        from: max(version.range.from, Timestamp(rawValue: item.made)),
                        to: min(now, version.range.to))
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
        return GapRule.union(of: versions.filter { says($0.value) }.map(\.range))
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
