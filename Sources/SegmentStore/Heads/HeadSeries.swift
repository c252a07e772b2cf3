import ColumnCodec
import TimeSeriesModel

/// What of one series is not in a segment yet, in the order of arrival, which is that of the LSNs.
///
/// A value. Entries beyond a thousand stand in sealed blocks that copies share, so that a reader's
/// copy costs the next append one tail at most.
struct HeadSeries: Sendable {
    struct Block: Sendable {
        var times: [Int64] = []
        var values: [Double] = []
        var qualities: [UInt8] = []
        var lsns: [LSN] = []

        var count: Int { times.count }
    }

    private static let blockEntryCount = 1024

    /// Each full.
    private var sealed: [Block] = []
    private var tail = Block()
    /// Whether times ascend strictly in the order of arrival.
    private(set) var isAscending = true
    private(set) var lastTime = Int64.min
    private(set) var firstTime = Int64.max

    var count: Int { sealed.count * HeadSeries.blockEntryCount + tail.count }

    mutating func append(_ time: Int64, _ value: Double, _ quality: UInt8, _ lsn: LSN) {
        if tail.count == HeadSeries.blockEntryCount {
            sealed.append(tail)
            tail = Block()
        }
        tail.times.append(time)
        tail.values.append(value)
        tail.qualities.append(quality)
        tail.lsns.append(lsn)
        if time <= lastTime { isAscending = false }
        lastTime = max(lastTime, time)
        firstTime = min(firstTime, time)
    }

    /// The entries that a snapshot sees are a prefix of those that arrived.
    private func visibleCount(_ lsn: LSN) -> Int {
        var visible = count
        while visible > 0, self.lsn(visible - 1) > lsn { visible -= 1 }
        return visible
    }

    private func block(of index: Int) -> Int { index / HeadSeries.blockEntryCount }

    private func lsn(_ index: Int) -> LSN {
        let number = block(of: index)
        return number < sealed.count
            ? sealed[number].lsns[index % HeadSeries.blockEntryCount]
            : tail.lsns[index - sealed.count * HeadSeries.blockEntryCount]
    }

    private func time(_ index: Int) -> Int64 {
        let number = block(of: index)
        return number < sealed.count
            ? sealed[number].times[index % HeadSeries.blockEntryCount]
            : tail.times[index - sealed.count * HeadSeries.blockEntryCount]
    }

    private func sample(_ index: Int) -> Sample {
        let number = block(of: index)
        let block = number < sealed.count ? sealed[number] : tail
        let place = index - number * HeadSeries.blockEntryCount
        return Sample(
            time: Timestamp(rawValue: block.times[place]), value: block.values[place],
            quality: Quality(rawValue: block.qualities[place]))
    }
}

// MARK: - Reading

extension HeadSeries {
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
            guard time(index) <= bounds.last else { break }
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
            return index > 0 ? sample(index - 1) : nil
        }
        var best: Int?
        for index in 0..<visible where time(index) <= limit {
            if let known = best, time(index) < time(known) { continue }
            best = index
        }
        return best.map(sample)
    }

    private func append(_ index: Int, to columns: inout SampleColumns, in bounds: ReadBounds) {
        let time = time(index)
        guard time >= bounds.first, time <= bounds.last else { return }
        let sample = sample(index)
        columns.append(time: time, value: sample.value, quality: sample.quality.rawValue)
    }

    private func firstIndex(atOrAfter limit: Int64, _ visible: Int) -> Int {
        var low = 0
        var high = visible
        while low < high {
            let middle = low + (high - low) / 2
            if time(middle) >= limit { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
