import ColumnCodec
public import TimeSeriesModel

extension Snapshot {
    /// The newest sample of a series at or before a time, however old.
    ///
    /// Reads one frame at most where nothing is damaged and years do not lie empty between.
    ///
    /// - Throws: ``StoreError`` with code `damaged`, unless `log` collects it; then the newest
    ///   readable sample is given.
    public func sample(
        of series: SeriesID, atOrBefore time: Timestamp, skipping log: DamageLog? = nil
    ) throws(StoreError) -> Sample? {
        try reportLosses(to: log)
        let head = heads.sample(of: series, atOrBefore: time.rawValue)
        let stored = try storedSample(of: series, atOrBefore: time, log)
        guard let head else { return stored }
        guard let stored else { return head }
        return stored.time > head.time ? stored : head
    }

    private func storedSample(
        of series: SeriesID, atOrBefore time: Timestamp, _ log: DamageLog?
    ) throws(StoreError) -> Sample? {
        for index in files.years.indices.reversed() {
            let year = files.years[index]
            guard year.year.start <= time else { continue }
            if let found = try sample(of: series, atOrBefore: time.rawValue, in: year, log) {
                return found
            }
        }
        return nil
    }

    /// The newest sample of a series. Kept in memory after it was first asked for.
    public func latestSample(
        of series: SeriesID, skipping log: DamageLog? = nil
    ) throws(StoreError) -> Sample? {
        try reportLosses(to: log)
        let stored = try latestStored(of: series, log)
        guard let head = heads.sample(of: series, atOrBefore: .max) else { return stored }
        guard let stored else { return head }
        return stored.time > head.time ? stored : head
    }

    private func latestStored(
        of series: SeriesID, _ log: DamageLog?
    ) throws(StoreError) -> Sample? {
        if let known = files.latest[series] { return known }
        let own = DamageLog()
        let found = try storedSample(
            of: series, atOrBefore: Timestamp(rawValue: .max), log == nil ? nil : own)
        for damage in own.damages { try log.report(damage) }
        if let found, own.damages.isEmpty { files.latest[series] = found }
        return found
    }

    private func sample(
        of series: SeriesID, atOrBefore time: Int64, in year: YearView, _ log: DamageLog?
    ) throws(StoreError) -> Sample? {
        try year.reportLosses(to: log, from: .min, through: time)
        var best: Sample?
        // Later segments first: of equal times theirs counts.
        for index in year.segments.indices.reversed() {
            let segment = year.segments[index]
            var limit = time
            while let entry = try segment.lastEntry(of: series, atOrBefore: limit) {
                if let best, entry.lastTime <= best.time.rawValue { break }
                if let found = try sample(atOrBefore: time, of: series, in: segment, entry, log) {
                    if found.time > best?.time ?? Timestamp(rawValue: .min) { best = found }
                    break
                }
                // The chunk is damaged and the log took note: an older one has to answer.
                guard entry.firstTime > .min else { break }
                limit = entry.firstTime - 1
            }
            try segment.reportLosses(to: log)
        }
        return best
    }

    private func sample(
        atOrBefore time: Int64, of series: SeriesID, in segment: Segment, _ entry: IndexEntry,
        _ log: DamageLog?
    ) throws(StoreError) -> Sample? {
        if let last = entry.lastSample, last.time.rawValue <= time { return last }
        let found = try scratches.withScratch { (scratch) throws(StoreError) -> DecodedSample? in
            do throws(ChunkFailure) {
                // On a jittered grid a frame's directory time is a bound that its first sample may
                // lie behind; the sample is then the last of the frame before.
                if let found = try segment.sample(
                    atOrBefore: time, of: series, entry, 0, &scratch, scratches.frames)
                {
                    return found
                }
                return try segment.sample(
                    atOrBefore: time, of: series, entry, 1, &scratch, scratches.frames)
            } catch {
                try log.report(error)
                return nil
            }
        }
        return found.map(Sample.init)
    }
}

extension Segment {
    /// The last sample at or before a time in the frame that begins at or before it, or in the
    /// frame `back` places earlier.
    fileprivate func sample(
        atOrBefore time: Int64, of series: SeriesID, _ entry: IndexEntry, _ back: Int,
        _ scratch: inout ReadScratch, _ cache: FrameCache
    ) throws(ChunkFailure) -> DecodedSample? {
        // The chunk was verified whole when its head was made, and each cached frame when it was read.
        let known = knownHead(of: entry)
        if let known {
            guard let number = known.layout.frames(atOrBefore: time, back).first else { return nil }
            if let bytes = cache[key(ofFrame: number, of: known.layout, entry)] {
                do throws(CodecError) {
                    return try known.layout.sample(
                        atOrBefore: time, inFrame: number, from: bytes.rawSpan,
                        using: &scratch.frame)
                } catch {
                    throw .damage(
                        undecodable(error, entry, series))
                }
            }
        }
        let head = try load(
            frames: { $0.frames(atOrBefore: time, back) }, of: entry, series: series, into: &scratch
        )
        guard let number = head.layout.frames(atOrBefore: time, back).first else { return nil }
        if known != nil {
            // The frame alone: the head may be forgotten between the two looks at it, and then the
            // whole chunk was read. A copy of its own: shared, it would cost the scratch its memory.
            let place = scratch.range(ofFrame: number, of: head.layout)
            var bytes: [UInt8] = []
            bytes.append(scratch.bytes.rawSpan.extracting(place))
            cache.insert(bytes, for: key(ofFrame: number, of: head.layout, entry))
        }
        do throws(CodecError) {
            return try scratch.sample(atOrBefore: time, inFrame: number, of: head.layout)
        } catch {
            throw .damage(
                undecodable(error, entry, series))
        }
    }
}

extension Segment {
    private func key(
        ofFrame number: Int, of layout: ChunkLayout, _ entry: IndexEntry
    ) -> FrameCache.Key {
        FrameCache.Key(
            salt: row.salt, offset: entry.offset + layout.bytes(ofFrame: number).lowerBound)
    }
}

extension IndexEntry {
    /// The chunk's last sample, where its statistics tell it: all samples good and finite.
    var lastSample: Sample? {
        guard statistics.qualityUnion == 0, !statistics.hasNonFinite else { return nil }
        return Sample(time: Timestamp(rawValue: lastTime), value: statistics.last)
    }
}

extension ChunkLayout {
    fileprivate func frames(atOrBefore time: Int64, _ back: Int) -> Range<Int> {
        guard let frame = frame(atOrBefore: time), frame >= back else { return 0..<0 }
        return frame - back..<frame - back + 1
    }
}

extension Sample {
    init(_ decoded: DecodedSample) {
        self.init(
            time: Timestamp(rawValue: decoded.time), value: decoded.value,
            quality: Quality(rawValue: decoded.quality))
    }
}
