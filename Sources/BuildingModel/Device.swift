public import TimeSeriesModel

/// A controller that points belong to.
///
/// Serial number, panel number and BACnet instance are three different things: ``deviceID`` is the
/// one number that the caller keeps stable, address and instance belong to whoever talks to it.
public struct Device: Hashable, Sendable {
    /// The key. An upsert with the same key changes the device and keeps ``createdAt``.
    public var deviceID: DeviceID
    /// Holds no `/`, because the first one of a full point name ends the device's part.
    public var deviceName: String
    public var deviceType: String
    public var ipAddress: String?
    public var port: UInt16?
    /// Whether it is collected; an inactive device keeps its history.
    public var isActive: Bool
    /// When anything was last heard from it; `nil` for never.
    public var lastSeen: Timestamp?
    /// Set when the device is first stored, and never changed.
    public var createdAt: Timestamp?
    public var updatedAt: Timestamp?

    /// The type that a device has where nothing else is said.
    public static let defaultType = "T3-BB"

    public init(
        deviceID: DeviceID, deviceName: String, deviceType: String = Device.defaultType,
        ipAddress: String? = nil, port: UInt16? = nil, isActive: Bool = true,
        lastSeen: Timestamp? = nil, createdAt: Timestamp? = nil, updatedAt: Timestamp? = nil
    ) {
        self.deviceID = deviceID
        self.deviceName = deviceName
        self.deviceType = deviceType
        self.ipAddress = ipAddress
        self.port = port
        self.isActive = isActive
        self.lastSeen = lastSeen
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}
