/// A source of which few requests are under way at a time, in all and to each device.
///
/// For sources without a queue of their own. All tasks that read the devices, pollers and
/// ``DataManager/currentValue(of:maxAge:)`` alike, use the same one.
public struct QueuedSource: PointSource {
    /// The queue.
    public let gate: DeviceGate
    private let source: any PointSource

    /// - Parameters:
    ///   - source: the source that is read when it is a request's turn.
    ///   - gate: the queue, which several sources may share.
    public init(_ source: any PointSource, gate: DeviceGate) {
        self.source = source
        self.gate = gate
    }

    /// - Throws: ``PointSourceError`` `tooManyRequests` if too many wait, and what the source throws.
    public func readings(
        of points: [PointAddress], on device: DeviceID
    ) async throws(PointSourceError) -> [PointAnswer] {
        let result: Result<[PointAnswer], PointSourceError>
        do throws(HistoryError) {
            result = try await gate.withTurn(on: device) { () async throws(HistoryError) in
                do throws(PointSourceError) {
                    return .success(try await source.readings(of: points, on: device))
                } catch { return .failure(error) }
            }
        } catch {
            throw error.code == .cancelled ? .cancelled : .tooManyRequests(error.message)
        }
        return try result.get()
    }

    public func isResting(_ device: DeviceID) -> Bool { source.isResting(device) }
}
