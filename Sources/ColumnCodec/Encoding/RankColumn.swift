/// A column of integers as places in the table of those that occur.
struct RankColumn: Sendable {
    private(set) var table: [Int64] = []
    private(set) var ranks: [Int64] = []
    private var sample: [Int64] = []

    private static let sampleCount = 256

    /// - Returns: whether there are few enough that a table may pay.
    mutating func take(_ integers: [Int64], count: Int) -> Bool {
        guard mayRepeat(integers, count: count) else { return false }
        table.removeAll(keepingCapacity: true)
        let sorted = integers[0..<count].sorted()
        for k in sorted where k != table.last { table.append(k) }
        guard 2 * table.count <= count else { return false }
        ranks.removeAll(keepingCapacity: true)
        var lastRank = 0
        for i in 0..<count {
            if table[lastRank] != integers[i] { lastRank = rank(of: integers[i]) }
            ranks.append(Int64(lastRank))
        }
        return true
    }

    /// Whether a sample holds values twice, and leaves most between them out: sorting all costs more
    /// than any other step.
    private mutating func mayRepeat(_ integers: [Int64], count: Int) -> Bool {
        guard count >= 2 * RankColumn.sampleCount else { return true }
        sample.removeAll(keepingCapacity: true)
        for i in 0..<RankColumn.sampleCount {
            sample.append(integers[i * count / RankColumn.sampleCount])
        }
        sample.sort()
        let distinct = 1 + (1..<sample.count).count { sample[$0] != sample[$0 - 1] }
        let range = sample[sample.count - 1] - sample[0]
        return 4 * distinct <= 3 * sample.count && range > 3 * Int64(distinct)
    }

    private func rank(of k: Int64) -> Int {
        var low = 0
        var high = table.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if table[middle] <= k { low = middle } else { high = middle }
        }
        return low
    }
}
