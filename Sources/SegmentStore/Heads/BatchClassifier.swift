import ColumnCodec
import TimeSeriesModel

/// Tells which samples of a batch are new, against heads (earlier batches of the group included)
/// and segments.
///
/// A sample newer than the last of its series in its year is new without a look-up: the rule for
/// ticks. The others are looked up one by one.
struct BatchClassifier {
    /// What a batch came to.
    struct Outcome {
        /// Places in the batch of what is to be written, ascending.
        var survivors: [Int] = []
        var countChanges: [Int: Int] = [:]
        /// Survivors, per UTC year, that are known only from what a removal under way takes away:
        /// they are counted as new once it is published.
        var revived: [Int: Int] = [:]
        /// Every UTC year that survivors lie in.
        var years: Set<Int> = []
        var receipt = Receipt()

        /// Adds a run of new samples of one year.
        mutating func note(new count: Int, in year: Int) {
            guard count > 0 else { return }
            countChanges[year, default: 0] += count
            years.insert(year)
            receipt.stored += count
        }
    }

    private let view: Snapshot
    private let window: Range<Int64>
    private let floor: Int64
    /// What a removal under way takes away, and the heads that it leaves alone.
    private let removal: (range: RemovedRange, heads: Heads)?

    /// - Parameters:
    ///   - view: sees every entry of the heads, published or not.
    ///   - removal: the removal under way, and the heads that were begun with it.
    init(
        _ view: Snapshot, window: Range<Int64>, floor: Int64?,
        removal: (range: RemovedRange, heads: Heads)? = nil
    ) {
        self.removal = removal
        self.view = view
        self.window = window
        self.floor = floor ?? .min
    }

    func classify(
        _ batch: SampleBatch, _ rule: ConflictRule, _ newest: inout NewestTimes
    ) throws(StoreError) -> Outcome {
        var outcome = Outcome()
        outcome.survivors.reserveCapacity(batch.count)
        // Made at the first late sample: a plain tick needs none.
        var own: [Key: Int]?
        var run = (year: 0, count: 0)
        let lastYear = view.years.last?.year.number ?? .min
        for index in 0..<batch.count {
            let time = batch.times[index]
            guard isAcceptable(time, index, &outcome.receipt) else { continue }
            let year = newest.year(of: time)
            if try newest.advance(to: time, of: batch.series[index], year, view) {
                outcome.survivors.append(index)
                if year < lastYear { noteIfLate(batch, index, &outcome) }
                if year != run.year {
                    outcome.note(new: run.count, in: run.year)
                    run = (year, 0)
                }
                run.count += 1
                own?[Key(series: batch.series[index], time: time)] = index
                continue
            }
            try classifyLate(batch, index, year, rule, &own, &outcome)
        }
        outcome.note(new: run.count, in: run.year)
        return outcome
    }

    /// The newest of its year may still come behind a sample of a later one. A later year that cannot
    /// be read is no reason to refuse what is of another.
    private func noteIfLate(_ batch: SampleBatch, _ index: Int, _ outcome: inout Outcome) {
        guard let latest = try? view.latestSample(of: batch.series[index]),
            latest.time.rawValue > batch.times[index]
        else { return }
        outcome.receipt.notes.append(SampleNote(index, .late))
    }

    private func isAcceptable(_ time: Int64, _ index: Int, _ receipt: inout Receipt) -> Bool {
        guard window.contains(time) else {
            receipt.rejected.append(RejectedSample(index: index, reason: .outsideWindow))
            return false
        }
        guard time >= floor else {
            receipt.rejected.append(RejectedSample(index: index, reason: .belowFloor))
            return false
        }
        return true
    }

    private struct Key: Hashable {
        var series: SeriesID
        var time: Int64
    }

    /// A sample that is not behind all others of its series: it may be known, here or in the batch.
    private func classifyLate(
        _ batch: SampleBatch, _ index: Int, _ year: Int, _ rule: ConflictRule,
        _ own: inout [Key: Int]?, _ outcome: inout Outcome
    ) throws(StoreError) {
        let key = Key(series: batch.series[index], time: batch.times[index])
        var earlier = own ?? keys(of: outcome.survivors, in: batch)
        own = nil
        defer { own = earlier }
        guard let known = try known(batch, key, earlier) else {
            outcome.survivors.append(index)
            outcome.note(new: 1, in: year)
            outcome.receipt.notes.append(SampleNote(index, .late))
            earlier[key] = index
            return
        }
        // The removal is taken for done before this batch, whatever the batch brings.
        let isRevived = earlier[key] == nil && isBeingRemoved(key)
        if known.value.bitPattern == batch.values[index].bitPattern,
            known.quality.rawValue == batch.qualities[index]
        {
            outcome.receipt.duplicates += 1
            outcome.receipt.notes.append(SampleNote(index, .duplicate))
            guard isRevived else { return }
        } else if rule == .keep {
            // The removal may still fail, and the stored sample stay.
            outcome.receipt.kept += 1
            outcome.receipt.notes.append(SampleNote(index, .kept))
            return
        } else {
            outcome.receipt.replaced += 1
            outcome.receipt.notes.append(SampleNote(index, .replaced))
        }
        outcome.years.insert(year)
        outcome.survivors.append(index)
        earlier[key] = index
        if isRevived { outcome.revived[year, default: 0] += 1 }
    }

    /// Whether the store has a sample only in what a removal under way takes away.
    private func isBeingRemoved(_ key: Key) -> Bool {
        guard let (removed, heads) = removal, removed.concerns(key.series),
            removed.range.contains(Timestamp(rawValue: key.time))
        else { return false }
        let found = heads[key.series]?.sample(atOrBefore: key.time, upTo: .max)
        return found?.time.rawValue != key.time
    }

    private func keys(of survivors: [Int], in batch: SampleBatch) -> [Key: Int] {
        var keys: [Key: Int] = [:]
        for index in survivors {
            keys[Key(series: batch.series[index], time: batch.times[index])] = index
        }
        return keys
    }

    /// What stands at a key: in this batch, else in the store.
    private func known(
        _ batch: SampleBatch, _ key: Key, _ own: [Key: Int]
    ) throws(StoreError) -> Sample? {
        if let earlier = own[key] { return batch.sample(earlier) }
        let found = try view.sample(of: key.series, atOrBefore: Timestamp(rawValue: key.time))
        return found?.time.rawValue == key.time ? found : nil
    }
}

extension SampleBatch {
    fileprivate func sample(_ index: Int) -> Sample {
        Sample(
            time: Timestamp(rawValue: times[index]), value: values[index],
            quality: Quality(rawValue: qualities[index]))
    }
}
