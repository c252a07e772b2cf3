import ColumnCodec

/// Brings columns into strictly ascending order of time.
enum SampleSorter {
    /// How many samples fell to a later one of the same time.
    struct Superseded {
        /// The later one had the same value bits and quality.
        var duplicates = 0
        /// The later one differed.
        var replaced = 0
    }

    static func isStrictlyAscending(_ times: [Int64]) -> Bool {
        for index in times.indices.dropFirst() where times[index - 1] >= times[index] {
            return false
        }
        return true
    }

    /// Sorts by time; of equal times the sample that came last stays.
    static func sort(_ columns: inout SampleColumns) -> Superseded {
        var superseded = Superseded()
        guard !isStrictlyAscending(columns.times) else { return superseded }
        let times = columns.times
        let order = times.indices.sorted {
            times[$0] == times[$1] ? $0 < $1 : times[$0] < times[$1]
        }
        var sorted = SampleColumns()
        sorted.reserve(columns.count)
        for (place, index) in order.enumerated() {
            if place + 1 < order.count, times[order[place + 1]] == times[index] {
                let winner = order[place + 1]
                if columns.hasSameSample(at: index, as: winner) {
                    superseded.duplicates += 1
                } else {
                    superseded.replaced += 1
                }
                continue
            }
            sorted.append(
                time: times[index], value: columns.values[index],
                quality: columns.qualities[index])
        }
        columns = sorted
        return superseded
    }
}

extension SampleColumns {
    /// Whether two of its samples agree in value bits and quality.
    fileprivate func hasSameSample(at index: Int, as other: Int) -> Bool {
        values[index].bitPattern == values[other].bitPattern
            && qualities[index] == qualities[other]
    }
}
