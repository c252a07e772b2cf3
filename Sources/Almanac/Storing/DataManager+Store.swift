import Logging
import SegmentStore

extension DataManager {
    /// Samples of one batch at most.
    public static let batchSampleCountMax = SampleBatch.sampleCountMax

    /// Stores samples of any points: the batch as a whole, but for samples that are rejected one by
    /// one. With `durable`, the configuration's default, it is on the medium on return.
    ///
    /// A value that is no number is rejected, and so is a time that no right clock gives (before
    /// 2000, or more than a day ahead), which an event reports. The same sample again is a
    /// duplicate; another value at a known time wins, or with `keep` loses. A sample older than what
    /// retention keeps is rejected, unless that bound is later than now: then a wrong clock has set
    /// it, and it is lowered first. The journal gets the counts of all these, and a gap for what was
    /// rejected or refused by a full disk, within a minute, or at the next flush. Of a quality,
    /// ``Quality/canonical`` is stored.
    ///
    /// - Parameters:
    ///   - samples: of known points, in any order; ``PointSample/intervalSeconds`` is not stored.
    ///   - durability: what to wait for; nil for that of the configuration.
    ///   - rule: which value stays if there is one of the same time.
    ///   - origin: how the samples came; a batch that is not live has an event of that kind.
    ///   - author: if one is given, each point that changes has an entry in the audit trail: for
    ///     samples that a person or program writes, not for those that are collected.
    /// - Throws: `unknownPoint`, and nothing is stored then; `unknownTrendLog` for a sample of a log
    ///   that is not known, `invalidParameter` if the log never had the point, or for an interval
    ///   below 0; `limitExceeded` above a million samples; `readOnly`, `closed`, `diskFull`, `io`.
    @discardableResult
    public func store(
        _ samples: [PointSample], durability: Durability? = nil,
        onConflict rule: ConflictRule = .replace, origin: SampleOrigin = .live,
        by author: Author? = nil
    ) async throws(HistoryError) -> Receipt {
        guard samples.count <= DataManager.batchSampleCountMax else {
            throw HistoryError(
                .limitExceeded,
                "\(samples.count) samples found, at most \(DataManager.batchSampleCountMax) a batch",
                parameter: "samples")
        }
        try check(samples)
        let window = clockLimits
        let prepared = try StoredBatch(samples, in: engineSnapshot.catalog, window)
        let durability = durability ?? configuration.durability
        let receipt = try await write { [self] (store) throws(StoreError) in
            var receipt = Receipt()
            var notes: [(place: Int, SampleNote.Kind)] = []
            let newest = prepared.newestTimes(after: samples, in: store)
            if !prepared.batch.isEmpty {
                if let floor = store.floor, prepared.hasSamples(before: floor) {
                    try lowerImplausibleFloor(of: store)
                }
                let engine: SegmentStore.Receipt
                do throws(StoreError) {
                    engine = try store.append(
                        prepared.batch, durability: durability.engine, onConflict: rule.engine)
                } catch {
                    noteRefusal(of: samples, error, in: store)
                    throw error
                }
                receipt = prepared.receipt(engine)
                notes = prepared.notes(engine)
            } else {
                receipt.durability = durability
                receipt.position = store.snapshot().position
                receipt.rejected = prepared.rejected
            }
            account(for: samples, receipt, notes, after: newest, in: store)
            record(samples, receipt, notes, origin, author, in: store)
            return receipt
        }
        if receipt.durability == .durable, receipt.stored + receipt.replaced > 0 {
            monitor.noteSync()
        }
        return receipt
    }

    /// Counts what did not come as a matter of course, and tells the journal where it is time to.
    private func account(
        for samples: [PointSample], _ receipt: Receipt, _ notes: [(place: Int, SampleNote.Kind)],
        after newest: [PointAddress: Int64], in store: Store
    ) {
        let now = time.now
        let uptime = time.uptime
        ledger.note(samples, receipt, notes, after: newest, now: now, uptime: uptime)
        monitor.recorder.recordSamples(
            quarantined: receipt.quarantined, late: notes.count { $0.1 == .late },
            duplicates: receipt.duplicates)
        if receipt.quarantined > 0, ledger.tellsOfQuarantine(at: uptime) {
            // The samples are stored, and the counts are kept: an event that cannot be written
            // changes neither.
            try? record([receipt.quarantineEvent(samples, now).journalEntry()], in: store)
        }
        write(ledger.takeIfDue(at: uptime), to: store, at: now)
    }

    /// Writes to the journal what was counted; what cannot be written is kept for the next time.
    func writeLedger(to store: Store, at now: Timestamp) {
        write(ledger.take(), to: store, at: now)
    }

    private func write(_ page: IngestLedger.Page, to store: Store, at now: Timestamp) {
        guard !page.isEmpty else { return }
        do throws(StoreError) {
            var entries = try IngestRow.journalEntries(page.rows, at: now)
            for gap in page.gaps { entries += try gap.journalEntries() }
            if page.dropped > 0 { entries.append(try page.droppedEvent(at: now).journalEntry()) }
            try record(entries + page.entries, in: store)
        } catch {
            logger.warning("what was counted or done is not in the journal yet: \(error.message)")
            ledger.putBack(page)
        }
    }

    /// Times that a right clock can give: by default from 2000 to a day ahead.
    var clockLimits: ClosedRange<Timestamp> {
        let past = configuration.clockPastLimit
        let ahead = configuration.clockFutureLimit.milliseconds
        return past...max(past, Timestamp(rawValue: time.now.rawValue.plus(ahead)))
    }
}

/// A batch in the engine's form, without what is rejected, and where its samples came from.
private struct StoredBatch: Sendable {
    private(set) var batch = SampleBatch()
    private(set) var rejected: [RejectedSample] = []
    /// Of each sample of ``batch``, its place in what the caller gave.
    private var places: [Int] = []

    init(
        _ samples: [PointSample], in catalog: Catalog, _ window: ClosedRange<Timestamp>
    ) throws(HistoryError) {
        var newest: (address: PointAddress, series: SeriesID)?
        for (index, sample) in samples.enumerated() {
            if newest?.address != sample.point {
                guard let series = catalog.series(of: sample.point) else {
                    throw HistoryError.unknown(sample.point)
                }
                newest = (sample.point, series)
            }
            guard window.contains(sample.timestamp) else {
                rejected.append(RejectedSample(index: index, reason: .clock))
                continue
            }
            guard sample.value.isFinite else {
                rejected.append(RejectedSample(index: index, reason: .notANumber))
                continue
            }
            batch.append(
                newest!.series, time: sample.timestamp.rawValue, value: sample.value,
                quality: sample.quality.canonical.rawValue)
            places.append(index)
        }
    }

    func hasSamples(before time: Timestamp) -> Bool {
        batch.times.contains { $0 < time.rawValue }
    }

    func receipt(_ engine: SegmentStore.Receipt) -> Receipt {
        var receipt = Receipt()
        receipt.stored = engine.stored
        receipt.duplicates = engine.duplicates
        receipt.replaced = engine.replaced
        receipt.kept = engine.kept
        receipt.durability = Durability(engine.durability)
        receipt.position = engine.position
        let refused = engine.rejected.map { item in
            RejectedSample(
                index: places[item.index],
                reason: item.reason == .belowFloor ? .belowFloor : .clock)
        }
        receipt.rejected = (rejected + refused).sorted { $0.index < $1.index }
        return receipt
    }

    /// The last time of each point that has a value which is no number. Such values are rare, and
    /// only for them the store is asked.
    func newestTimes(
        after samples: [PointSample], in store: Store
    ) -> [PointAddress: Int64] {
        let missing = rejected.filter { $0.reason == .notANumber }
        guard !missing.isEmpty else { return [:] }
        let snapshot = store.snapshot()
        var newest: [PointAddress: Int64] = [:]
        for item in missing {
            let point = samples[item.index].point
            guard newest[point] == nil, let series = snapshot.catalog.series(of: point) else {
                continue
            }
            // A damaged year refuses no batch; without an answer the miss counts as the newest.
            newest[point] = (try? snapshot.latestSample(of: series))?.time.rawValue ?? .min
        }
        return newest
    }

    /// What became of samples, by their place in what the caller gave.
    func notes(_ engine: SegmentStore.Receipt) -> [(place: Int, SampleNote.Kind)] {
        engine.notes.map { (places[$0.index], $0.kind) }
    }
}

extension IngestLedger.Page {
    /// The event that reports how much there was no room to keep.
    fileprivate func droppedEvent(at now: Timestamp) -> Event {
        Event(
            at: now, .warning, kind: "journal_dropped",
            "\(droppedGapCount) gaps and \(droppedEntryCount) entries are not in the journal: "
                + "there were too many at once",
            fields: ["gaps": String(droppedGapCount), "entries": String(droppedEntryCount)])
    }
}

extension Receipt {
    /// The event that tells of times that no right clock gives.
    fileprivate func quarantineEvent(_ samples: [PointSample], _ now: Timestamp) -> Event {
        let first = rejected.first { $0.reason == .clock }!
        let sample = samples[first.index]
        return Event(
            at: now, .warning, kind: "clock_rejected", subject: sample.point.description,
            "\(quarantined) samples refused, the first with time \(sample.timestamp.rawValue)",
            fields: ["samples": String(quarantined)])
    }
}
