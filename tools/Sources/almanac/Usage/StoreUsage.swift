import ColumnCodec
import SegmentStore
import TimeSeriesModel

/// Where all bytes of a store go, in rows of one grouping.
struct StoreUsage {
    struct Row: Equatable {
        let key: String
        let usage: ByteUsage
    }

    /// Every live file: what no row has is its overhead.
    private(set) var total = ByteUsage()
    private(set) var rows: [Row] = []
    private(set) var logByteCount = 0
    let growth: GrowthForecast?

    static let unreadableKey = "unreadable"
    static let logKey = "log"

    /// Reads every chunk once; damage is stepped over and kept in the log.
    ///
    /// - Parameter end: the end of the year that the forecast goes by: the newest sample's time.
    init(
        _ snapshot: Snapshot, by grouping: UsageGrouping, until end: Timestamp?,
        skipping log: DamageLog
    ) throws(StoreError) {
        let files = try snapshot.fileBreakdown()
        let summary = try snapshot.summary()
        var growth = GrowthMeasure(from: summary.firstTime, to: end)
        var groups: [String: ByteUsage] = [:]
        var stored = ByteUsage()
        var unflushedCount = 0
        let catalog = snapshot.catalog
        try snapshot.forEachSeriesYear(skipping: log) { part in
            growth.add(part)
            unflushedCount += part.unflushedCount
            for chunk in part.chunks { stored.add(chunk) }
            switch grouping {
            case .point:
                let key = catalog.title(of: part.series) ?? "series \(part.series.rawValue)"
                groups[key, default: ByteUsage()].add(part)
            case .year:
                // The files of a year have more than its chunks; they are added below.
                groups[String(part.year), default: ByteUsage()].add(part)
                groups[String(part.year)]!.byteCount -= part.chunkByteCount
            case .encoding: StoreUsage.addEncodings(of: part, to: &groups)
            case .kind: break
            }
        }
        for file in files where file.byteCount > 0 {
            total.byteCount += file.byteCount
            if file.kind == .log { logByteCount += file.byteCount }
            switch grouping {
            case .year:
                if let year = file.year {
                    groups[String(year), default: ByteUsage()].byteCount += file.byteCount
                }
            case .kind: groups[file.kind.rawValue, default: ByteUsage()].byteCount += file.byteCount
            case .encoding:
                if file.kind == .log, file.byteCount > 0 {
                    groups[StoreUsage.logKey, default: ByteUsage()].byteCount += file.byteCount
                }
            case .point: break
            }
        }
        if grouping == .kind {
            groups[FileBreakdown.Kind.segment.rawValue]?.addEncodings(
                of: stored, sampleCount: snapshot.sampleCount - unflushedCount)
            groups[StoreUsage.logKey]?.sampleCount = unflushedCount
        }
        total.addEncodings(of: stored, sampleCount: snapshot.sampleCount)
        self.growth = growth.forecast
        rows = groups.map { Row(key: $0.key, usage: $0.value) }.sorted(by: grouping)
    }

    /// By what a chunk's values are written as: they are nearly all of its bytes.
    private static func addEncodings(
        of part: SeriesYearBreakdown, to groups: inout [String: ByteUsage]
    ) {
        for chunk in part.chunks {
            let codec = chunk.encodedByteCounts.keys.first { $0.column == .value }?.codec
            groups[codec ?? unreadableKey, default: ByteUsage()].add(chunk)
            groups[codec ?? unreadableKey]!.sampleCount += chunk.sampleCount
        }
        guard part.unflushedCount > 0 else { return }
        groups[logKey, default: ByteUsage()].sampleCount += part.unflushedCount
    }
}

extension ByteUsage {
    fileprivate mutating func add(_ part: SeriesYearBreakdown) {
        for chunk in part.chunks { add(chunk) }
        sampleCount += part.sampleCount
    }

    /// Says of bytes that were counted already what they hold.
    fileprivate mutating func addEncodings(of other: ByteUsage, sampleCount: Int) {
        var known = other
        known.byteCount = 0
        known.sampleCount = sampleCount
        add(known)
    }
}

extension SeriesYearBreakdown {
    fileprivate var chunkByteCount: Int { chunks.reduce(0) { $0 + $1.byteCount } }
}

extension [StoreUsage.Row] {
    /// Years in their order, all else with the most bytes first.
    fileprivate func sorted(by grouping: UsageGrouping) -> [StoreUsage.Row] {
        sorted { left, right in
            if grouping == .year || left.usage.byteCount == right.usage.byteCount {
                return left.key < right.key
            }
            return left.usage.byteCount > right.usage.byteCount
        }
    }
}
