import ColumnCodec
import DurableFiles
import TimeSeriesModel

/// A segment in `tmp/` that is begun with its first chunk: an import or flush that brings nothing
/// new to a year leaves no file.
final class LazySegmentWriter {
    private let store: Store
    private let year: UTCYear
    private let lsns: ClosedRange<LSN>
    private let role: SegmentRole
    private let file: StoreFile
    private var writer: SegmentWriter?

    init(_ store: Store, _ year: UTCYear, _ role: SegmentRole, _ lsns: ClosedRange<LSN>) {
        self.store = store
        self.year = year
        self.role = role
        self.lsns = lsns
        file = .segment(year: year.number, store.takeFileID())
    }

    var path: String { StoreLayout.temporary(file) }

    func append(_ run: EncodedRun) throws(StoreError) {
        if writer == nil { writer = try begin() }
        try writer?.append(run)
    }

    /// Encodes pieces on all cores and appends them in order.
    func append(_ pieces: [ChunkPiece], lsn: LSN) throws(StoreError) {
        let encoders = store.encoders
        try OrderedWorkers.run(pieces) {
            $0.range.count
        } make: { (piece) throws(StoreError) in
            try piece.encode(lsn: lsn, encoders)
        } consume: { (run: EncodedRun) throws(StoreError) in
            try append(run)
        }
    }

    private func begin() throws(StoreError) -> SegmentWriter {
        try SegmentWriter(
            store.storage, path: path,
            identity: SegmentIdentity(
                fileID: file.id, fileSalt: .random(in: .min ... .max), storeID: store.storeID,
                year: year, role: role, firstLSN: lsns.lowerBound, lastLSN: lsns.upperBound))
    }

    /// Writes pages and footer, syncs and reads back; nil where nothing was appended.
    func finish() throws(StoreError) -> FinishedSegment? {
        guard let writer else { return nil }
        return FinishedSegment(row: try writer.finish(name: file.path), temporaryPath: path)
    }

    /// Takes away what has no name yet.
    func discard() {
        SegmentWriter.discard(path, in: store.storage)
    }
}
