import BACnetIP
import BACnetMessages

/// A device that has said that it is there.
struct FoundDevice: Hashable, Sendable {
    let address: DeviceAddress
    let instance: UInt32
    var octetCountMax: Int?
    var segmentation: Segmentation?
    var vendor: UInt32?

    var object: ObjectIdentifier { ObjectIdentifier(.device, instance) }

    init(address: DeviceAddress, instance: UInt32) {
        self.address = address
        self.instance = instance
    }

    init(_ device: DiscoveredDevice) {
        self.init(address: device.address, instance: device.instance)
        octetCountMax = device.octetCountMax
        segmentation = device.segmentation
        vendor = device.vendor
    }
}

/// What a device has told of itself and its objects.
struct FieldDevice: Sendable {
    var found: FoundDevice
    var name: String?
    var description: String?
    var vendorName: String?
    var model: String?
    var firmware: String?
    var software: String?
    var serialNumber: String?
    var status: UInt64?
    var revision: UInt64?
    var databaseRevision: UInt64?
    var segmentCountMax: UInt64?
    /// Points and logs that are there, in the device's order.
    var objects: [FieldObject] = []
    /// Everything that its list names.
    var listed: [ObjectIdentifier] = []
    /// What one would like to know, and nothing that went wrong.
    var notes: [String] = []
    /// What could not be read, in words.
    var problems: [String] = []
    /// False for a device that was found and not read.
    var isRead = false

    init(_ found: FoundDevice) { self.found = found }

    /// False if its list could not be read: what it has is unknown then.
    var hasList: Bool { !listed.isEmpty }

    var points: [FieldObject] { objects.filter { $0.dataType != nil } }
    var logs: [FieldObject] { objects.filter(\.object.type.isLog) }

    /// A panel of Temco's T3 family, which has ways of its own.
    var isPanel: Bool { found.vendor == FieldDevice.panelVendor }

    static let panelVendor: UInt32 = 148

    var segmentationText: String? { found.segmentation.map { "\($0)" } }

    /// For tables of names: a device's name may not hold the mark that ends it in a point's name.
    var tableName: String {
        let name = (name ?? "").split(separator: "/", omittingEmptySubsequences: false)
            .joined(separator: "-")
        return name.isEmpty ? "device-\(found.instance)" : name
    }
}
