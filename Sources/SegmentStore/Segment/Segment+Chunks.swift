import ColumnCodec
import DurableFiles
import Synchronization
import TimeSeriesModel

/// Why a chunk could not be read: it is damaged and can be stepped over, or the system refused.
enum ChunkFailure: Error {
    case damage(Damage)
    case store(StoreError)
}

/// The parsed head of a chunk, shared: a look-up takes a reference and copies nothing.
final class ChunkHead: Sendable {
    let layout: ChunkLayout

    init(_ layout: ChunkLayout) { self.layout = layout }
}

extension Segment {
    /// The parsed head of a chunk, if it was read before.
    func knownHead(of entry: IndexEntry) -> ChunkHead? {
        state.withLock { $0.heads[entry.offset] }
    }

    /// Reads frames of a chunk into the scratch, verifies them, and returns the chunk's parsed head.
    /// The first time the whole chunk is read and verified.
    func load(
        frames wanted: (ChunkLayout) -> Range<Int>, of entry: IndexEntry, series: SeriesID,
        into scratch: inout ReadScratch
    ) throws(ChunkFailure) -> ChunkHead {
        guard let head = state.withLock({ $0.heads[entry.offset] }) else {
            return remember(try loadWhole(entry, series: series, into: &scratch), of: entry)
        }
        let frames = wanted(head.layout)
        guard !frames.isEmpty else { return head }
        let start = head.layout.bytes(ofFrame: frames.lowerBound).lowerBound
        let end = head.layout.bytes(ofFrame: frames.upperBound - 1).upperBound
        scratch.base = ChunkHeader.encodedSize + start
        try read(
            at: entry.offset + scratch.base, byteCount: end - start, of: entry, series: series,
            into: &scratch)
        do throws(CodecError) {
            for frame in frames { try scratch.verify(frame: frame, of: head.layout) }
        } catch { throw .damage(undecodable(error, entry, series)) }
        return head
    }

    /// Reads a chunk whole and checks it against its index entry and its checksum.
    func loadWhole(
        _ entry: IndexEntry, series: SeriesID, into scratch: inout ReadScratch
    ) throws(ChunkFailure) -> ChunkLayout {
        scratch.base = 0
        try read(
            at: entry.offset, byteCount: entry.byteCount, of: entry, series: series, into: &scratch)
        do throws(CodecError) {
            return try parse(scratch.bytes.rawSpan, entry, series)
        } catch {
            throw .damage(
                damage(
                    reason(of: error), at: entry.offset, error.text, series: series, entry: entry))
        }
    }

    /// The header of a chunk that lies whole in the scratch.
    func header(
        of entry: IndexEntry, _ series: SeriesID, in scratch: ReadScratch
    ) throws(ChunkFailure) -> ChunkHeader {
        do throws(CodecError) {
            return try ChunkHeader(decoding: scratch.bytes.rawSpan)
        } catch {
            throw .damage(
                undecodable(error, entry, series))
        }
    }

    private func reason(of error: CodecError) -> Damage.Reason {
        if case .unsupported = error { return .badHeader }
        return .checksum
    }

    private func parse(
        _ chunk: RawSpan, _ entry: IndexEntry, _ series: SeriesID
    ) throws(CodecError) -> ChunkLayout {
        let header = try ChunkHeader(decoding: chunk)
        guard header.isIntact(in: chunk, at: entry.offset, salt: row.salt) else {
            throw .malformed("the chunk's checksum does not match its bytes")
        }
        guard header.series == series, header.count == entry.count,
            header.firstTime == entry.firstTime, header.chunkByteCount == entry.byteCount
        else {
            throw .malformed(
                "the chunk is of series \(header.series.rawValue) with \(header.count) samples, "
                    + "its index entry says series \(series.rawValue) with \(entry.count)")
        }
        return try ChunkLayout(
            parsing: chunk.extracting(header.body), bodyByteCount: header.bodyByteCount,
            count: header.count, firstTime: header.firstTime)
    }

    /// Keeps the head of a chunk that ``parse`` has verified.
    private func remember(_ layout: ChunkLayout, of entry: IndexEntry) -> ChunkHead {
        let head = ChunkHead(layout)
        state.withLock { state in
            // Dropping all at the bound is crude and cheap: a scan that passes it re-parses heads,
            // which costs a hundredth of decoding their chunks.
            if state.heads.count >= Segment.keptHeadCountMax { state.heads.removeAll() }
            state.heads[entry.offset] = head
        }
        return head
    }

    private func read(
        at offset: Int, byteCount: Int, of entry: IndexEntry, series: SeriesID,
        into scratch: inout ReadScratch
    ) throws(ChunkFailure) {
        // An entry may name any place: compared before memory is taken for it.
        guard offset <= row.byteCount - byteCount else {
            throw .damage(
                damage(
                    .truncated, at: entry.offset,
                    "\(byteCount) bytes at \(offset) named in a file of \(row.byteCount)",
                    series: series, entry: entry))
        }
        let count: Int
        do throws(StorageError) {
            count = try file.read(at: offset, byteCount: byteCount, into: &scratch.bytes)
        } catch { throw .store(StoreError(error)) }
        guard count == byteCount else {
            throw .damage(
                damage(
                    .truncated, at: entry.offset, "\(count) bytes of \(byteCount) are there",
                    series: series, entry: entry))
        }
    }
}
