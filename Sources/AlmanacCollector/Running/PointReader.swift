internal import Almanac
internal import BACnetIP
internal import BACnetMessages
internal import BuildingModel
internal import TimeSeriesModel

/// Reads points of one device and judges the replies.
struct PointReader: Sendable {
    let context: CollectorContext
    let device: CollectedDevice
    let address: DeviceAddress
    /// `live` for a caller that waits: its requests come before those of a poll that wait.
    var urgency = RequestUrgency.routine

    /// Which properties besides the present value are read of a point.
    struct Selection: Sendable {
        var flagless: Set<PointAddress> = []
        var unreliable: Set<PointAddress> = []
        var readsReliability = false

        func properties(of point: PointAddress) -> [PropertyIdentifier] {
            var properties: [PropertyIdentifier] = [.presentValue]
            if !flagless.contains(point) { properties.append(.statusFlags) }
            if readsReliability || unreliable.contains(point) { properties.append(.reliability) }
            return properties
        }
    }

    /// Readings in the order of the points, and what was learned on the way.
    struct Outcome: Sendable {
        var readings: [RoundResult.Reading] = []
        var unreliable: Set<PointAddress> = []
        var flagless: Set<PointAddress> = []
        var isLost = false
    }

    /// Reads points with as few requests as the device takes, one after the other.
    ///
    /// - Parameters:
    ///   - points: those to read, each from its object.
    ///   - selection: the properties.
    ///   - found: called with the readings of each request as they come.
    func read(
        _ points: [CollectedPoint], _ selection: Selection,
        found: (inout [RoundResult.Reading]) -> Void = { _ in }
    ) async -> Outcome {
        var outcome = Outcome()
        var loss: JudgedReading?
        for part in parts(of: points, selection) {
            if let loss {
                let now = context.time.now
                outcome.readings += part.map {
                    RoundResult.Reading(point: $0, reading: loss, arrival: now)
                }
                continue
            }
            var readings = await read(part: part, selection, &outcome)
            found(&readings)
            outcome.readings += readings
            loss = readings.lazy.map(\.reading).first { reading in
                switch reading {
                case .lost, .notRead: true
                default: false
                }
            }
        }
        if case .lost? = loss { outcome.isLost = true }
        return outcome
    }

    /// The points of each request, so that a reading's arrival is that of its own reply.
    private func parts(of points: [CollectedPoint], _ selection: Selection) -> [[CollectedPoint]] {
        let byObject = Dictionary(grouping: points, by: \.object)
        let targets = points.flatMap { point in
            selection.properties(of: point.address).map { ObjectProperty(point.object, $0) }
        }
        let size = context.client.batchSize(of: address)
        guard !size.usesReadProperty else { return points.map { [$0] } }
        var seen: Set<PointAddress> = []
        return size.requests(for: targets).compactMap { request in
            var part: [CollectedPoint] = []
            for target in request.targets {
                for point in byObject[target.object] ?? [] where seen.insert(point.address).inserted
                {
                    part.append(point)
                }
            }
            return part.isEmpty ? nil : part
        }
    }

    private func read(
        part: [CollectedPoint], _ selection: Selection, _ outcome: inout Outcome
    ) async -> [RoundResult.Reading] {
        let targets = part.flatMap { point in
            selection.properties(of: point.address).map { ObjectProperty(point.object, $0) }
        }
        let found = await context.client.readProperties(
            targets, of: address, patience: context.patience, urgency: urgency)
        let arrival = context.time.now
        let judge = ReadingJudge(device.profile)
        return part.map { point in
            guard let value = found[ObjectProperty(point.object, .presentValue)] else {
                return RoundResult.Reading(
                    point: point,
                    reading: .missing(.deviceError, "the reply has no \(point.object)"),
                    arrival: arrival)
            }
            let flags = found[ObjectProperty(point.object, .statusFlags)]
            let reliability = found[ObjectProperty(point.object, .reliability)]
            if case .error(let error)? = flags, error.isUnknown, !value.isUnknown {
                outcome.flagless.insert(point.address)
            }
            if case .values(let values)? = reliability, values.first?.number != 0 {
                outcome.unreliable.insert(point.address)
            }
            let replies = ReadingJudge.Replies(
                presentValue: value, statusFlags: flags, reliability: reliability)
            return RoundResult.Reading(
                point: point, reading: judge.judge(replies, of: point), arrival: arrival)
        }
    }
}

extension PropertyOutcome {
    fileprivate var isUnknown: Bool {
        if case .error(let error) = self { error.isUnknown } else { false }
    }
}

extension TaggedValue {
    /// A whole number that the value is, if it is one.
    fileprivate var number: UInt64? {
        switch self {
        case .enumerated(let number): UInt64(number)
        case .unsigned(let number): number
        default: nil
        }
    }
}

extension RoundResult.Reading {
    /// The reading as the cache takes it; nil without a value.
    func realtimeValue(timeToLive: Duration) -> RealtimeValue? {
        guard case .value(let value, let quality) = reading else { return nil }
        return RealtimeValue(
            point: point.address, value: value, quality: quality, timestamp: arrival,
            dataType: point.dataType, unitCode: point.unitCode, timeToLive: timeToLive)
    }
}
