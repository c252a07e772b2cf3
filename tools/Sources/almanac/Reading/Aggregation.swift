import Almanac
import ArgumentParser
import SegmentStore

/// What a bucket of samples is told by.
enum Aggregation: String, CaseIterable, Sendable {
    case min, max, mean, twm, sum, count, first, last, delta

    /// What the façade has to tell, because the samples next to the bucket take part; nil for what
    /// the store's statistics do.
    var ofNeighbours: Almanac.Aggregation? {
        switch self {
        case .twm: .timeWeightedMean
        case .delta: .delta
        case .min, .max, .mean, .sum, .count, .first, .last: nil
        }
    }

    /// - Parameter neighbours: the same bucket with what ``ofNeighbours`` names.
    func cell(_ aggregate: Aggregate, _ neighbours: Almanac.Bucket?) -> Cell {
        switch self {
        case .min: .number(aggregate.minimum)
        case .max: .number(aggregate.maximum)
        case .mean: .number(aggregate.mean, places: 4)
        case .sum: .number(aggregate.sum, places: 4)
        case .count: .integer(aggregate.count)
        case .first: .number(aggregate.first)
        case .last: .number(aggregate.last)
        case .twm: .number(neighbours?.timeWeightedMean, places: 4)
        case .delta: .number(neighbours?.delta, places: 4)
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
