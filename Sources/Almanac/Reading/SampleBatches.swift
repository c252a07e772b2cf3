import ColumnCodec
import DurableFiles
import SegmentStore

/// The samples of a point in bounded memory, oldest first. Batches are read on a thread that no task
/// shares.
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
            let snapshot = batches.snapshot
            let columns = try await snapshot.context.readThreads.call(isCancellable: true) {
                () throws(StoreError) in
                try snapshot.engine.samples(
                    of: series, in: rest, limit: SampleBatches.batchSampleCountMax)
            }.mapError { HistoryError($0) }.get()
            isAtEnd = columns.count < SampleBatches.batchSampleCountMax
            guard let last = columns.times.last else { return nil }
            from = Timestamp(rawValue: last.plus(1))
            return (0..<columns.count).map { columns.sample($0) }
        }
    }
}
