/// What a person may have meant who mistyped a name.
enum Spelling {
    /// Of long names that are alike only in part nothing is gained.
    private static let lengthMax = 200

    /// The candidates nearest to a text, best first; none that is far from it.
    ///
    /// - Parameter key: what of a candidate is compared, where that is not all of it.
    static func nearest(
        to text: String, among candidates: some Sequence<String>, countMax: Int,
        key: (String) -> String = { $0 }
    ) -> [String] {
        let typed = Array(text.lowercased().utf8.prefix(lengthMax))
        guard !typed.isEmpty else { return [] }
        var found: [(name: String, rank: Int)] = []
        for candidate in candidates {
            let known = Array(key(candidate).lowercased().utf8.prefix(lengthMax))
            if let rank = rank(typed, known) { found.append((candidate, rank)) }
        }
        found.sort { ($0.rank, $0.name) < ($1.rank, $1.name) }
        // Beside a good match, poor ones would only confuse.
        let worst = (found.first?.rank ?? 0) + 3
        return found.prefix(countMax).filter { $0.rank <= worst }.map(\.name)
    }

    /// nil where the two have nothing to do with each other: more than a third would have to change.
    private static func rank(_ typed: [UInt8], _ known: [UInt8]) -> Int? {
        if typed == known { return 0 }
        let limit = max(1, typed.count / 3)
        var best: Int?
        if abs(typed.count - known.count) <= limit {
            let distance = distance(typed, known)
            if distance <= limit { best = distance * 2 }
        }
        // Part of a longer name is as good as a letter or two that are wrong.
        guard typed.count > 2, typed.count < known.count else { return best }
        let part = distance(typed, known, anywhere: true)
        guard part <= typed.count / 4 else { return best }
        return min(best ?? .max, 5 + part * 2)
    }

    /// How many letters have to be put in, left out, changed or exchanged with their neighbour.
    ///
    /// - Parameter anywhere: whether what stands in front of and behind the best part of the right
    ///   text costs nothing.
    static func distance(_ left: [UInt8], _ right: [UInt8], anywhere: Bool = false) -> Int {
        var beforeLast = [Int](repeating: 0, count: right.count + 1)
        var last = anywhere ? beforeLast : Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1]
            for column in 0..<right.count {
                let isSame = left[row] == right[column]
                var least = min(
                    last[column + 1] + 1, current[column] + 1, last[column] + (isSame ? 0 : 1))
                if row > 0, column > 0, left[row] == right[column - 1],
                    left[row - 1] == right[column]
                {
                    least = min(least, beforeLast[column - 1] + 1)
                }
                current.append(least)
            }
            beforeLast = last
            last = current
        }
        return anywhere ? last.min() ?? left.count : last[right.count]
    }
}
