import ColumnCodec
import SegmentStore

extension HistorySnapshot {
    /// Each point of a device with its newest sample at or before a moment, however old, its age
    /// then, and the recorded gap that the moment lies in.
    ///
    /// - Throws: `unknownDevice`.
    public func values(
        of device: DeviceID, at time: Timestamp
    ) throws(HistoryError) -> [ValueAsOf] {
        try context.meter.measure { () throws(HistoryError) in
            try valuesAsOf(device, time)
        }
    }

    private func valuesAsOf(
        _ device: DeviceID, _ time: Timestamp
    ) throws(HistoryError) -> [ValueAsOf] {
        try require(device)
        let moment = TimeRange(from: time, to: Timestamp(rawValue: time.rawValue.plus(1)))!
        var values: [ValueAsOf] = []
        for point in catalog.points(of: device) {
            values.append(
                ValueAsOf(
                    point: point.address, moment: time,
                    sample: try value(of: point.address, at: time),
                    recordedGaps: try recordedGaps(of: point.address, in: moment)))
        }
        return values
    }

    /// The same of every device.
    public func values(ofSiteAt time: Timestamp) throws(HistoryError) -> [ValueAsOf] {
        var values: [ValueAsOf] = []
        for device in catalog.deviceIDs { values += try self.values(of: device, at: time) }
        return values
    }
}

extension DataManager {
    /// The samples of a point in a half-open range, oldest first, of every quality.
    public func samples(
        of point: PointAddress, in range: TimeRange, limit: Int? = nil
    ) throws(HistoryError) -> [Sample] {
        try view.samples(of: point, in: range, limit: limit)
    }

    /// Count, extremes, sum, mean, first and last of the usable samples in a range.
    public func statistics(
        of point: PointAddress, in range: TimeRange
    ) throws(HistoryError) -> Statistics {
        try view.statistics(of: point, in: range)
    }

    /// The newest sample at or before a time, however old; nil where there is none.
    public func value(of point: PointAddress, at time: Timestamp) throws(HistoryError) -> Sample? {
        try view.value(of: point, at: time)
    }

    /// The newest sample of each point of a device at or before a moment.
    public func values(
        of device: DeviceID, at time: Timestamp
    ) throws(HistoryError) -> [ValueAsOf] {
        try view.values(of: device, at: time)
    }

    /// The same of every device.
    public func values(ofSiteAt time: Timestamp) throws(HistoryError) -> [ValueAsOf] {
        try view.values(ofSiteAt: time)
    }

    /// The samples of a point in a range, some thousands at a time, in bounded memory: all of one
    /// committed state, however long the reading takes.
    ///
    /// - Throws: `unknownPoint`; while it is read `damaged`, naming file and offset.
    public func batches(
        of point: PointAddress, in range: TimeRange
    ) throws(HistoryError) -> SampleBatches {
        let snapshot = snapshot()
        return SampleBatches(snapshot, try snapshot.series(of: point), range)
    }
}

/// The samples of a point in bounded memory, oldest first.
public struct SampleBatches: AsyncSequence, Sendable {
    public typealias Element = [Sample]
    public typealias Failure = HistoryError

    /// Samples of a batch at most.
    public static let batchSampleCountMax = 8192

    private let snapshot: HistorySnapshot
    private let series: SeriesID?
    private let range: TimeRange

    init(_ snapshot: HistorySnapshot, _ series: SeriesID?, _ range: TimeRange) {
        self.snapshot = snapshot
        self.series = series
        self.range = range
    }

    public func makeAsyncIterator() -> Iterator { Iterator(self) }

    public struct Iterator: AsyncIteratorProtocol {
        private let batches: SampleBatches
        private var from: Timestamp
        private var isAtEnd = false

        init(_ batches: SampleBatches) {
            self.batches = batches
            from = batches.range.from
        }

        public mutating func next() async throws(HistoryError) -> [Sample]? {
            guard !isAtEnd, let series = batches.series,
                let rest = TimeRange(from: from, to: batches.range.to)
            else { return nil }
            if Task.isCancelled {
                throw HistoryError(.cancelled, "reading was cancelled at \(from)")
            }
            let columns: SampleColumns
            do throws(StoreError) {
                columns = try batches.snapshot.engine.samples(
                    of: series, in: rest, limit: SampleBatches.batchSampleCountMax)
            } catch { throw HistoryError(error) }
            isAtEnd = columns.count < SampleBatches.batchSampleCountMax
            guard let last = columns.times.last else { return nil }
            from = Timestamp(rawValue: last + 1)
            return (0..<columns.count).map { columns.sample($0) }
        }
    }
}
