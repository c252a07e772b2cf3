/// Reads the current values of points from devices.
///
/// A source has its own time limits, retries, and limits on how many requests are open at a time;
/// ``QueuedSource`` adds such limits to one that has none. Many tasks may read at once.
public protocol PointSource: Sendable {
    /// What some points of one device show, as one request or as many as the device needs.
    ///
    /// A point that fails drops only itself: its answer carries the failure. Answers may come in any
    /// order; a point without one counts as failed.
    ///
    /// - Parameters:
    ///   - points: all on `device`, none twice.
    ///   - device: the one that is asked.
    /// - Throws: ``PointSourceError`` where no point could be read, above all a silent device.
    func readings(
        of points: [PointAddress], on device: DeviceID
    ) async throws(PointSourceError) -> [PointAnswer]

    /// Whether the device is left alone for now after failures, so that asking it would only mean
    /// waiting. Answers at once. `false` where the source does not say.
    func isResting(_ device: DeviceID) -> Bool
}

extension PointSource {
    public func isResting(_ device: DeviceID) -> Bool { false }

    /// What one point shows.
    public func reading(of point: PointAddress) async throws(PointSourceError) -> PointReading {
        let answers = try await readings(of: [point], on: point.device)
        guard let answer = answers.first(where: { $0.point == point }) else {
            throw .notAnswered(point)
        }
        return try answer.result.get()
    }
}

/// What a device answered for one point.
public struct PointReading: Hashable, Sendable {
    public var point: PointAddress
    public var value: Double
    public var quality: Quality
    /// When the answer came.
    public var arrival: Timestamp
    public var dataType: DataType
    /// The BACnet engineering-units number, where the source knows it.
    public var unitCode: UInt16?

    public init(
        point: PointAddress, value: Double, quality: Quality = .good, arrival: Timestamp,
        dataType: DataType, unitCode: UInt16? = nil
    ) {
        self.point = point
        self.value = value
        self.quality = quality
        self.arrival = arrival
        self.dataType = dataType
        self.unitCode = unitCode
    }
}

/// One point's part of an answer: its reading, or why there is none.
public struct PointAnswer: Sendable {
    public var point: PointAddress
    public var result: Result<PointReading, PointSourceError>

    public init(_ reading: PointReading) {
        point = reading.point
        result = .success(reading)
    }

    public init(_ point: PointAddress, failure: PointSourceError) {
        self.point = point
        result = .failure(failure)
    }
}

extension RealtimeValue {
    /// A reading as the cache takes it, stamped with its arrival.
    public init(
        _ reading: PointReading, timeToLive: Duration = RealtimeValue.defaultTimeToLive
    ) {
        self.init(
            point: reading.point, value: reading.value, quality: reading.quality,
            timestamp: reading.arrival, dataType: reading.dataType, unitCode: reading.unitCode,
            timeToLive: timeToLive)
    }
}
