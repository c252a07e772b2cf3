import ColumnCodec
import DurableFiles
import Synchronization
public import TimeSeriesModel

/// A point as a writer makes it known.
public struct PointDefinition: Hashable, Sendable {
    public var address: PointAddress
    public var deviceName: String
    public var version: PointVersion

    public init(address: PointAddress, deviceName: String, version: PointVersion) {
        self.address = address
        self.deviceName = deviceName
        self.version = version
    }
}

extension Store {
    /// Makes points known, with a series each; known ones stay what they are or get a version.
    ///
    /// - Returns: the series in the order of `points`. Durable on return, all or none.
    /// - Throws: as ``updateCatalog(_:)``.
    public func define(_ points: [PointDefinition]) throws(StoreError) -> [SeriesID] {
        try updateCatalog { (catalog, change) throws(StoreError) in
            var series: [SeriesID] = []
            for point in points {
                try catalog.setName(point.deviceName, of: point.address.device, into: &change)
                try catalog.define(point.address, as: point.version, into: &change)
                series.append(try catalog.addSeries(for: point.address, into: &change))
            }
            return series
        }
    }

    /// Changes who is who: whatever the closure does to the catalog, all of it or nothing.
    ///
    /// The closure runs in the writer's turn, on the newest catalog, and puts each change into the
    /// `CatalogChange` that it is given. Durable on return, and visible to every later snapshot.
    ///
    /// - Throws: what the closure throws, and nothing is changed then; ``StoreError``: `busy` while
    ///   an import is under way; as ``append(_:durability:onConflict:)`` for the log and its bounds.
    public func updateCatalog<Result: Sendable>(
        _ body: (inout Catalog, inout CatalogChange) throws(StoreError) -> Result
    ) throws(StoreError) -> Result {
        waitForFlush()
        let result = writer.withLock { writer in
            Swift.Result { () throws(StoreError) in
                // An import gives numbers to points of its own until it is over.
                let refusal = state.withLock {
                    $0.refusal ?? ($0.isImporting ? StoreError.importUnderWay : nil)
                }
                if let refusal { throw refusal }
                try refuseBehindFlush()
                var catalog = state.withLock { $0.catalog }
                var change = CatalogChange()
                let result = try body(&catalog, &change)
                try log(change, catalog, &writer)
                return result
            }
        }
        let made = try result.get()
        flushIfDue()
        return made
    }

    private func log(
        _ change: CatalogChange, _ catalog: Catalog, _ writer: inout Writer
    ) throws(StoreError) {
        guard !change.isEmpty else { return }
        let payload = change.payload
        guard payload.count <= RecordFrame.payloadByteCountMax else {
            throw StoreError(
                .limitExceeded,
                "a change of \(payload.count) bytes found, at most "
                    + "\(RecordFrame.payloadByteCountMax) at once")
        }
        for entry in change.journal { try Store.refuse(entry) }
        let journal = journalFrames(of: change.journal, writer.log)
        // The entries come first: a crash may leave an entry without its change, which was not
        // acknowledged, but no change without its entry.
        let frame = writer.log.frame(
            .catalog, writer.log.lastLSN + LSN(journal.count) + 1, payload)
        let frames = journal.map(\.frame) + [frame]
        try refuseBelowReserve()
        try makeRoom(for: frames.reduce(0) { $0 + $1.byteCount }, &writer)
        try writeLog(frames, sync: true, &writer)
        writer.catalogFrames.append(frame)
        state.withLock { state in
            state.journalFrames.append(journal)
            state.recordByteCount += frames.reduce(0) { $0 + $1.byteCount }
            state.catalog = catalog
            state.publishedLSN = frame.lsn
            state.logByteCount = writer.log.byteCount
        }
    }
}
