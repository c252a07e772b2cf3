internal import BuildingModel
internal import TimeSeriesModel

/// Which faults are planted where and when.
///
/// Points are taken in groups of about 200 that share no device. A group's history is cut into one
/// slot per fault, so that no fault of a group can hide another, and every fault has a point or
/// device of its own, so that a finding has one cause.
struct FaultPlan {
    private(set) var faults: [PlantedFault] = []
    /// What happens to each point.
    private(set) var episodes: [[FaultEpisode]]

    private let layout: BuildingLayout
    private let noise: HashNoise
    /// The ticks of a quarter of an hour inside the history; every interval divides it.
    private let ticks: Range<Int64>
    private let historyEnd: Timestamp
    private var isTaken: Set<Int> = []

    static let tickMilliseconds: Int64 = 900_000
    private static let pointsPerGroup = 200
    /// A shorter slot has no room for a gap that can be told from a late sample.
    private static let slotTicksMin: Int64 = 8

    init(layout: BuildingLayout, noise: HashNoise, range: TimeRange) {
        self.layout = layout
        self.noise = noise
        episodes = Array(repeating: [], count: layout.points.count)
        historyEnd = range.to
        let first = (range.from.milliseconds - 1).floorDivided(by: FaultPlan.tickMilliseconds) + 1
        let end = range.to.milliseconds.floorDivided(by: FaultPlan.tickMilliseconds)
        ticks = first..<max(first, end)
        let groupCount = max(1, layout.points.count / FaultPlan.pointsPerGroup)
        for group in 0..<groupCount where !layout.points.isEmpty {
            let start = group * FaultPlan.pointsPerGroup
            // What is left over joins the last group: a group of three points would be all faults.
            let end =
                group + 1 == groupCount
                ? layout.points.count : start + FaultPlan.pointsPerGroup
            plant(in: start..<end, noise: noise.branch(UInt64(group)))
        }
        faults.sort { ($0.range.from, $0.description) < ($1.range.from, $1.description) }
    }

    private mutating func plant(in points: Range<Int>, noise: HashNoise) {
        let recipe = FaultPlan.shuffled(noise) + [.stalled]
        let slotTicks = Int64(ticks.count) / Int64(recipe.count)
        guard slotTicks >= FaultPlan.slotTicksMin else { return }
        for (index, kind) in recipe.enumerated() {
            let start = ticks.lowerBound + Int64(index) * slotTicks
            plant(
                kind, in: points, during: start..<(start + slotTicks),
                noise: noise.branch(UInt64(index + 1)))
        }
    }

    /// A stall comes last, since it lasts to the end and would hide what comes after.
    private static func shuffled(_ noise: HashNoise) -> [PlantedFault.Kind] {
        var kinds: [PlantedFault.Kind] = [
            .gap(reason: "device_error"), .stuck, .deviceOutage, .outOfRange, .badQuality,
            .gap(reason: "sentinel"), .stuck, .outOfRange, .badQuality,
            .gap(reason: "tick_missed"),
        ]
        for index in kinds.indices.dropFirst() {
            kinds.swapAt(index, noise.integer(Int64(index), in: 0...index))
        }
        return kinds
    }

    private mutating func plant(
        _ kind: PlantedFault.Kind, in points: Range<Int>, during slot: Range<Int64>,
        noise: HashNoise
    ) {
        let span = span(of: kind, during: slot, noise: noise)
        if kind == .deviceOutage {
            let first = layout.deviceOfPoint[points.lowerBound]
            let last = layout.deviceOfPoint[points.upperBound - 1]
            return plantOutage(of: noise.integer(2, in: first...last), during: span)
        }
        guard let point = freePoint(for: kind, in: points, noise: noise) else { return }
        isTaken.insert(point)
        record(kind, subject: .point(point), name: layout.points[point].name, during: span)
        let isStalled = kind == .stalled
        episodes[point].append(
            FaultEpisode(
                from: span.from.milliseconds, to: isStalled ? .max : span.to.milliseconds,
                effect: effect(of: kind, on: point, from: span.from)))
    }

    private mutating func plantOutage(of device: Int, during span: TimeRange) {
        let name = layout.devices[device].deviceName
        record(.deviceOutage, subject: .device(device), name: name, during: span)
        for point in layout.points.indices where layout.deviceOfPoint[point] == device {
            episodes[point].append(
                FaultEpisode(
                    from: span.from.milliseconds, to: span.to.milliseconds, effect: .missing))
        }
    }

    private mutating func record(
        _ kind: PlantedFault.Kind, subject: PlantedFault.Subject, name: String,
        during span: TimeRange
    ) {
        let sentence = "\(name) \(kind.sentence) from \(span.from) to \(span.to)."
        faults.append(
            PlantedFault(kind: kind, subject: subject, range: span, description: sentence))
    }
}

extension FaultPlan {
    /// A span inside the slot that leaves at least a tick on either side.
    private func span(
        of kind: PlantedFault.Kind, during slot: Range<Int64>, noise: HashNoise
    ) -> TimeRange {
        let room = Int64(slot.count) - 2
        let bounds = kind.tickCounts
        let longest = min(Int64(bounds.upperBound), max(room / 2, 3))
        let shortest = min(Int64(bounds.lowerBound), longest)
        let length = Int64(noise.integer(0, in: Int(shortest)...Int(longest)))
        let start = slot.lowerBound + 1 + Int64(noise.integer(1, in: 0...Int(room - length)))
        let from = Timestamp(milliseconds: start * FaultPlan.tickMilliseconds)
        let to = Timestamp(milliseconds: (start + length) * FaultPlan.tickMilliseconds)
        return TimeRange(from: from, to: kind == .stalled ? historyEnd : to)!
    }

    /// The first suitable point behind a hashed one that has no fault yet.
    private func freePoint(
        for kind: PlantedFault.Kind, in points: Range<Int>, noise: HashNoise
    ) -> Int? {
        let start = noise.integer(3, in: 0...(points.count - 1))
        return points.indices.lazy
            .map { points.lowerBound + ($0 - points.lowerBound + start) % points.count }
            .first { !isTaken.contains($0) && kind.suits(layout.points[$0]) }
    }

    private func effect(
        of kind: PlantedFault.Kind, on point: Int, from: Timestamp
    ) -> FaultEpisode.Effect {
        switch kind {
        case .gap, .deviceOutage, .stalled: return .missing
        case .stuck: return .held(at: from.milliseconds)
        case .badQuality: return .flagged
        case .outOfRange:
            // A broken wire reads far beyond the sensor's range.
            let bounds = layout.points[point].plausibleRange
            let beyond = (bounds.upperBound - bounds.lowerBound) * 2
            return .replaced(by: Curve.rounded(bounds.upperBound + beyond))
        }
    }
}
