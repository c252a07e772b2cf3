import Almanac

/// Live values by whatever protocol a gateway speaks: one request for several points of a device, with
/// a limit on how long it may take.
struct GatewaySource: PointSource {
    /// The values that the gateway gives; a point that it does not know is missing.
    let ask: @Sendable (DeviceID, [PointAddress]) async throws -> [PointAddress: Double]
    var timeout: Duration = .seconds(5)

    func readings(
        of points: [PointAddress], on device: DeviceID
    ) async throws(PointSourceError) -> [PointAnswer] {
        let values: [PointAddress: Double]
        do { values = try await limited(points, device) } catch let error as PointSourceError {
            throw error
        } catch { throw .deviceError("\(error)") }
        let arrival = SystemTime().now
        return points.map { point in
            guard let value = values[point] else {
                return PointAnswer(point, failure: .deviceError("\(point) is not known there"))
            }
            return PointAnswer(
                PointReading(point: point, value: value, arrival: arrival, dataType: .analog))
        }
    }

    private func limited(
        _ points: [PointAddress], _ device: DeviceID
    ) async throws -> [PointAddress: Double] {
        try await withThrowingTaskGroup(of: [PointAddress: Double].self) { group in
            group.addTask { try await ask(device, points) }
            group.addTask {
                try await Task.sleep(for: timeout)
                throw PointSourceError.timeout("no answer of \(device.rawValue) in \(timeout)")
            }
            defer { group.cancelAll() }
            return try await group.next() ?? [:]
        }
    }
}
