public import ColumnCodec
public import TimeSeriesModel

extension Snapshot {
    /// Every live file; the sizes add up to ``StoreSummary/byteCount``.
    ///
    /// The log counts as one, without the space that it has reserved.
    public func fileBreakdown() throws(StoreError) -> [FileBreakdown] {
        var files = manifest.files.map { row in
            FileBreakdown(
                kind: FileBreakdown.Kind(row), year: row.kind == .segment ? row.year : nil,
                byteCount: row.byteCount, sampleCount: row.kind == .segment ? row.sampleCount : 0)
        }
        for name in StoreLayout.manifests {
            files.append(other(.manifest, try fileByteCount(name)))
        }
        files.append(other(.lock, try fileByteCount(StoreLayout.lock)))
        files.append(other(.log, logByteCount))
        return files
    }

    private func other(_ kind: FileBreakdown.Kind, _ byteCount: Int) -> FileBreakdown {
        FileBreakdown(kind: kind, year: nil, byteCount: byteCount, sampleCount: 0)
    }

    /// What of a series is in no segment yet, ascending in time; a sample of it may take the place
    /// of one in a segment. Reads no file.
    public func unflushedSamples(of series: SeriesID) -> SampleColumns {
        heads.columns(of: series, in: ReadBounds(first: .min, last: .max)) ?? SampleColumns()
    }

    /// Lends what each series has in each year to a closure, year by year.
    ///
    /// Reads every chunk whole once and checks it, but decodes no sample except to count those of
    /// a time that several segments, or a segment and the log, share.
    ///
    /// - Throws: ``StoreError`` with code `damaged` at the first damage, unless `log` collects it;
    ///   then a damaged chunk is lent without its encodings. `cancelled` before the next chunk if the
    ///   calling task was cancelled.
    public func forEachSeriesYear(
        skipping log: DamageLog? = nil, _ body: (SeriesYearBreakdown) -> Void
    ) throws(StoreError) {
        try reportLosses(to: log)
        for year in years {
            try year.reportLosses(to: log, from: .min, through: .max)
            var series: Set<SeriesID> = []
            for segment in year.segments {
                series.formUnion(try segment.allEntries().map(\.series))
                try segment.reportLosses(to: log)
            }
            for head in year.heads.generations { series.formUnion(head.allSeries) }
            for id in series.sorted() {
                if let found = try year.breakdown(of: id, scratches, log) { body(found) }
            }
        }
    }
}

extension FileBreakdown.Kind {
    fileprivate init(_ row: ManifestFile) {
        switch row.kind {
        case .segment: self = .segment
        case .catalog: self = .catalog
        case .journal: self = .journal
        case .log: self = .log
        }
    }
}

extension YearView {
    /// nil where the year has nothing of the series.
    fileprivate func breakdown(
        of series: SeriesID, _ scratches: ScratchPool, _ log: DamageLog?
    ) throws(StoreError) -> SeriesYearBreakdown? {
        var chunks: [ChunkBreakdown] = []
        for segment in segments {
            for entry in try segment.entries(of: series) {
                chunks.append(try segment.breakdown(of: entry, series, scratches, log))
            }
        }
        let bounds = ReadBounds(first: year.start.rawValue, last: year.end.rawValue - 1)
        let unflushedCount = heads.columns(of: series, in: bounds)?.count ?? 0
        guard !chunks.isEmpty || unflushedCount > 0 else { return nil }
        var count = chunks.reduce(unflushedCount) { $0 + $1.sampleCount }
        if !chunks.isEmpty, unflushedCount > 0 || chunks.hasOverlap {
            count = 0
            _ = try forEachRun(of: series, bounds, .forward, scratches, log, checking: .task) {
                _, positions in
                count += positions.count
                return true
            }
        }
        return SeriesYearBreakdown(
            series: series, year: year.number, sampleCount: count, unflushedCount: unflushedCount,
            chunks: chunks)
    }
}

extension Segment {
    fileprivate func breakdown(
        of entry: IndexEntry, _ series: SeriesID, _ scratches: ScratchPool, _ log: DamageLog?
    ) throws(StoreError) -> ChunkBreakdown {
        var counts: [EncodedPart: Int] = [:]
        try CancellationCheck.task.check()
        try scratches.withScratch { (scratch) throws(StoreError) in
            do throws(ChunkFailure) {
                counts = try loadWhole(entry, series: series, into: &scratch).encodedByteCounts
            } catch { try log.report(error) }
        }
        return ChunkBreakdown(
            byteCount: entry.byteCount + IndexEntry.encodedSize, sampleCount: entry.count,
            firstTime: Timestamp(rawValue: entry.firstTime),
            lastTime: Timestamp(rawValue: entry.lastTime), encodedByteCounts: counts)
    }
}

extension [ChunkBreakdown] {
    /// Whether chunks of several segments lie over each other in time.
    fileprivate var hasOverlap: Bool {
        let sorted = sorted { $0.firstTime < $1.firstTime }
        return zip(sorted, sorted.dropFirst()).contains { $0.lastTime >= $1.firstTime }
    }
}
