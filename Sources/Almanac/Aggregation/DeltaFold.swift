import BuildingModel
import TimeSeriesModel

/// By how much a value moved in each bucket, so that buckets add up.
struct DeltaFold: Sendable {
    /// How the difference of two samples is to be understood.
    enum Register: Hashable, Sendable {
        /// A value that goes up and down.
        case value
        /// A running register. A fall is a roll-over by the modulus, or a reset to zero.
        case totalizer(modulus: Double?)
        /// Each sample is the amount of the time before it.
        case amount
    }

    /// By bucket; `nil` where no sample lies between its ends, both included.
    private(set) var deltas: [Double?]
    private(set) var fallCounts: [Int]

    /// - Parameters:
    ///   - samples: the usable ones in order, with those next to the buckets.
    ///   - bounds: in milliseconds, ascending; one more than there are buckets.
    init(_ samples: [Sample], bounds: [Int64], _ register: Register) {
        deltas = Array(repeating: nil, count: bounds.count - 1)
        fallCounts = Array(repeating: 0, count: bounds.count - 1)
        // The last sample at or before the bucket's start.
        var before = samples.partitioningIndex { $0.time.milliseconds > bounds[0] } - 1
        for place in deltas.indices {
            var last = before
            while last + 1 < samples.count,
                samples[last + 1].time.milliseconds <= bounds[place + 1]
            { last += 1 }
            if register == .amount {
                addAmounts(samples, before + 1..<last + 1, to: place)
            } else if before >= 0 {
                let hasSample = last > before || samples[before].time.milliseconds == bounds[place]
                if hasSample { addMove(samples, before, last, to: place, register) }
            } else if last >= 0, samples[0].time.milliseconds < bounds[place + 1] {
                // Nothing came before: the bucket's first sample is where it begins. One at its
                // end alone is the first of the next bucket instead.
                addMove(samples, 0, last, to: place, register)
            }
            before = last
        }
    }

    private mutating func addAmounts(_ samples: [Sample], _ own: Range<Int>, to bucket: Int) {
        guard !own.isEmpty else { return }
        deltas[bucket] = samples[own].reduce(0) { $0 + $1.value }
    }

    /// The move from the sample at `first` to the one at `last`.
    private mutating func addMove(
        _ samples: [Sample], _ first: Int, _ last: Int, to bucket: Int, _ register: Register
    ) {
        var correction = 0.0
        if case .totalizer(let modulus) = register {
            for place in first..<last where samples[place + 1].value < samples[place].value {
                correction += modulus ?? samples[place].value
                fallCounts[bucket] += 1
            }
        }
        deltas[bucket] = samples[last].value - samples[first].value + correction
    }
}

extension DeltaFold.Register {
    init(_ profile: PointProfile) {
        switch profile.historyMode {
        case .sampled, .changeOfValue: self = .value
        case .consumption: self = .amount
        case .totalizer: self = .totalizer(modulus: profile.modulus)
        }
    }
}
