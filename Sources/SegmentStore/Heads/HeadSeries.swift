import ColumnCodec
import TimeSeriesModel

/// What of one series is not in a segment yet, in the order of arrival, which is that of the LSNs.
///
/// A value. Entries beyond a thousand stand in sealed blocks that copies share, so that a reader's
/// copy costs the next append one tail at most.
struct HeadSeries: Sendable {
    /// 32 bytes. One array of these instead of four columns: a tick touches every series, and each
    /// array that grows costs an allocation.
    struct Entry: Sendable {
        var time: Int64
        var value: Double
        var lsn: LSN
        var quality: UInt8
    }

    private static let blockEntryCount = 1024

    /// Each full.
    private var sealed: [[Entry]] = []
    private var tail: [Entry] = []
    /// Whether times ascend strictly in the order of arrival.
    private(set) var isAscending = true
    private(set) var lastTime = Int64.min
    private(set) var firstTime = Int64.max

    var count: Int { sealed.count * HeadSeries.blockEntryCount + tail.count }
    var isEmpty: Bool { tail.isEmpty }

    mutating func append(_ entry: Entry) {
        if tail.count == HeadSeries.blockEntryCount {
            sealed.append(tail)
            tail = []
        }
        tail.append(entry)
        if entry.time <= lastTime { isAscending = false }
        lastTime = max(lastTime, entry.time)
        firstTime = min(firstTime, entry.time)
    }

    /// Takes away the entries above an LSN, which are the last that arrived. Costs a pass over the
    /// others.
    mutating func removeEntries(above lsn: LSN) {
        let kept = visibleCount(lsn)
        guard kept < count else { return }
        var rest = HeadSeries()
        for index in 0..<kept { rest.append(self[index]) }
        self = rest
    }

    private subscript(index: Int) -> Entry {
        let number = index / HeadSeries.blockEntryCount
        return number < sealed.count
            ? sealed[number][index % HeadSeries.blockEntryCount]
            : tail[index - sealed.count * HeadSeries.blockEntryCount]
    }

    /// The entries that a snapshot sees are a prefix of those that arrived.
    private func visibleCount(_ lsn: LSN) -> Int {
        var visible = count
        while visible > 0, self[visible - 1].lsn > lsn { visible -= 1 }
        return visible
    }
}

// MARK: - Reading

extension HeadSeries {
    /// The first and last time of the visible entries; nil if none is visible.
    func timeBounds(upTo lsn: LSN) -> (first: Int64, last: Int64)? {
        let visible = visibleCount(lsn)
        guard visible > 0 else { return nil }
        if visible == count { return (firstTime, lastTime) }
        let times = (0..<visible).lazy.map { self[$0].time }
        return (times.min()!, times.max()!)
    }

    /// The visible samples inside bounds, ascending, each time once: the later LSN wins.
    func columns(in bounds: ReadBounds, upTo lsn: LSN) -> SampleColumns {
        let visible = visibleCount(lsn)
        var columns = SampleColumns()
        guard isAscending else {
            for index in 0..<visible { append(index, to: &columns, in: bounds) }
            _ = SampleSorter.sort(&columns)
            return columns
        }
        for index in firstIndex(atOrAfter: bounds.first, visible)..<visible {
            guard self[index].time <= bounds.last else { break }
            append(index, to: &columns, in: bounds)
        }
        return columns
    }

    /// The newest visible sample at or before a time; of equal times the later LSN's.
    func sample(atOrBefore limit: Int64, upTo lsn: LSN) -> Sample? {
        let visible = visibleCount(lsn)
        if isAscending {
            let index =
                limit == .max ? visible : firstIndex(atOrAfter: limit + 1, visible)
            return index > 0 ? self[index - 1].sample : nil
        }
        var best: Int?
        for index in 0..<visible where self[index].time <= limit {
            if let known = best, self[index].time < self[known].time { continue }
            best = index
        }
        return best.map { self[$0].sample }
    }

    private func append(_ index: Int, to columns: inout SampleColumns, in bounds: ReadBounds) {
        let entry = self[index]
        guard entry.time >= bounds.first, entry.time <= bounds.last else { return }
        columns.append(time: entry.time, value: entry.value, quality: entry.quality)
    }

    private func firstIndex(atOrAfter limit: Int64, _ visible: Int) -> Int {
        var low = 0
        var high = visible
        while low < high {
            let middle = low + (high - low) / 2
            if self[middle].time >= limit { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension HeadSeries.Entry {
    fileprivate var sample: Sample {
        Sample(
            time: Timestamp(rawValue: time), value: value, quality: Quality(rawValue: quality))
    }
}
