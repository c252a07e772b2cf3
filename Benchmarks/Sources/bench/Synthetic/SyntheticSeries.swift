import TimeSeriesModel

/// Series by a formula: any sample can be computed, so a store of hundreds of millions of them can
/// be checked without keeping a second copy.
struct SyntheticSeries: TickSource {
    private static let lastYear = 2025
    private static let pointsPerDevice = 100
    private static let templateCount = 8191

    let seriesCount: Int
    let yearCount: Int
    /// Milliseconds.
    let step: Int64
    let keys: [SeriesKey]
    /// A walk of a room's temperature in tenths, from which every series takes its own part.
    private let template: [Int]

    var start: Int64 { UTCYear(SyntheticSeries.lastYear - yearCount + 1).start.rawValue }
    var end: Int64 { UTCYear(SyntheticSeries.lastYear + 1).start.rawValue }
    var samplesPerSeries: Int { Int((end - start + step - 1) / step) }
    var sampleCount: Int { seriesCount * samplesPerSeries }
    var years: [UTCYear] {
        (0..<yearCount).map { UTCYear(SyntheticSeries.lastYear - yearCount + 1 + $0) }
    }

    init(series: Int, years: Int, stepSeconds: Int) {
        seriesCount = series
        yearCount = years
        step = Int64(stepSeconds) * 1000
        keys = (0..<series).map { index in
            SeriesKey(
                number: index,
                address: PointAddress(
                    device: DeviceID(UInt32(index / SyntheticSeries.pointsPerDevice + 1)),
                    type: .input, number: UInt32(index % SyntheticSeries.pointsPerDevice + 1)))
        }
        var random = SampleRandom(seed: 1)
        var level = 215
        template = (0..<SyntheticSeries.templateCount).map { _ in
            level = min(300, max(150, level + random.below(5) - 2))
            return level
        }
    }

    /// The arguments by which another process knows the same series.
    var arguments: [String] { [String(seriesCount), String(yearCount), String(step / 1000)] }

    init(_ words: Arguments, from index: Int) throws {
        self.init(
            series: try words.number(at: index), years: try words.number(at: index + 1),
            stepSeconds: try words.number(at: index + 2))
    }

    func time(at slot: Int) -> Int64 { start + Int64(slot) * step }

    /// The slot of the newest sample at or before a time.
    func slot(atOrBefore time: Int64) -> Int {
        min(Int((time - start) / step), samplesPerSeries - 1)
    }

    /// Seven rooms, a switch, a setpoint and a meter in ten.
    func value(of series: Int, at slot: Int) -> Double {
        let place = template[(slot + series * 61) % template.count]
        switch series % 10 {
        case 7: return place > 220 ? 1 : 0
        case 8: return Double(20 + (slot / 97 + series) % 4)
        case 9: return Double(series * 1000 + slot * 200 + place) / 100
        default: return Double(place) / 10
        }
    }

    /// The slots of a year.
    func slots(of year: UTCYear) -> Range<Int> {
        let bounds = [year.start.rawValue, year.end.rawValue].map { bound in
            min(samplesPerSeries, Int((max(0, bound - start) + step - 1) / step))
        }
        return bounds[0]..<bounds[1]
    }

    // MARK: - Ticks after the end

    func time(of tick: Int) -> Int64 { time(at: samplesPerSeries + tick) }

    func values(of tick: Int) -> [Double] {
        (0..<seriesCount).map { value(of: $0, at: samplesPerSeries + tick) }
    }
}
