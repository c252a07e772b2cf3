extension QuerySession {
    /// Single samples: at or before a time, and the newest.
    func askSamples(_ result: inout RunResult) throws {
        var value = 0.0
        var offset = 0.0
        let lookups = try times(queries.lookups) {
            try reader.sample(of: $0.series, atOrBefore: $0.time)
        } then: { sample in
            guard let sample else { throw WrongAnswer("lookup: no sample") }
            value += sample.value
            offset += Double(sample.time - queries.start)
        }
        result.add("lookup", nanoseconds: lookups)
        result.check("lookup", [value, offset])

        value = 0
        let latest = try times(queries.latest) {
            try reader.latest(of: $0)
        } then: { sample in
            guard let sample else { throw WrongAnswer("latest: no sample") }
            value += sample.value
        }
        result.add("latest", nanoseconds: latest)
        result.check("latest", [value])
    }

    /// About 1,000 samples as columns.
    func askRanges(_ result: inout RunResult) throws {
        var value = 0.0
        var count = 0
        let ranges = try times(queries.ranges, reader.columns) { answer in
            guard answer.times.count == answer.values.count else {
                throw WrongAnswer("range1000: \(answer.times.count) times")
            }
            value += answer.values.reduce(0, +)
            count += answer.values.count
        }
        result.add("range1000", nanoseconds: ranges)
        result.check("range", [value, Double(count)])
    }
}
