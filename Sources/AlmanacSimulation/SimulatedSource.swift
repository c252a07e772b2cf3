public import Almanac

/// Devices that answer like real ones, late or not at all, on whatever clock they are given.
///
/// Values, delays and faults follow from seed, device, point and time alone: with a clock that is
/// moved by hand, the same questions get the same answers at the same moments. Nothing is kept
/// between two requests, so that any number of tasks may ask.
public struct SimulatedSource: PointSource {
    /// How long a device takes.
    public struct Replies: Hashable, Sendable {
        /// Evenly spread over the requests.
        public var delay: ClosedRange<Duration>
        /// How long a source waits for a device that does not answer, retries included.
        public var timeout: Duration

        public init(
            delay: ClosedRange<Duration> = .milliseconds(300) ... .seconds(5),
            timeout: Duration = .seconds(5)
        ) {
            self.delay = delay
            self.timeout = timeout
        }

        /// Answers that are there at once.
        public static let immediate = Replies(delay: .zero ... .zero)
    }

    private let values: SimulatedValues
    private let time: any TimeSource
    private let replies: Replies
    private let faults: [SimulatedFault]
    private let noise: ReplyNoise

    /// - Parameters:
    ///   - values: what the devices show.
    ///   - time: gives the time of values and stamps, and is slept on for the delays.
    ///   - replies: how long a device takes.
    ///   - faults: when devices are silent, slow or refuse.
    ///   - seed: of the delays.
    public init(
        values: SimulatedValues, time: any TimeSource, replies: Replies = Replies(),
        faults: [SimulatedFault] = [], seed: UInt64 = 1
    ) {
        self.values = values
        self.time = time
        self.replies = replies
        self.faults = faults
        noise = ReplyNoise(seed: seed)
    }

    /// What the points show when the reply comes, after the delay of this request.
    public func readings(
        of points: [PointAddress], on device: DeviceID
    ) async throws(PointSourceError) -> [PointAnswer] {
        let asked = time.now
        var delay = self.delay(of: device, at: asked)
        for fault in faults where fault.device == device && fault.range.contains(asked) {
            switch fault.kind {
            case .silent: try await time(out: device)
            case .slow(let more): delay += more
            case .refusing(let reason):
                try await wait(delay)
                throw .deviceError("device \(device.rawValue) refuses: \(reason)")
            }
        }
        if points.contains(where: { values.shown($0, asked) == .silence })
            || delay > replies.timeout
        {
            try await time(out: device)
        }
        try await wait(delay)
        let arrival = time.now
        return points.map { answer(for: $0, on: device, at: arrival) }
    }

    /// How long the reply to a request of this moment takes, without faults.
    public func delay(of device: DeviceID, at moment: Timestamp) -> Duration {
        let span = replies.delay.upperBound - replies.delay.lowerBound
        return replies.delay.lowerBound + span * noise.branch(device).unit(moment.milliseconds)
    }

    private func answer(
        for point: PointAddress, on device: DeviceID, at arrival: Timestamp
    ) -> PointAnswer {
        guard point.device == device else {
            return PointAnswer(point, failure: .deviceError("\(point) is of another device"))
        }
        switch values.shown(point, arrival) {
        case .value(let value, let quality, let dataType, let unitCode):
            return PointAnswer(
                PointReading(
                    point: point, value: value, quality: quality, arrival: arrival,
                    dataType: dataType, unitCode: unitCode))
        case .unknownPoint:
            return PointAnswer(point, failure: .deviceError("\(point) is unknown to its device"))
        case .notReadable:
            return PointAnswer(point, failure: .deviceError("\(point) cannot be read now"))
        case .silence:
            return PointAnswer(point, failure: .timeout("\(point) fell silent"))
        }
    }

    private func time(out device: DeviceID) async throws(PointSourceError) -> Never {
        try await wait(replies.timeout)
        throw .timeout("device \(device.rawValue) did not answer within \(replies.timeout)")
    }

    private func wait(_ delay: Duration) async throws(PointSourceError) {
        guard delay > .zero else { return }
        do {
            try await time.sleep(until: time.uptime + delay)
        } catch {
            throw .cancelled
        }
    }
}
