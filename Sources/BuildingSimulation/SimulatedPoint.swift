public import BuildingModel
public import TimeSeriesModel

/// A point of the simulated building: who it is, and within which bounds it behaves.
public struct SimulatedPoint: Hashable, Sendable {
    public let address: PointAddress
    public let deviceName: String
    /// In snake case and unique in its device.
    public let pointName: String
    public let description: String
    /// `nil` for digital points.
    public let unit: EngineeringUnit?
    /// `nil` for analog points.
    public let stateTexts: StateTexts?
    public let dataType: DataType
    /// Samples stand on multiples of it since 1970.
    public let intervalSeconds: Int
    /// Values are whole multiples of 1 / 10^`decimals`.
    public let decimals: Int
    /// Every value lies in it, but those of an `outOfRange` fault.
    public let plausibleRange: ClosedRange<Double>
    public let behaviour: Behaviour
    /// Whether its samples come up to 3 s after their tick, as a poller's do.
    public let isJittered: Bool

    /// The full name, `<device>/<point>`.
    public var name: String { deviceName + "/" + pointName }

    public var unitCode: UInt16? { unit?.rawValue }

    public var unitSymbol: String? { unit?.symbol }

    /// The point as a catalog takes it.
    public var monitoringPoint: MonitoringPoint {
        MonitoringPoint(
            address: address, pointName: pointName, description: description, unitCode: unitCode,
            unitSymbol: unitSymbol, dataType: dataType)
    }
}
