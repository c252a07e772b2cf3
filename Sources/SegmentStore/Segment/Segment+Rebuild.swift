import ColumnCodec
import DurableFiles
import Synchronization
import TimeSeriesModel

extension Segment {
    /// Makes the index anew by reading the chunks front to back.
    ///
    /// Behind a damaged chunk the walk goes on at the next 8-aligned offset whose chunk verifies.
    /// What is missing in the end has no known owner: every later read of the segment says so.
    func rebuildIndex() throws(StoreError) -> RebuiltIndex {
        if let index = state.withLock({ $0.rebuilt }) { return index }
        var walk = ChunkWalk(segment: self)
        let index = try walk.run()
        let missing = row.sampleCount - index.sampleCount
        state.withLock { state in
            state.rebuilt = index
            state.heads.removeAll()
        }
        if missing > 0 {
            let lost = damage(
                .badIndex, at: walk.firstBadOffset ?? FileHeader.encodedSize,
                "\(missing) samples of unknown points cannot be found")
            ownerless.withLock { $0 = [lost] }
        }
        hasRebuilt.store(true, ordering: .releasing)
        return index
    }
}

extension Segment {
    /// Looks again at an index that was not used, for what is wrong with it: intact pages can hold
    /// entries that do not fit.
    func indexDamage() throws(StoreError) -> Damage? {
        guard hasRebuilt.load(ordering: .acquiring), let mapped else { return nil }
        do throws(IndexFailure) {
            for item in try mapped.allEntries() {
                _ = try mapped.entries(of: item.series, from: .min, through: .max)
            }
            return nil
        } catch {
            switch error {
            case .damaged(let offset):
                return damage(
                    .badIndex, at: offset, "an entry of the index does not fit its place",
                    losesSamples: false)
            case .store(let error): throw error
            }
        }
    }
}

/// A walk over a segment's chunks that needs neither pages nor footer.
private struct ChunkWalk {
    /// No chunk is longer; a header that claims more is not one.
    private static let chunkByteCountMax =
        ChunkHeader.encodedSize + ChunkLimits.disk.bodyByteCountMax + 8

    let segment: Segment
    private(set) var firstBadOffset: Int?
    private var window: [UInt8] = []
    private var windowStart = 0
    private var offset = FileHeader.encodedSize
    private var scratch = ReadScratch()

    init(segment: Segment) { self.segment = segment }

    mutating func run() throws(StoreError) -> RebuiltIndex {
        var index = RebuiltIndex()
        let end = segment.mapped?.footer.entryPages ?? segment.row.byteCount
        while offset < end {
            try fill(until: end)
            guard window.count - (offset - windowStart) >= ChunkHeader.encodedSize else { break }
            if let (entry, series) = chunk() {
                index.append(entry, of: series)
                offset += entry.byteCount
            } else if segment.mapped == nil, isFirstPage() {
                break
            } else {
                if firstBadOffset == nil { firstBadOffset = offset }
                offset += 8
            }
        }
        return index
    }

    /// Keeps at least one whole chunk and one page ahead in memory, and passes over holes of the file.
    private mutating func fill(until end: Int) throws(StoreError) {
        let ahead = windowStart + window.count - offset
        guard ahead < ChunkWalk.chunkByteCountMax else { return }
        let data = min(segment.file.nextData(from: offset) ?? end, end)
        if data >= offset + 8 {
            if firstBadOffset == nil { firstBadOffset = offset }
            offset = data & ~7
        }
        do throws(StorageError) {
            try segment.file.read(
                at: offset, byteCount: 4 * ChunkWalk.chunkByteCountMax, into: &window)
        } catch { throw StoreError(error) }
        windowStart = offset
    }

    /// The chunk at the offset, if one verifies there.
    private mutating func chunk() -> (IndexEntry, SeriesID)? {
        guard let header = intactHeader() else { return nil }
        let start = offset - windowStart
        scratch.bytes = Array(window[start..<start + header.chunkByteCount])
        scratch.base = 0
        guard let layout = try? scratch.layout(of: header),
            let statistics = try? scratch.statistics(of: layout)
        else { return nil }
        return (
            IndexEntry(offset: offset, byteCount: header.chunkByteCount, statistics: statistics),
            header.series
        )
    }

    /// The header of a chunk that lies whole in the window and verifies.
    private func intactHeader() -> ChunkHeader? {
        let bytes = window.rawSpan.extracting(offset - windowStart..<window.count)
        guard let header = try? ChunkHeader(decoding: bytes),
            header.chunkByteCount <= bytes.byteCount,
            header.bodyByteCount <= ChunkLimits.disk.bodyByteCountMax,
            header.isIntact(in: bytes, at: offset, salt: segment.row.salt)
        else { return nil }
        return header
    }

    /// Whether the pages begin here: then the chunks have ended.
    private func isFirstPage() -> Bool {
        guard offset % IndexPage.byteCount == 0,
            window.count - (offset - windowStart) >= IndexPage.byteCount
        else { return false }
        let page = window.rawSpan.extracting(
            offset - windowStart..<offset - windowStart + IndexPage.byteCount)
        return IndexPage.isIntact(page, at: offset, salt: segment.row.salt)
    }
}

extension ReadScratch {
    /// The parsed head of a chunk that lies whole in the buffer.
    fileprivate func layout(of header: ChunkHeader) throws(CodecError) -> ChunkLayout {
        try ChunkLayout(
            parsing: bytes.rawSpan.extracting(header.body), bodyByteCount: header.bodyByteCount,
            count: header.count, firstTime: header.firstTime)
    }

    /// The statistics of a chunk that lies whole in the buffer, computed from its samples.
    mutating func statistics(of layout: ChunkLayout) throws(CodecError) -> ChunkStatistics {
        var part = PartAccumulator()
        var lastTime = layout.firstTime
        for number in 0..<layout.frameCount {
            try decode(frame: number, of: layout)
            part.add(frame, positions: 0..<frame.count, of: layout)
            lastTime = frame.times[frame.count - 1]
        }
        var statistics = part.finish()
        // A part tells the span of its usable samples, a chunk that of all.
        statistics.firstTime = layout.firstTime
        statistics.lastTime = lastTime
        return statistics
    }
}
