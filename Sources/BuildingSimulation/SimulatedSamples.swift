public import TimeSeriesModel

/// Samples of one point as three columns of equal length, times ascending.
public struct SimulatedSamples: Hashable, Sendable {
    public var times: [Timestamp]
    public var values: [Double]
    public var qualities: [Quality]

    public init(times: [Timestamp] = [], values: [Double] = [], qualities: [Quality] = []) {
        precondition(
            times.count == values.count && times.count == qualities.count,
            "the columns of a series have one length")
        self.times = times
        self.values = values
        self.qualities = qualities
    }

    public var count: Int { times.count }

    public subscript(index: Int) -> Sample {
        Sample(time: times[index], value: values[index], quality: qualities[index])
    }

    mutating func reserveCapacity(_ count: Int) {
        times.reserveCapacity(count)
        values.reserveCapacity(count)
        qualities.reserveCapacity(count)
    }

    mutating func append(_ sample: Sample) {
        times.append(sample.time)
        values.append(sample.value)
        qualities.append(sample.quality)
    }
}
