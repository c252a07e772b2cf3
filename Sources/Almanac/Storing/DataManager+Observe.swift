import ColumnCodec
import SegmentStore

/// What somebody who follows a store gets.
public enum Observation: Hashable, Sendable {
    /// The samples of one committed batch that were new or replaced another, and the position behind
    /// which the next ones follow.
    case samples([PointSample], position: UInt64)
    /// What came up to this position is to be read from the store: it is not kept here any more, or
    /// never was. What follows comes behind it.
    case reset(position: UInt64)

    public var position: UInt64 {
        switch self {
        case .samples(_, let position), .reset(let position): position
        }
    }
}

extension DataManager {
    /// The samples that this process commits, as they are committed, batch by batch in the order of
    /// their positions; imports are not among them.
    ///
    /// The last 100,000 samples are kept, so that a follower may come back to the position it saw
    /// last. One that comes with an older position, or falls behind by more, gets a
    /// ``Observation/reset(position:)`` first. Followers keep no writer waiting. Ends with
    /// ``close()``, and where the task is cancelled.
    ///
    /// - Parameter position: of the last observation or receipt that was seen; `nil` begins now.
    /// - Throws: `readOnly` where another process writes.
    public func observe(from position: UInt64? = nil) throws(HistoryError) -> Observations {
        guard store != nil else {
            throw HistoryError(
                .readOnly, "the store was opened for reading; its writer can be followed")
        }
        let newest = engineSnapshot.position
        // A position that this store has not come to belongs to another one.
        if let position, position > newest { return Observations(self, behind: nil) }
        return Observations(self, behind: position ?? newest)
    }
}

/// Committed samples, as they come.
public struct Observations: AsyncSequence, Sendable {
    public typealias Element = Observation
    public typealias Failure = Never

    private let manager: DataManager
    private let position: UInt64?

    init(_ manager: DataManager, behind position: UInt64?) {
        self.manager = manager
        self.position = position
    }

    public func makeAsyncIterator() -> Iterator { Iterator(manager, position) }

    public struct Iterator: AsyncIteratorProtocol {
        private let manager: DataManager
        /// `nil` where a reset is due.
        private var position: UInt64?

        init(_ manager: DataManager, _ position: UInt64?) {
            self.manager = manager
            self.position = position
        }

        public mutating func next() async -> Observation? {
            while !Task.isCancelled {
                guard let position else { return reset() }
                switch manager.feed.step(behind: position) {
                case .batch(let batch):
                    self.position = batch.position
                    return .samples(manager.samples(of: batch), position: batch.position)
                case .lost: return reset()
                case .end: return nil
                case .nothingYet: await manager.feed.wait(behind: position)
                }
            }
            return nil
        }

        private mutating func reset() -> Observation {
            let newest = manager.engineSnapshot.position
            position = newest
            return .reset(position: newest)
        }
    }
}

extension DataManager {
    /// What of a batch was written, with the addresses of its points.
    fileprivate func samples(of committed: CommittedBatch) -> [PointSample] {
        let catalog = engineSnapshot.catalog
        let batch = committed.batch
        return committed.places.compactMap { place in
            guard let point = catalog.address(of: batch.series[place]) else { return nil }
            return PointSample(
                point: point, value: batch.values[place],
                at: Timestamp(rawValue: batch.times[place]),
                quality: Quality(rawValue: batch.qualities[place]))
        }
    }
}
