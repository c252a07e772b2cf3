import SegmentStore

extension HistoryReading {
    /// Returns where samples are missing up to now, and why: recorded reasons, `damaged` if their
    /// bytes are, else `unknown`.
    ///
    /// - Throws: `unknownPoint`; `limitExceeded` above ten million samples; `cancelled`.
    public func gaps(of point: PointAddress, in range: TimeRange) throws(HistoryError) -> [Gap] {
        try measured { (view) throws(HistoryError) in
            let range = range.past(at: view.now)
            let view = view.skippingDamage()
            var gaps = try view.repeatedAfterDamage(of: [point]) { () throws(HistoryError) in
                guard let reader = try view.history(of: point, in: range) else { return [Gap]() }
                return try reader.source.gaps(of: point, in: range, reader.rule)
            }
            gaps.addUnseen(view.damagedGaps(of: point), in: range)
            return gaps
        }
    }

    /// Returns how much of what was due up to now is there.
    ///
    /// - Throws: as ``gaps(of:in:)``.
    public func coverage(
        of point: PointAddress, in range: TimeRange
    ) throws(HistoryError) -> Coverage {
        try qualityReport(of: point, in: range).coverage
    }

    /// Returns what is missing and what looks wrong in a range, up to now.
    ///
    /// A manager counts what is not written to the journal yet too, a snapshot does not; see
    /// ``HistoryReview``.
    ///
    /// - Throws: as ``gaps(of:in:)``.
    public func qualityReport(
        of point: PointAddress, in range: TimeRange
    ) throws(HistoryError) -> QualityReport {
        try read { (view) throws(HistoryError) in
            try HistoryReview(of: view, in: range, only: point).report(of: point)
        }
    }

    /// Returns the same of each point of a device, and summed up; ``DeviceQualityReport/damaged``
    /// lists what could not be read.
    ///
    /// - Throws: `unknownDevice`; as ``gaps(of:in:)``.
    public func qualityReport(
        of device: DeviceID, in range: TimeRange
    ) throws(HistoryError) -> DeviceQualityReport {
        try read { (view) throws(HistoryError) in
            try view.require(device)
            let review = try HistoryReview(of: view, in: range, only: nil)
            var reports: [QualityReport] = []
            for point in view.catalog.points(of: device) {
                reports.append(try review.report(of: point.address))
            }
            return DeviceQualityReport(device: device, range: review.range, points: reports)
        }
    }
}
