public import BACnetMessages
public import BuildingModel
public import TimeSeriesModel

/// The kind of controller that a device is, as `devices.csv` names it.
public enum DeviceProfileName: String, Hashable, Sendable, CaseIterable {
    /// A device that follows the standard.
    case standard = "generic"
    /// A T3000 panel, with the habits of these.
    case t3
}

/// A device as it is collected.
public struct CollectedDevice: Hashable, Sendable {
    /// The number by which the history knows it.
    public var id: DeviceID
    public var name: String
    public var type: String
    /// Its whole address; nil if it is to be found by Who-Is.
    public var address: DeviceAddress?
    /// The instance of its Device object.
    public var instance: UInt32
    public var profile: DeviceProfileName

    public init(
        id: DeviceID, name: String, type: String = "BACnet", address: DeviceAddress? = nil,
        instance: UInt32, profile: DeviceProfileName = .standard
    ) {
        self.id = id
        self.name = name
        self.type = type
        self.address = address
        self.instance = instance
        self.profile = profile
    }
}

/// A point as it is collected: the object that it is read from, and how often.
public struct CollectedPoint: Hashable, Sendable {
    public var address: PointAddress
    public var name: String?
    public var description: String?
    public var object: ObjectIdentifier
    /// The BACnet engineering-units number.
    public var unitCode: UInt16?
    public var unitSymbol: String?
    public var dataType: DataType
    public var profile: PointProfile
    /// Time between two samples; nil for that of the point's logs, or the configured one.
    public var interval: Duration?
    public var mode: PointBinding.Mode

    public init(
        address: PointAddress, name: String? = nil, description: String? = nil,
        object: ObjectIdentifier, unitCode: UInt16? = nil, unitSymbol: String? = nil,
        dataType: DataType, profile: PointProfile = PointProfile(), interval: Duration? = nil,
        mode: PointBinding.Mode = .poll
    ) {
        self.address = address
        self.name = name
        self.description = description
        self.object = object
        self.unitCode = unitCode
        self.unitSymbol = unitSymbol
        self.dataType = dataType
        self.profile = profile
        self.interval = interval
        self.mode = mode
    }
}

/// The devices and points that a collector reads, checked.
public struct CollectorPlan: Hashable, Sendable {
    /// In ascending order of their numbers.
    public let devices: [CollectedDevice]
    /// In ascending order of their addresses.
    public let points: [CollectedPoint]

    /// - Throws: ``CollectorError`` `invalidPlan` for a device number, name, BACnet instance or
    ///   point address that occurs twice, a point of a device that is not in the plan, an instance
    ///   that no device can have, and an interval outside 1 s to 24 h.
    public init(
        devices: [CollectedDevice], points: [CollectedPoint]
    ) throws(CollectorError) {
        var ids: Set<DeviceID> = []
        var names: Set<String> = []
        var instances: Set<UInt32> = []
        for device in devices {
            guard ids.insert(device.id).inserted else {
                throw .plan("device \(device.id.rawValue) occurs twice")
            }
            guard names.insert(device.name).inserted else {
                throw .plan("two devices are called \(device.name)")
            }
            guard instances.insert(device.instance).inserted else {
                throw .plan("two devices have the BACnet instance \(device.instance)")
            }
            guard device.instance < ObjectIdentifier.wildcardInstance else {
                throw .plan(
                    "BACnet instance \(device.instance) of \(device.name) found, "
                        + "0 to \(ObjectIdentifier.wildcardInstance - 1) expected")
            }
        }
        var addresses: Set<PointAddress> = []
        for point in points {
            guard addresses.insert(point.address).inserted else {
                throw .plan("point \(point.address) occurs twice")
            }
            guard ids.contains(point.address.device) else {
                throw .plan("the device of point \(point.address) is not in the plan")
            }
            guard let interval = point.interval else { continue }
            guard CollectorPlan.intervals.contains(interval) else {
                throw .plan(
                    "an interval of \(interval) of point \(point.address) found, "
                        + "1 s to 24 h expected")
            }
        }
        self.devices = devices.sorted { $0.id < $1.id }
        self.points = points.sorted { $0.address < $1.address }
    }

    static let intervals = Duration.seconds(1) ... .seconds(86_400)
}

extension CollectorError {
    fileprivate static func plan(_ message: String) -> CollectorError {
        CollectorError(.invalidPlan, message)
    }
}
