public import BuildingModel
public import SegmentStore
public import TimeSeriesModel

extension SampleOrigin {
    /// The event that records how samples came which were not live.
    ///
    /// - Parameters:
    ///   - count: samples that were new or replaced others.
    ///   - points: whose samples they are.
    ///   - first: the time of the oldest sample.
    ///   - last: the time of the newest sample.
    ///   - now: when they were stored.
    ///   - source: where they came from, as the name of a file.
    public func event(
        of count: Int, in points: [PointAddress], from first: Timestamp, to last: Timestamp,
        at now: Timestamp, source: String? = nil
    ) -> Event {
        var fields = [
            "samples": String(count), "points": String(points.count),
            "from": String(first.milliseconds), "to": String(last.milliseconds),
        ]
        fields["source"] = source
        return Event(
            at: now, .info, kind: rawValue,
            subject: points.count == 1 ? points[0].description : nil,
            "\(count) samples of \(points.count) points from \(first) to \(last)"
                + (source.map { ", from \($0)" } ?? ""),
            fields: fields)
    }
}

extension Store {
    /// Adds an event to the journal, for a program that writes an engine's store without a
    /// ``DataManager``. Durable on return.
    ///
    /// - Throws: ``StoreError`` as `record(_:)` of entries.
    public func record(_ event: Event) throws(StoreError) {
        try record([try event.journalEntry()])
    }
}
