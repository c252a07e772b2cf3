public import TimeSeriesModel

/// One thing that is measured, commanded or calculated, as a person knows it.
public struct MonitoringPoint: Hashable, Sendable {
    /// The key. An upsert with the same key adds a version and keeps ``createdAt``.
    public var address: PointAddress
    /// May hold a `/`: a full name is split at its first.
    public var pointName: String?
    public var description: String?
    /// The BACnet engineering-units number, whatever the source called the unit.
    public var unitCode: UInt16?
    /// What a screen shows. It may say more than the code, as in `% open`.
    public var unitSymbol: String?
    public var dataType: DataType
    /// Whether it is collected; an inactive point keeps its history.
    public var isActive: Bool
    /// Set when the point is first stored, and never changed.
    public var createdAt: Timestamp?
    public var updatedAt: Timestamp?

    public init(
        address: PointAddress, pointName: String? = nil, description: String? = nil,
        unitCode: UInt16? = nil, unitSymbol: String? = nil, dataType: DataType,
        isActive: Bool = true, createdAt: Timestamp? = nil, updatedAt: Timestamp? = nil
    ) {
        self.address = address
        self.pointName = pointName
        self.description = description
        self.unitCode = unitCode
        self.unitSymbol = unitSymbol
        self.dataType = dataType
        self.isActive = isActive
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }

    /// The unit that ``unitCode`` names.
    public var unit: EngineeringUnit? { unitCode.map(EngineeringUnit.init(rawValue:)) }

    /// The stated symbol, else the one of ``unitCode``; `nil` where neither is known.
    public var displayedUnit: String? { unitSymbol ?? unit?.symbol }
}
