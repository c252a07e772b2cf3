public import TimeSeriesModel

/// How a store is written. The defaults suit a building's controller.
public struct StoreOptions: Sendable {
    /// Samples that an import holds in memory before it puts a sorted run on disk (17 bytes each).
    public var importSampleCountInMemory = 6 << 20
    /// Samples in memory, beside 16 a series, at which heads are flushed to segments.
    public var headSampleCountMax = 1 << 20
    /// Bytes of the log at which heads are flushed to segments.
    public var logByteCountMax = 32 << 20
    /// What a log file takes from the disk at once, and is filled with zeros. The next one lies
    /// ready, so a store that is written takes twice as much.
    public var logFileByteCount = 4 << 20
    /// Times outside are refused, sample by sample: a clock gone wrong must not reach a segment.
    public var sampleWindow = BulkImport.supportedRange
    /// Bytes of the disk that writes leave free. With less, they are refused with code `diskReserve`,
    /// and accepted again without a call once there is room. Flushes and removals may use them.
    ///
    /// `nil` is ``defaultDiskReserveByteCount(ofDisk:)``, a share of a small disk.
    public var diskReserveByteCount: Int?
    /// Opens a store whose log has lost acknowledged records, which is refused otherwise: what can
    /// still be read of the log is kept, the journal gets a gap for each hole, and the log's files
    /// end in `quarantine/`.
    public var salvagesDamagedLog = false
    /// Told of each batch that has become visible, in the order of positions, in the writer's turn:
    /// appends wait while it runs, so it only takes note. Imports are not told of.
    public var onCommit: (@Sendable (CommittedBatch) -> Void)?

    public init() {}

    /// The reserve that is kept unless another is set: a twentieth of the disk, at most 128 MiB.
    ///
    /// A fixed reserve of 128 MiB would be more than the whole data partition of a small gateway.
    ///
    /// - Parameter byteCount: the size of the file system that holds the store.
    public static func defaultDiskReserveByteCount(ofDisk byteCount: Int) -> Int {
        min(128 << 20, max(0, byteCount) / 20)
    }
}
