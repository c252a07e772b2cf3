import SegmentStore

extension DataManager {
    /// Samples of one batch at most.
    public static let batchSampleCountMax = SampleBatch.sampleCountMax

    /// Stores samples of any points: the batch as a whole, but for samples that are rejected one by
    /// one. With `durable`, the configuration's default, it is on the medium on return.
    ///
    /// A value that is no number is rejected, and so is a time that no right clock gives (before
    /// 2000, or more than a day ahead), which an event tells of. The same sample again is a
    /// duplicate; another value at a known time wins, or with `keep` loses.
    ///
    /// - Throws: `unknownPoint`, and nothing is stored then; `limitExceeded` above a million
    ///   samples; `readOnly`, `closed`, `diskFull`, `io`.
    @discardableResult
    public func store(
        _ samples: [PointSample], durability: Durability? = nil,
        onConflict rule: ConflictRule = .replace
    ) async throws(HistoryError) -> Receipt {
        guard samples.count <= DataManager.batchSampleCountMax else {
            throw HistoryError(
                .limitExceeded,
                "\(samples.count) samples found, at most \(DataManager.batchSampleCountMax) a batch",
                parameter: "samples")
        }
        let window = clockLimits
        let prepared = try StoredBatch(samples, in: engineSnapshot.catalog, window)
        let now = time.now
        let durability = durability ?? configuration.durability
        return try await write { (store) throws(StoreError) in
            var receipt = Receipt()
            if !prepared.batch.isEmpty {
                let engine = try store.append(
                    prepared.batch, durability: durability.engine, onConflict: rule.engine)
                receipt = prepared.receipt(engine)
            } else {
                receipt.durability = durability
                receipt.position = store.snapshot().position
                receipt.rejected = prepared.rejected
            }
            if receipt.quarantined > 0 {
                try store.record([prepared.quarantine(receipt, samples, now)])
            }
            return receipt
        }
    }

    /// Times that a right clock can give: by default from 2000 to a day ahead.
    var clockLimits: ClosedRange<Timestamp> {
        let past = configuration.clockPastLimit
        let ahead = configuration.clockFutureLimit.milliseconds
        return past...max(past, Timestamp(rawValue: time.now.rawValue + ahead))
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
            guard sample.value.isFinite else {
                rejected.append(RejectedSample(index: index, reason: .notANumber))
                continue
            }
            guard window.contains(sample.timestamp) else {
                rejected.append(RejectedSample(index: index, reason: .clock))
                continue
            }
            batch.append(
                newest!.series, time: sample.timestamp.rawValue, value: sample.value,
                quality: sample.quality.rawValue)
            places.append(index)
        }
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

    /// The event that tells of times that no right clock gives.
    func quarantine(
        _ receipt: Receipt, _ samples: [PointSample], _ now: Timestamp
    ) throws(StoreError) -> JournalEntry {
        let first = receipt.rejected.first { $0.reason == .clock }!
        let sample = samples[first.index]
        return try Event(
            at: now, .warning, kind: "clock_rejected", subject: sample.point.description,
            "\(receipt.quarantined) samples refused, the first with time "
                + "\(sample.timestamp.rawValue)"
        ).journalEntry()
    }
}
