import Almanac
import ArgumentParser

/// What a bucket of samples is told by.
enum Aggregation: String, CaseIterable, Sendable {
    case min, max, mean, twm, sum, count, first, last, delta

    var ofHistory: Almanac.Aggregation {
        switch self {
        case .min: .min
        case .max: .max
        case .mean: .mean
        case .twm: .timeWeightedMean
        case .sum: .sum
        case .count: .count
        case .first: .first
        case .last: .last
        case .delta: .delta
        }
    }

    /// Whether the samples next to a bucket take part.
    var needsNeighbours: Bool { self == .twm || self == .delta }

    func cell(_ bucket: Bucket) -> Cell {
        switch self {
        case .count: .integer(bucket.count)
        case .mean, .sum, .twm, .delta: .number(bucket.value(of: ofHistory), places: 4)
        case .min, .max, .first, .last: .number(bucket.value(of: ofHistory))
        }
    }

    /// A list like `min,max,mean`; each one once.
    static func list(_ text: String) throws(ToolFailure) -> [Aggregation] {
        var found: [Aggregation] = []
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let one = Aggregation(rawValue: String(word)), !found.contains(one) else {
                let known = allCases.map(\.rawValue).joined(separator: ",")
                throw ToolFailure(
                    .usage, "--agg: found \"\(word)\", expected some of \(known), each once")
            }
            found.append(one)
        }
        return found
    }
}
