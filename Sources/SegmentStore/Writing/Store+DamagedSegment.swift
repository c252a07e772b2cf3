import ColumnCodec
import DurableFiles
import TimeSeriesModel

extension Store {
    /// Writes one segment with damaged chunks anew, without a removed range.
    ///
    /// A damaged chunk of which anything stays is copied with its index entry, byte by byte: under the
    /// new file's salt its checksum does not match, so that every read of it goes on reporting the
    /// damage. A damaged chunk of which nothing stays is left out.
    ///
    /// - Parameter year: a view of this segment alone.
    /// - Throws: ``StoreError`` `damaged` if parts of the file have no known owner.
    func rewriteDamaged(
        _ year: YearView, without removed: RemovedRange
    ) throws(StoreError) -> Rewriting {
        var rewriting = Rewriting()
        let series = try year.seriesWithSampleCounts()
        guard let source = year.segments.first else { return rewriting }
        // A chunk that no index entry names would not be copied.
        try source.reportLosses(to: nil)
        rewriting.edit.dropped = [source.row.name]
        try refuseWithoutRoom(toRewrite: year, keepsReserve: false)
        let target = LazySegmentWriter(
            self, year.year, source.row.role == .merged ? .merged : .flushed, year.lsns)
        do throws(StoreError) {
            try OrderedWorkers.run(series) {
                $0.count
            } make: { (item) throws(StoreError) in
                try ChunkSequence(of: item.series, in: source, without: removed, self.scratches)
                    .encoded(self.encoders)
            } consume: { (run: EncodedRun) throws(StoreError) in
                if !run.chunks.isEmpty { try target.append(run) }
            }
            guard let segment = try target.finish() else { return rewriting }
            rewriting.segments = [segment]
            let copy = try Segment.open(segment.row, in: storage, at: segment.temporaryPath)
            try compare(copy, with: source, without: removed, series)
            return rewriting
        } catch {
            target.discard()
            throw error
        }
    }

    private func compare(
        _ copy: Segment, with source: Segment, without removed: RemovedRange,
        _ series: [SeriesSampleCount]
    ) throws(StoreError) {
        let scratches = scratches
        try OrderedWorkers.run(series) {
            $0.count
        } make: { (item) throws(StoreError) in
            let expected = try ChunkSequence(
                of: item.series, in: source, without: removed, scratches
            )
            .digest()
            let found = try ChunkSequence(of: item.series, in: copy, without: removed, scratches)
                .digest()
            guard expected == found else {
                throw StoreError(
                    .io,
                    "series \(item.series.rawValue) of a damaged segment reads back with other "
                        + "samples or other damage than its source")
            }
        } consume: { (_: Void) in
        }
    }
}

/// The chunks of one series in one segment, each with the samples that a removal leaves.
private struct ChunkSequence {
    private enum Content {
        case samples(SampleColumns, lsn: LSN)
        /// The chunk's bytes, as far as the file has them, padded to 8.
        case damaged([UInt8])
    }

    private let segment: Segment
    private let series: SeriesID
    private let kept: [ReadBounds]
    private let scratches: ScratchPool

    init(
        of series: SeriesID, in segment: Segment, without removed: RemovedRange,
        _ scratches: ScratchPool
    ) {
        let all = ReadBounds(segment.year.range)!
        self.segment = segment
        self.series = series
        self.scratches = scratches
        kept = removed.concerns(series) ? removed.kept(in: all) : [all]
    }

    func encoded(_ encoders: EncoderPool) throws(StoreError) -> EncodedRun {
        try encoders.withEncoder { (encoder) throws(StoreError) in
            var feeder = ChunkFeeder(series: series)
            try forEach { (entry, content) throws(StoreError) in
                switch content {
                case .samples(let columns, let lsn):
                    try feeder.append(columns, 0..<columns.count, lsn: lsn, using: &encoder)
                case .damaged(let bytes):
                    try feeder.append(
                        damaged: bytes, statistics: entry.statistics, using: &encoder)
                }
            }
            return try feeder.finish(using: &encoder)
        }
    }

    /// The parts that must be the same in a copy.
    struct Digest: Equatable {
        var count = 0
        var hash: UInt64 = 0
        /// First and last time of each damaged chunk.
        var damagedSpans: [ClosedRange<Int64>] = []
    }

    func digest() throws(StoreError) -> Digest {
        var digest = Digest()
        var hashes = [H64(seed: 1), H64(seed: 2), H64(seed: 3)]
        try forEach { (entry, content) throws(StoreError) in
            switch content {
            case .samples(let columns, _):
                hashes[0].update(columns.times.span.rawSpan)
                hashes[1].update(columns.values.span.rawSpan)
                hashes[2].update(columns.qualities.span.rawSpan)
                digest.count += columns.count
            case .damaged:
                digest.damagedSpans.append(entry.firstTime...entry.lastTime)
            }
        }
        digest.hash = hashes.reduce(0) { $0 &* 31 &+ $1.finish() }
        return digest
    }

    private func forEach(
        _ body: (IndexEntry, Content) throws(StoreError) -> Void
    ) throws(StoreError) {
        try scratches.withScratch { (scratch) throws(StoreError) in
            for entry in try segment.entries(of: series) {
                let stays = kept.filter { $0.first <= entry.lastTime && $0.last >= entry.firstTime }
                guard !stays.isEmpty else { continue }
                switch try content(of: entry, in: stays, &scratch) {
                case .samples(let columns, _) where columns.isEmpty: continue
                case let content: try body(entry, content)
                }
            }
        }
    }

    private func content(
        of entry: IndexEntry, in kept: [ReadBounds], _ scratch: inout ReadScratch
    ) throws(StoreError) -> Content {
        do throws(ChunkFailure) {
            let layout = try segment.loadWhole(entry, series: series, into: &scratch)
            let header = try segment.header(of: entry, series, in: scratch)
            var columns = SampleColumns()
            for number in 0..<layout.frameCount {
                do throws(CodecError) { try scratch.decode(frame: number, of: layout) } catch {
                    throw ChunkFailure.damage(segment.undecodable(error, entry, series))
                }
                for bounds in kept {
                    columns.append(
                        contentsOf: scratch.frame, bounds.positions(in: scratch.frame.times))
                }
            }
            return .samples(columns, lsn: header.lastLSN)
        } catch {
            switch error {
            case .damage: return .damaged(try bytes(of: entry))
            case .store(let error): throw error
            }
        }
    }

    private func bytes(of entry: IndexEntry) throws(StoreError) -> [UInt8] {
        let byteCount = min(entry.byteCount, max(0, segment.row.byteCount - entry.offset))
        var bytes: [UInt8]
        do throws(StorageError) {
            bytes = try segment.file.read(at: entry.offset, byteCount: byteCount)
        } catch { throw StoreError(error) }
        // A chunk is at least a header, and the next one begins at a multiple of 8.
        let end = (max(bytes.count, ChunkHeader.encodedSize) + 7) & ~7
        bytes.append(contentsOf: repeatElement(0, count: end - bytes.count))
        return bytes
    }
}
