public import BACnetIP
public import BACnetMessages

/// A device that has replied to Who-Is, or to a read of its Device object.
public struct FoundDevice: Hashable, Sendable {
    public let address: DeviceAddress
    public let instance: UInt32
    /// The greatest APDU that it accepts, in octets.
    public var octetCountMax: Int?
    public var segmentation: Segmentation?
    public var vendor: UInt32?

    /// The object of the device itself.
    public var object: ObjectIdentifier { ObjectIdentifier(.device, instance) }

    /// - Precondition: `instance` is at most `ObjectIdentifier.wildcardInstance`.
    public init(address: DeviceAddress, instance: UInt32) {
        self.address = address
        self.instance = instance
    }

    public init(_ device: DiscoveredDevice) {
        self.init(address: device.address, instance: device.instance)
        octetCountMax = device.octetCountMax
        segmentation = device.segmentation
        vendor = device.vendor
    }
}

/// A device and its objects, as far as they could be read.
public struct DeviceDescription: Sendable {
    public var found: FoundDevice
    public var name: String?
    public var description: String?
    public var vendorName: String?
    public var model: String?
    public var firmware: String?
    public var software: String?
    public var serialNumber: String?
    /// BACnetDeviceStatus.
    public var status: UInt64?
    /// The revision of the protocol.
    public var revision: UInt64?
    /// Changes when objects are added, removed or renamed.
    public var databaseRevision: UInt64?
    public var segmentCountMax: UInt64?
    /// Points and logs that exist, in the device's order.
    public var objects: [ObjectDescription] = []
    /// Everything that its object list names.
    public var listed: [ObjectIdentifier] = []
    /// Remarks; nothing that went wrong.
    public var notes: [String] = []
    /// The parts that could not be read, in words.
    public var problems: [String] = []
    /// False for a device that was found and not read.
    public var isRead = false

    public init(_ found: FoundDevice) { self.found = found }

    /// False if its list could not be read: what it has is unknown then.
    public var hasList: Bool { !listed.isEmpty }

    public var points: [ObjectDescription] { objects.filter { $0.dataType != nil } }
    public var logs: [ObjectDescription] { objects.filter(\.object.type.isLog) }

    /// True for a panel of Temco's T3 family, which differs from the standard.
    public var isPanel: Bool { found.vendor == DeviceDescription.panelVendor }

    public static let panelVendor: UInt32 = 148

    /// The name in the catalog: without the `/` that ends a device's name in a point's full name.
    public var catalogName: String {
        let name = (name ?? "").split(separator: "/", omittingEmptySubsequences: false)
            .joined(separator: "-")
        return name.isEmpty ? "device-\(found.instance)" : name
    }
}
