public import BuildingModel
public import TimeSeriesModel

/// A building that behaves: weather, people, schedules and machines that fit together, and faults
/// that were planted and are listed.
///
/// Every value follows from seed, point and time alone, on every machine to the last bit, and any
/// time can be asked for without those before it. What the faults are depends on the history's
/// range too; what a healthy point does depends on neither range nor number of points.
public struct SimulatedBuilding: Sendable {
    /// The history that is wanted. Faults lie in it, and ``samples(of:in:)`` stays inside.
    public let range: TimeRange
    /// About fifty points each; the numbers of the devices count from 1001.
    public let devices: [Device]
    public let points: [SimulatedPoint]
    /// Everything that is wrong with the history, by time. One of each kind at least is planted for
    /// every 200 points, if the history has a day or more. A point that stalls stays so behind the
    /// history too.
    public let faults: [PlantedFault]

    private let signals: [Signal]
    private let episodes: [[FaultEpisode]]
    private let physics: BuildingPhysics

    /// - Parameters:
    ///   - seed: the same seed makes the same building.
    ///   - pointCount: any number from 0.
    ///   - pointsPerDevice: of all devices but the last, 1 or more.
    ///   - range: the history wanted, within ±100,000 years of 1970.
    public init(
        seed: UInt64 = 1, pointCount: Int = 200, pointsPerDevice: Int = 50, range: TimeRange
    ) {
        precondition(pointCount >= 0, "a building cannot have fewer than no points")
        precondition(pointsPerDevice >= 1, "a device has at least one point")
        precondition(
            range.from.milliseconds.magnitude < SimulatedBuilding.furthest
                && range.to.milliseconds.magnitude < SimulatedBuilding.furthest,
            "a history has an end that can be reached")
        let noise = HashNoise(seed: seed)
        let layout = BuildingLayout(
            noise: noise.branch(1), pointCount: pointCount, pointsPerDevice: pointsPerDevice)
        let plan = FaultPlan(layout: layout, noise: noise.branch(2), range: range)
        self.range = range
        devices = layout.devices
        points = layout.points
        faults = plan.faults
        signals = layout.signals
        episodes = plan.episodes
        physics = BuildingPhysics(noise: noise.branch(3))
    }

    /// Beyond, milliseconds and days would need care that no building is worth.
    private static let furthest: UInt64 = 3_155_760_000_000_000
}

extension SimulatedBuilding {
    /// The value that a point shows at a time, whether or not a sample is due then. `nil` where a
    /// planted fault swallows it.
    ///
    /// Takes a fraction of a microsecond, for any time. Times outside ``range`` have values too.
    public func value(of index: Int, at time: Timestamp) -> Double? {
        sample(of: index, at: time)?.value
    }

    /// The value with its quality; `nil` where a planted fault swallows it.
    public func sample(of index: Int, at time: Timestamp) -> Sample? {
        sample(of: signals[index], episodes[index], at: time.milliseconds)
    }

    /// The samples that the point's poller took in a range, oldest first: one a tick, but for those
    /// that a planted fault swallows. The part of `range` outside the building's own is empty.
    public func samples(of index: Int, in range: TimeRange) -> SimulatedSamples {
        var found = SimulatedSamples()
        let from = max(range.from, self.range.from).milliseconds
        let to = min(range.to, self.range.to).milliseconds
        guard from < to else { return found }
        let signal = signals[index]
        let ownEpisodes = episodes[index]
        let interval = signal.intervalMilliseconds
        // A tick before `from` may have its sample after it.
        let first = (from - Signal.jitterBound).floorDivided(by: interval)
        let last = (to - 1).floorDivided(by: interval)
        found.reserveCapacity(Int(last - first) + 1)
        for tick in first...last {
            let time = signal.time(ofTick: tick)
            guard time >= from, time < to else { continue }
            if let sample = sample(of: signal, ownEpisodes, at: time) { found.append(sample) }
        }
        return found
    }

    private func sample(
        of signal: Signal, _ episodes: [FaultEpisode], at milliseconds: Int64
    ) -> Sample? {
        let time = Timestamp(milliseconds: milliseconds)
        var shown = milliseconds
        var quality = Quality.good
        for episode in episodes where episode.contains(milliseconds) {
            switch episode.effect {
            case .missing: return nil
            case .replaced(let value): return Sample(time: time, value: value)
            case .held(let start): shown = start
            case .flagged: quality = .fault
            }
        }
        let value = signal.rounded(physics.value(of: signal, at: Moment(shown)))
        return Sample(time: time, value: value, quality: quality)
    }
}
