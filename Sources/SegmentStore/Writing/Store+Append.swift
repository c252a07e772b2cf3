import ColumnCodec
import DurableFiles
import Synchronization
import TimeSeriesModel

extension Store {
    /// Appends a batch: all of it or nothing, but for samples that are refused one by one.
    ///
    /// Waits until what was asked for is certain. Batches of several threads that arrive together
    /// share one write and one sync. A sample that the store knows, bit for bit, is a duplicate and
    /// not written again; of another value at the same time the new one wins, or with `keep` the
    /// stored one.
    ///
    /// - Returns: what became of the samples, and the durability reached.
    /// - Throws: ``StoreError``: `invalidParameter` for an unknown series, `limitExceeded` for too
    ///   large a batch, `closed`, `failed` after an earlier failure; `diskReserve` where less space
    ///   is left than ``StoreOptions/diskReserveByteCount``; why flushes fail, where they have
    ///   failed until memory or log are twice as large as they may be, or since the store was opened;
    ///   `diskFull` and `io` if the log could not be written: nothing of the batch is acknowledged
    ///   or visible then. After `io` the store is failed, and its next open may find the batch.
    ///   What fails after the acknowledgement is not thrown: ``maintenanceFailure``.
    public func append(
        _ batch: SampleBatch, durability: Durability = .durable,
        onConflict rule: ConflictRule = .replace
    ) throws(StoreError) -> Receipt {
        guard batch.count <= SampleBatch.sampleCountMax else {
            throw StoreError(
                .limitExceeded,
                "\(batch.count) samples found, at most \(SampleBatch.sampleCountMax) a batch")
        }
        waitForFlush()
        let request = AppendRequest(batch, durability, rule)
        queue.withLock { $0.append(request) }
        // Whoever gets the turn writes for all that wait; the others then find an empty queue.
        writer.withLock { writer in
            let group = queue.withLock { queue in
                defer { queue = [] }
                return queue
            }
            if !group.isEmpty { write(group, &writer) }
        }
        let receipt = try request.answer()
        flushIfDue()
        return receipt
    }

    // MARK: - One group

    private func write(_ group: [AppendRequest], _ writer: inout Writer) {
        if let refusal = state.withLock({ $0.refusal }) {
            for request in group { request.resolve(.failure(refusal)) }
            return
        }
        do throws(StoreError) {
            // Before anything is put into the heads: what is refused here leaves no trace.
            try refuseBehindFlush()
            try refuseBelowReserve()
            try makeRoom(
                for: group.reduce(0) {
                    $0
                        + RecordFrame.byteCount(
                            payload: SampleFrame.byteCountMax(sampleCount: $1.batch.count))
                }, &writer)
        } catch {
            for request in group { request.resolve(.failure(error)) }
            return
        }
        var accepted: [(AppendRequest, Receipt)] = []
        var frames: [RecordFrame] = []
        var changes: [Int: Int] = [:]
        var revived: [Int: Int] = [:]
        var committed: [CommittedBatch] = []
        for request in group {
            do throws(StoreError) {
                let lsn = writer.log.lastLSN + LSN(frames.count) + 1
                let outcome = try classify(request, lsn, &writer)
                var receipt = outcome.receipt
                if outcome.survivors.isEmpty {
                    receipt.position = lsn - 1
                } else {
                    frames.append(frame(request.batch, outcome, lsn, writer.log))
                    receipt.position = lsn
                    if options.onCommit != nil {
                        committed.append(
                            CommittedBatch(
                                position: lsn, batch: request.batch, places: outcome.survivors))
                    }
                    changes.merge(outcome.countChanges, uniquingKeysWith: +)
                    revived.merge(outcome.revived, uniquingKeysWith: +)
                }
                accepted.append((request, receipt))
            } catch { request.resolve(.failure(error)) }
        }
        let wantsSync = accepted.contains { $0.0.durability == .durable }
        do throws(StoreError) {
            try writeLog(frames, sync: wantsSync, &writer)
        } catch {
            removeRefused(&writer)
            for (request, _) in accepted { request.resolve(.failure(error)) }
            return
        }
        publish(frames.last?.lsn, changes, revived, writer.log.byteCount)
        for batch in committed { options.onCommit?(batch) }
        for (request, receipt) in accepted {
            var receipt = receipt
            receipt.durability = wantsSync ? .durable : .os
            request.resolve(.success(receipt))
        }
    }

    /// Takes what was refused out of the heads before another batch or a flush meets it.
    private func removeRefused(_ writer: inout Writer) {
        let (active, lsn) = state.withLock { ($0.active, $0.publishedLSN) }
        active.removeEntries(above: lsn)
        writer.newest = NewestTimes()
    }

    /// Classifies a batch and puts what survives into the heads, where no snapshot sees it yet.
    private func classify(
        _ request: AppendRequest, _ lsn: LSN, _ writer: inout Writer
    ) throws(StoreError) -> BatchClassifier.Outcome {
        let (view, floor, active, end, removal) = state.withLock { state in
            (
                state.snapshot(upTo: .max), state.floor, state.active, state.catalog.nextSeriesID,
                state.removal
            )
        }
        if let unknown = request.batch.series.first(where: { $0.rawValue == 0 || $0 >= end }) {
            throw StoreError(
                .invalidParameter, "series \(unknown.rawValue) is not known to this store")
        }
        // What files hold ends with the supported years, however wide the window is.
        let supported = BulkImport.supportedRange
        let first = max(options.sampleWindow.from, supported.from).rawValue
        let window = first..<max(first, min(options.sampleWindow.to, supported.to).rawValue)
        let outcome = try BatchClassifier(
            view, window: window, floor: floor,
            removal: removal.map { ($0.range, active) }
        )
        .classify(request.batch, request.rule, &writer.newest)
        if !outcome.survivors.isEmpty {
            active.noteYears(outcome.years)
            active.append(request.batch, outcome.survivors, lsn: lsn)
        }
        return outcome
    }

    private func frame(
        _ batch: SampleBatch, _ outcome: BatchClassifier.Outcome, _ lsn: LSN, _ log: WriteLog
    ) -> RecordFrame {
        log.frame(
            .samples, lsn,
            SampleFrame.encode(batch, outcome.survivors, countChanges: outcome.countChanges))
    }

    func makeRoom(for byteCount: Int, _ writer: inout Writer) throws(StoreError) {
        if !writer.log.hasRoom(for: byteCount) {
            do throws(StoreError) { try writer.log.endFile() } catch {
                state.withLock { $0.failure = error }
                throw error
            }
        }
        try writer.log.makeRoom(for: byteCount) { takeFileID() }
    }

    func writeLog(
        _ frames: [RecordFrame], sync: Bool, _ writer: inout Writer
    ) throws(StoreError) {
        do throws(StoreError) {
            try writer.log.append(frames)
            if sync { try writer.log.sync() }
        } catch {
            // The system may take lost pages for clean from here on: nothing more is written.
            if writer.log.failure != nil { state.withLock { $0.failure = error } }
            throw error
        }
    }

    private func publish(
        _ lsn: LSN?, _ changes: [Int: Int], _ revived: [Int: Int], _ logByteCount: Int
    ) {
        state.withLock { state in
            if let lsn { state.publishedLSN = lsn }
            state.countChanges.merge(changes, uniquingKeysWith: +)
            state.removal?.revived.merge(revived, uniquingKeysWith: +)
            state.logByteCount = logByteCount
        }
    }
}
