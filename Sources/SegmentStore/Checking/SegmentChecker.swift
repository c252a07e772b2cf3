import ColumnCodec
import DurableFiles
import Synchronization
import TimeSeriesModel

/// Checks one segment file against itself and against its manifest row.
struct SegmentChecker: Sendable {
    struct Findings {
        var chunkCount = 0
        var sampleCount = 0
        var damages: [Damage] = []
    }

    /// Some chunks of one series: the work of one worker at a time.
    private struct Unit: Sendable {
        let series: SeriesID
        let ordinals: Range<Int>
        let entries: [IndexEntry]
        /// The last time of the series' chunks before these.
        let previousTime: Int64

        var sampleCount: Int { entries.reduce(0) { $0 + $1.count } }
    }

    /// Chunks that a worker checks at a time: they spread the work of a long series over all cores.
    private static let unitChunkCount = 8

    private struct Checked: Sendable {
        var chunkCount = 0
        var sampleCount = 0
        var damages: [Damage] = []
    }

    private let segment: Segment
    private let scratches: ScratchPool
    private let deep: Bool
    private let cancellation: CancellationCheck

    init(
        _ segment: Segment, _ scratches: ScratchPool, deep: Bool,
        checking cancellation: CancellationCheck
    ) {
        self.segment = segment
        self.cancellation = cancellation
        self.scratches = scratches
        self.deep = deep
    }

    func check(progress: (Int) -> Void) throws(StoreError) -> Findings {
        var findings = Findings()
        findings.damages += try damagedPages()
        let units = try units()
        if findings.damages.isEmpty, let damage = try segment.indexDamage() {
            findings.damages.append(damage)
        }
        try OrderedWorkers.run(units) {
            $0.sampleCount
        } make: { (unit) throws(StoreError) in
            try check(unit)
        } consume: { (checked: Checked) in
            findings.chunkCount += checked.chunkCount
            findings.sampleCount += checked.sampleCount
            findings.damages += checked.damages
            progress(findings.sampleCount)
        }
        findings.damages += segment.ownerless.withLock { $0 }
        findings.damages += try layoutDamages(units)
        if findings.damages.isEmpty && segment.problems.isEmpty {
            findings.damages += try hashDamages()
        }
        return findings
    }

    private func units() throws(StoreError) -> [Unit] {
        var units: [Unit] = []
        for item in try segment.allEntries() {
            let entries = try segment.entries(of: item.series)
            var previous = Int64.min
            for start in stride(from: 0, to: entries.count, by: SegmentChecker.unitChunkCount) {
                let part = Array(entries.dropFirst(start).prefix(SegmentChecker.unitChunkCount))
                units.append(
                    Unit(
                        series: item.series,
                        ordinals: item.ordinals.dropFirst(start).prefix(part.count),
                        entries: part, previousTime: previous))
                previous = part.reduce(previous) { max($0, $1.lastTime) }
            }
        }
        return units
    }

    // MARK: - Index

    private func damagedPages() throws(StoreError) -> [Damage] {
        guard let footer = segment.mapped?.footer else { return [] }
        var damages: [Damage] = []
        for offset in stride(
            from: footer.pages.lowerBound, to: footer.pages.upperBound, by: IndexPage.byteCount)
        {
            try cancellation.check()
            do throws(StorageError) {
                let page = try segment.file.read(at: offset, byteCount: IndexPage.byteCount)
                guard !IndexPage.isIntact(page.rawSpan, at: offset, salt: segment.row.salt)
                else { continue }
            } catch { throw StoreError(error) }
            damages.append(
                segment.damage(
                    .badIndex, at: offset, "the page's checksum does not match its bytes",
                    losesSamples: false))
        }
        return damages
    }

    /// Chunks lie one behind the other, as many as the footer says, holding as many samples as the
    /// manifest says.
    private func layoutDamages(_ units: [Unit]) throws(StoreError) -> [Damage] {
        guard let footer = segment.mapped?.footer, segment.state.withLock({ $0.rebuilt == nil })
        else { return [] }
        var expected = FileHeader.encodedSize
        var chunkCount = 0
        var sampleCount = 0
        for unit in units {
            for (ordinal, entry) in zip(unit.ordinals, unit.entries) {
                guard entry.offset == expected, ordinal == chunkCount else {
                    return [
                        segment.damage(
                            .badIndex, at: expected,
                            "entry \(ordinal) names offset \(entry.offset), "
                                + "the chunk before it ends at \(expected)", series: unit.series,
                            entry: entry)
                    ]
                }
                expected += entry.byteCount
                chunkCount += 1
                sampleCount += entry.count
            }
        }
        guard chunkCount == footer.chunkCount, sampleCount == segment.row.sampleCount else {
            return [
                segment.damage(
                    .badIndex, at: footer.entryPages,
                    "\(chunkCount) chunks with \(sampleCount) samples found, "
                        + "\(footer.chunkCount) with \(segment.row.sampleCount) expected")
            ]
        }
        return []
    }

    private func hashDamages() throws(StoreError) -> [Damage] {
        let found: UInt64
        do throws(StorageError) {
            found = try hashOfFile(
                segment.file, byteCount: segment.row.byteCount, checking: cancellation)
        } catch { throw StoreError(error) }
        try cancellation.check()
        guard let expected = segment.row.hash, found != expected else { return [] }
        return [
            segment.damage(
                .checksum, at: 0,
                "bytes between the checked parts changed: the file's hash is \(hex(found)), "
                    + "the manifest says \(hex(expected))", losesSamples: false)
        ]
    }

    // MARK: - Chunks

    private func check(_ unit: Unit) throws(StoreError) -> Checked {
        var checked = Checked()
        var lastTime = unit.previousTime
        try scratches.withScratch { (scratch) throws(StoreError) in
            for entry in unit.entries {
                try cancellation.check()
                do throws(ChunkFailure) {
                    try check(entry, of: unit.series, after: lastTime, &scratch)
                } catch {
                    switch error {
                    case .damage(let damage): checked.damages.append(damage)
                    case .store(let error): throw error
                    }
                }
                lastTime = max(lastTime, entry.lastTime)
                checked.chunkCount += 1
                checked.sampleCount += entry.count
            }
        }
        return checked
    }

    private func check(
        _ entry: IndexEntry, of series: SeriesID, after lastTime: Int64,
        _ scratch: inout ReadScratch
    ) throws(ChunkFailure) {
        let layout = try segment.loadWhole(entry, series: series, into: &scratch)
        let statistics: ChunkStatistics
        do throws(CodecError) {
            statistics = try scratch.statistics(of: layout)
            if deep { try checkEncoding(of: layout, &scratch) }
        } catch {
            throw .damage(found(.checksum, error.text, entry, series))
        }
        guard entry.firstTime > lastTime, segment.year.range.contains(entry) else {
            throw .damage(
                found(.outOfOrder, "the chunk's times are not behind the last one's", entry, series)
            )
        }
        let rebuilt = IndexEntry(
            offset: entry.offset, byteCount: entry.byteCount, statistics: statistics)
        guard rebuilt.statisticsBytes == entry.statisticsBytes else {
            throw .damage(
                found(
                    .badStatistics, "the index's statistics are not those of the samples", entry,
                    series))
        }
    }

    private func found(
        _ reason: Damage.Reason, _ detail: String, _ entry: IndexEntry, _ series: SeriesID
    ) -> Damage {
        segment.damage(reason, at: entry.offset, detail, series: series, entry: entry)
    }

    /// Samples encoded anew decode to the same bits: the codecs of this program agree with the
    /// bytes of whichever wrote them.
    private func checkEncoding(
        of layout: ChunkLayout, _ scratch: inout ReadScratch
    ) throws(CodecError) {
        var columns = SampleColumns()
        for number in 0..<layout.frameCount {
            try scratch.decode(frame: number, of: layout)
            columns.append(contentsOf: scratch.frame, 0..<scratch.frame.count)
        }
        var encoder = ChunkEncoder()
        var hint = ScaleHint()
        var bytes: [UInt8] = []
        _ = try encoder.encode(columns, 0..<columns.count, hint: &hint, appendingTo: &bytes)
        let again = try ChunkLayout(
            parsing: bytes.rawSpan, bodyByteCount: bytes.count, count: columns.count,
            firstTime: layout.firstTime)
        var frame = FrameBuffer()
        var decoded = SampleColumns()
        for number in 0..<again.frameCount {
            try again.decode(
                frame: number, from: bytes.rawSpan.extracting(again.bytes(ofFrame: number)),
                into: &frame)
            decoded.append(contentsOf: frame, 0..<frame.count)
        }
        guard SampleColumns.hasSameBits(columns, decoded) else {
            throw .malformed("samples encoded anew decode to other bits")
        }
    }
}

extension IndexEntry {
    /// Place and statistics as they are written, without what depends on the place in the index.
    fileprivate var statisticsBytes: [UInt8] {
        var entry = self
        entry.isFirst = false
        entry.isLast = false
        var bytes: [UInt8] = []
        entry.append(to: &bytes, seed: 0)
        return bytes
    }
}

extension TimeRange {
    fileprivate func contains(_ entry: IndexEntry) -> Bool {
        contains(Timestamp(rawValue: entry.firstTime))
            && contains(Timestamp(rawValue: entry.lastTime))
    }
}
