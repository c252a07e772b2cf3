import ColumnCodec
import DurableFiles
import Synchronization
import TimeSeriesModel

/// One generation of what is not in segments yet: filled by the writer, then frozen and flushed.
///
/// Readers copy a series' references under the lock and read without it; nobody holds it during
/// input or output.
final class Heads: Sendable {
    fileprivate struct State {
        var series = SeriesMap(absent: HeadSeries())
        var years: Set<Int> = []
        var sampleCount = 0
        /// Of all entries; of none, `Int64.max` and `Int64.min`.
        var firstTime = Int64.max
        var lastTime = Int64.min
        var lastLSN: LSN = 0
    }

    private let state = Guarded(State())

    /// Entries, also those that no snapshot sees yet.
    var sampleCount: Int { state.withLock { $0.sampleCount } }

    /// UTC years that have entries, ascending.
    var years: [Int] { state.withLock { $0.years.sorted() } }

    func append(_ batch: SampleBatch, _ survivors: [Int], lsn: LSN) {
        state.withLock { state in
            for index in survivors {
                let entry = HeadSeries.Entry(
                    time: batch.times[index], value: batch.values[index], lsn: lsn,
                    quality: batch.qualities[index])
                state.series.update(batch.series[index]) { $0.append(entry) }
            }
            state.sampleCount += survivors.count
            state.lastLSN = lsn
            for index in survivors { state.noteTime(batch.times[index]) }
        }
    }

    /// Takes away the entries of refused batches, which no snapshot has seen.
    func removeEntries(above lsn: LSN) {
        state.withLock { state in
            var count = 0
            state.firstTime = .max
            state.lastTime = .min
            for id in state.series.ids {
                state.series[id].removeEntries(above: lsn)
                count += state.series[id].count
                guard let times = state.series[id].timeBounds(upTo: lsn) else { continue }
                state.noteTime(times.first)
                state.noteTime(times.last)
            }
            state.sampleCount = count
            state.lastLSN = min(state.lastLSN, lsn)
        }
    }

    /// The first and last time of all entries up to an LSN, or nil without any. Costs a lock if all
    /// of them are, as between two batches; else one per series.
    func timeBounds(upTo lsn: LSN) -> (first: Int64, last: Int64)? {
        let totals = state.withLock { state -> (first: Int64, last: Int64)? in
            state.lastLSN <= lsn ? (state.firstTime, state.lastTime) : nil
        }
        if let totals { return totals.first <= totals.last ? totals : nil }
        let bounds = allSeries.compactMap { self[$0]?.timeBounds(upTo: lsn) }
        guard let first = bounds.map(\.first).min(), let last = bounds.map(\.last).max() else {
            return nil
        }
        return (first, last)
    }

    func noteYears(_ years: some Sequence<Int>) {
        state.withLock { $0.years.formUnion(years) }
    }

    /// The entries of a series, or nil.
    subscript(series: SeriesID) -> HeadSeries? {
        state.withLock { state in
            let found = state.series[series]
            return found.isEmpty ? nil : found
        }
    }

    /// Every series that has entries, ascending.
    var allSeries: [SeriesID] {
        state.withLock { state in state.series.ids.filter { !state.series[$0].isEmpty } }
    }
}

extension Heads.State {
    fileprivate mutating func noteTime(_ time: Int64) {
        firstTime = min(firstTime, time)
        lastTime = max(lastTime, time)
    }
}

/// What a snapshot sees of the heads: some generations, up to an LSN.
struct VisibleHeads: Sendable {
    /// Oldest first: of equal times the later generation's sample counts.
    let generations: [Heads]
    let lsn: LSN

    static let none = VisibleHeads(generations: [], lsn: 0)

    /// The first and last time of any visible entry, or nothing.
    var times: [Int64] {
        var first = Int64.max
        var last = Int64.min
        for head in generations {
            guard let times = head.timeBounds(upTo: lsn) else { continue }
            first = min(first, times.first)
            last = max(last, times.last)
        }
        return first <= last ? [first, last] : []
    }

    func columns(of series: SeriesID, in bounds: ReadBounds) -> SampleColumns? {
        var found: SampleColumns?
        for head in generations {
            guard let entries = head[series] else { continue }
            let columns = entries.columns(in: bounds, upTo: lsn)
            guard !columns.isEmpty else { continue }
            guard var earlier = found else {
                found = columns
                continue
            }
            earlier.append(contentsOf: columns)
            _ = SampleSorter.sort(&earlier)
            found = earlier
        }
        return found
    }

    func sample(of series: SeriesID, atOrBefore time: Int64) -> Sample? {
        var best: Sample?
        for head in generations {
            guard let found = head[series]?.sample(atOrBefore: time, upTo: lsn) else { continue }
            if found.time >= best?.time ?? Timestamp(rawValue: .min) { best = found }
        }
        return best
    }
}
