internal import BACnetMessages

/// What a simulated device is called and has.
public struct DeviceSummary: Hashable, Sendable {
    /// Its object-name.
    public let name: String
    /// Objects with a present value: points, and states that follow from them.
    public let pointCount: Int
    /// Trend logs.
    public let logCount: Int

    init(_ objects: SimulatedObjects) {
        name = objects.deviceName
        logCount = objects.list.count { $0.type == .trendLog }
        // The device itself has none.
        pointCount = objects.list.count - logCount - 1
    }
}
