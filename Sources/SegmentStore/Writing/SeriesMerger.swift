import ColumnCodec
import TimeSeriesModel

/// Makes full chunks of all that a year's segments hold of one series.
struct SeriesMerger {
    private let year: YearView
    private let series: SeriesID
    private let scratches: ScratchPool
    private let bounds: ReadBounds
    private let removed: RemovedRange?

    /// - Parameter removed: what is left out.
    init(year: YearView, series: SeriesID, without removed: RemovedRange?, _ scratches: ScratchPool)
    {
        self.year = year
        self.series = series
        self.removed = removed
        self.scratches = scratches
        bounds = ReadBounds(year.year.range)!
    }

    func run(_ encoders: EncoderPool) throws(StoreError) -> EncodedRun {
        if let removed, removed.concerns(series) { return try runWithout(removed, encoders) }
        var placed: [PlacedEntry] = []
        for segment in year.segments {
            for entry in try segment.entries(of: series, from: bounds.first, through: bounds.last) {
                placed.append(PlacedEntry(segment: segment, entry: entry))
            }
        }
        var feeder = ChunkFeeder(series: series)
        let clusters = PlacedEntry.clusters(of: placed)
        return try encoders.withEncoder { (encoder) throws(StoreError) in
            try scratches.withScratch { (scratch) throws(StoreError) in
                for (index, cluster) in clusters.enumerated() {
                    let isLast = index == clusters.count - 1
                    if cluster.count > 1 {
                        try appendInterleaved(cluster, to: &feeder, &encoder)
                    } else {
                        try append(cluster.first!, isLast, to: &feeder, &encoder, &scratch)
                    }
                }
            }
            return try feeder.finish(using: &encoder)
        }
    }

    private func runWithout(
        _ removed: RemovedRange, _ encoders: EncoderPool
    ) throws(StoreError) -> EncodedRun {
        var feeder = ChunkFeeder(series: series)
        let lsn = year.segments.map(\.row.lastLSN).max() ?? 0
        return try encoders.withEncoder { (encoder) throws(StoreError) in
            for kept in removed.kept(in: bounds) {
                _ = try year.forEachRun(of: series, kept, .forward, scratches, nil) {
                    (frame, positions) throws(StoreError) in
                    try feeder.append(frame, positions, lsn: lsn, using: &encoder)
                    return true
                }
            }
            return try feeder.finish(using: &encoder)
        }
    }

    /// A chunk that is full, or the last, and stands alone is taken over without recoding.
    private func append(
        _ placed: PlacedEntry, _ isLast: Bool, to feeder: inout ChunkFeeder,
        _ encoder: inout ChunkEncoder, _ scratch: inout ReadScratch
    ) throws(StoreError) {
        let entry = placed.entry
        guard let segment = placed.segment else { return }
        do throws(ChunkFailure) {
            let layout = try segment.loadWhole(entry, series: series, into: &scratch)
            let header = try segment.header(of: entry, series, in: scratch)
            let isFull = entry.count == ChunkLimits.disk.chunkSampleCountMax
            if feeder.isAtChunkStart, isFull || isLast {
                feeder.append(
                    body: scratch.bytes.rawSpan.extracting(header.body), count: header.count,
                    lsn: header.lastLSN, statistics: entry.statistics)
                return
            }
            for number in 0..<layout.frameCount {
                do throws(CodecError) { try scratch.decode(frame: number, of: layout) } catch {
                    throw ChunkFailure.damage(
                        segment.undecodable(error, entry, series))
                }
                do throws(StoreError) {
                    try feeder.append(
                        scratch.frame, 0..<scratch.frame.count, lsn: header.lastLSN,
                        using: &encoder)
                } catch { throw ChunkFailure.store(error) }
            }
        } catch { try DamageLog?.none.report(error) }
    }

    private func appendInterleaved(
        _ cluster: ArraySlice<PlacedEntry>, to feeder: inout ChunkFeeder,
        _ encoder: inout ChunkEncoder
    ) throws(StoreError) {
        let span = ReadBounds(
            first: cluster.first!.entry.firstTime, last: cluster.map(\.entry.lastTime).max()!)
        let lsn = cluster.compactMap(\.segment?.row.lastLSN).max()!
        _ = try year.forEachRun(of: series, span, .forward, scratches, nil) {
            (frame, positions) throws(StoreError) in
            try feeder.append(frame, positions, lsn: lsn, using: &encoder)
            return true
        }
    }
}

/// What a series' samples hash to: count and three hashes, however the samples are cut into runs.
struct SampleDigest: Equatable {
    private(set) var count = 0
    private var times: UInt64 = 0
    private var values: UInt64 = 0
    private var qualities: UInt64 = 0

    /// - Parameters:
    ///   - removed: what is left out.
    ///   - log: collects damage, which is left out too; without one, damage is thrown.
    init(
        of series: SeriesID, in year: YearView, without removed: RemovedRange? = nil,
        _ scratches: ScratchPool, skipping log: DamageLog? = nil,
        checking cancellation: CancellationCheck = .none
    ) throws(StoreError) {
        var timeHash = H64(seed: 1)
        var valueHash = H64(seed: 2)
        var qualityHash = H64(seed: 3)
        var count = 0
        let all = ReadBounds(year.year.range)!
        let isConcerned = removed?.concerns(series) == true
        for bounds in isConcerned ? removed?.kept(in: all) ?? [] : [all] {
            _ = try year.forEachRun(
                of: series, bounds, .forward, scratches, log, checking: cancellation
            ) { (frame, positions) in
                timeHash.update(frame.times.span.extracting(positions).rawSpan)
                valueHash.update(frame.values.span.extracting(positions).rawSpan)
                qualityHash.update(frame.qualities.span.extracting(positions).rawSpan)
                count += positions.count
                return true
            }
        }
        self.count = count
        times = timeHash.finish()
        values = valueHash.finish()
        qualities = qualityHash.finish()
    }
}
