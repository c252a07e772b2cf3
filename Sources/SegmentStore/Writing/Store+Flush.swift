import ColumnCodec
import DurableFiles
import Synchronization
import TimeSeriesModel

extension Store {
    /// Writes everything that is in memory into segments, durably; the log is empty afterwards.
    ///
    /// Waits for a merge, a removal or the commit of an import that is under way.
    ///
    /// - Returns: whether anything was in memory.
    /// - Throws: ``StoreError``: `closed`, `failed`, `diskFull` and its kin. What could not be flushed
    ///   stays readable, and in the log.
    @discardableResult
    public func flush() throws(StoreError) -> Bool {
        try withMaintenance { () throws(StoreError) in try flushHeads() }
    }

    /// Why the last flush or merge that an append started by itself could not be done; nil after
    /// one that succeeded.
    ///
    /// The append has returned its receipt all the same: its batch is in the log. The next one that
    /// passes a bound tries again.
    public var maintenanceFailure: StoreError? { state.withLock { $0.maintenanceFailure } }

    /// Whether a write has failed in such a way that the store accepts no other until it is opened
    /// again. Reads go on.
    public var hasFailed: Bool { state.withLock { $0.failure != nil } }

    /// Flushes if memory or log have grown past their bounds, and merges where that is due.
    ///
    /// Appends past the bound wait here for each other, which bounds both. Throws nothing: the batch
    /// of the caller is acknowledged already.
    func flushIfDue() { flush(where: \.isFlushDue) }

    /// Waits for the flush that is under way if twice the bounds are in memory: an append may have
    /// to wait, and is refused only if flushes fail.
    func waitForFlush() { flush(where: \.isFarBehind) }

    private func flush(where isNeeded: (Store) -> Bool) {
        guard isNeeded(self) else { return }
        var failure: StoreError?
        do throws(StoreError) {
            try withMaintenance { () throws(StoreError) in
                // A thread that waited may find it done.
                if isNeeded(self) { try flushHeads() }
            }
            try mergeWhereDue()
        } catch { failure = error }
        FreedMemory.returnToSystem()
        // A failed disk and a store that was closed meanwhile refuse the next append themselves.
        if failure?.code == .closed || failure?.code == .failed { return }
        state.withLock { $0.maintenanceFailure = failure }
    }

    private var isFlushDue: Bool {
        state.withLock { state in
            state.refusal == nil
                && (state.active.sampleCount >= headSampleCountMax(state)
                    || state.recordByteCount >= Store.recordByteCountMax
                    || state.logByteCount >= options.logByteCountMax)
        }
    }

    /// Bytes of journal and catalog records that a store holds in memory before it flushes. The
    /// definition of 100,000 points has 40 MB of them.
    static let recordByteCountMax = 8 << 20

    private func headSampleCountMax(_ state: State) -> Int {
        max(options.headSampleCountMax, 16 * state.catalog.seriesCount)
    }

    private var isFarBehind: Bool {
        state.withLock { state in
            let waiting = state.frozen.reduce(state.active.sampleCount) {
                $0 + $1.heads.sampleCount
            }
            return state.refusal == nil
                && (state.awaitsRecovery || waiting >= 2 * headSampleCountMax(state)
                    || state.logByteCount >= 2 * options.logByteCountMax)
        }
    }

    /// Refuses to write to the log while flushes fail: before what an earlier process left in it is in
    /// segments, and at twice the bounds of memory and log.
    func refuseBehindFlush() throws(StoreError) {
        guard let failure = state.withLock({ $0.flushFailure }), isFarBehind else { return }
        throw failure
    }

    /// The flush itself, for the caller that has the maintenance turn.
    ///
    /// Batches are taken meanwhile, into new heads and a new log file.
    ///
    /// - Parameter removal: what is to be removed from all that is flushed; appends know of it from
    ///   their first batch after it.
    @discardableResult
    func flushHeads(before removal: PendingRemoval? = nil) throws(StoreError) -> Bool {
        let generations = try writer.withLock { writer in
            let frozen = freeze(&writer)
            if let removal { state.withLock { $0.removal = removal } }
            return frozen
        }.get()
        guard let last = generations.last else { return false }
        let firstLogID = writer.withLock { self.firstLogID(above: last.lastLSN, $0) }
        try writeSegments(of: generations, through: last.lastLSN, firstLogID)
        writer.withLock { drop(generations, &$0) }
        return true
    }

    /// The same in the writer's turn: nothing is taken meanwhile.
    func flushHeads(_ writer: inout Writer) throws(StoreError) {
        let generations = try freeze(&writer).get()
        guard let last = generations.last else { return }
        try writeSegments(
            of: generations, through: last.lastLSN, firstLogID(above: last.lastLSN, writer))
        drop(generations, &writer)
    }

    /// The number of the first log file that may be needed once everything up to an LSN is in
    /// segments. Files that are begun later have greater numbers.
    private func firstLogID(above lsn: LSN, _ writer: Writer) -> FileID {
        writer.log.firstFileID(above: lsn) ?? state.withLock { $0.manifest.nextFileID }
    }

    /// Their log files are not needed any more.
    private func drop(_ generations: [FrozenHeads], _ writer: inout Writer) {
        guard let last = generations.last else { return }
        let bytes = generations.reduce(0) { $0 + $1.logByteCount }
        writer.log.dropFiles(through: last.lastLSN, flushed: bytes)
        let left = writer.log.byteCount
        state.withLock { $0.logByteCount = left }
    }

    /// Ends the generation under way and the log file with it; returns all that wait to be flushed.
    private func freeze(_ writer: inout Writer) -> Result<[FrozenHeads], StoreError> {
        let (hasBatches, known, refusal) = state.withLock {
            ($0.active.sampleCount > 0 || !$0.journalFrames.isEmpty, $0.frozen, $0.refusal)
        }
        if let refusal { return .failure(refusal) }
        guard hasBatches || !writer.catalogFrames.isEmpty else { return .success(known) }
        do throws(StoreError) {
            try writer.log.endFile()
        } catch {
            state.withLock { $0.failure = error }
            return .failure(error)
        }
        let frames = writer.catalogFrames
        let bytes = writer.log.byteCount - known.reduce(0) { $0 + $1.logByteCount }
        writer.catalogFrames = []
        return .success(
            state.withLock { state in
                state.frozen.append(
                    FrozenHeads(
                        heads: state.active, lastLSN: state.publishedLSN,
                        countChanges: state.countChanges, logByteCount: bytes,
                        catalogFrames: frames, journalFrames: state.journalFrames))
                state.active = Heads()
                state.journalFrames = JournalFrames()
                state.recordByteCount = 0
                state.countChanges = [:]
                return state.frozen
            })
    }

    /// One new segment for each year that the generations touch, then the publish.
    private func writeSegments(
        of generations: [FrozenHeads], through lsn: LSN, _ firstLogID: FileID
    ) throws(StoreError) {
        do throws(StoreError) {
            try writeAndPublish(generations, through: lsn, firstLogID)
            state.withLock {
                $0.flushFailure = nil
                $0.awaitsRecovery = false
            }
        } catch {
            state.withLock { $0.flushFailure = error }
            throw error
        }
    }

    private func writeAndPublish(
        _ generations: [FrozenHeads], through lsn: LSN, _ firstLogID: FileID
    ) throws(StoreError) {
        var edit = ManifestEdit()
        edit.lastLSN = lsn
        edit.firstLogID = firstLogID
        for item in generations {
            edit.sampleCountChanges.merge(item.countChanges, uniquingKeysWith: +)
        }
        let first = state.withLock { $0.manifest.flushedLSN } + 1
        var written: [LazySegmentWriter] = []
        var finished: [FinishedSegment] = []
        do throws(StoreError) {
            let heads = VisibleHeads(generations: generations.map(\.heads), lsn: lsn)
            let all = Set(heads.generations.flatMap(\.allSeries)).sorted()
            for year in Set(heads.generations.flatMap(\.years)).sorted() {
                let target = LazySegmentWriter(self, UTCYear(year), .flushed, first...lsn)
                written.append(target)
                for start in stride(from: 0, to: all.count, by: Store.flushSeriesCount) {
                    let part = all[start..<min(start + Store.flushSeriesCount, all.count)]
                    let sorted = sortedSeries(part, of: heads, in: UTCYear(year))
                    try target.append(
                        ChunkPiece.pieces(of: sorted, in: UTCYear(year)), lsn: lsn)
                }
                if let segment = try target.finish() { finished.append(segment) }
            }
        } catch {
            for target in written { target.discard() }
            throw error
        }
        try publish(
            edit, segments: finished, catalogFrames: generations.flatMap(\.catalogFrames),
            journalFrames: generations.flatMap(\.journalFrames)
        ) { state in
            state.frozen.removeAll { $0.lastLSN <= lsn }
        }
    }

    /// Series that a flush sorts at a time: columns of all of them would be as large as the heads.
    private static let flushSeriesCount = 4096

    private func sortedSeries(
        _ series: ArraySlice<SeriesID>, of heads: VisibleHeads, in year: UTCYear
    ) -> [SortedSeries] {
        guard let bounds = ReadBounds(year.range) else { return [] }
        return series.compactMap { series in
            heads.columns(of: series, in: bounds).map {
                SortedSeries(series: series, columns: $0, superseded: SampleSorter.Superseded())
            }
        }
    }
}
