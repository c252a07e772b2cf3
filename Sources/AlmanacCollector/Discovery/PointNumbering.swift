public import BACnetMessages
public import TimeSeriesModel

/// The addresses of a device's objects as points.
public enum PointNumbering {
    /// Numbers are 1-based, instances are not: instance 0 has the number that no object can have.
    public static let numberOfInstanceZero = ObjectIdentifier.wildcardInstance

    /// Of a T3 panel input, output and variable, with the panel's own number; else 256 and the type
    /// of the object, with its instance.
    ///
    /// A panel has each input as an analog or as a binary one. Where both are there the second is an
    /// object like any other, so that no two have one address.
    public static func addresses(
        of device: DeviceDescription
    ) -> [ObjectIdentifier: PointAddress] {
        let id = DeviceID(device.found.instance)
        var addresses: [ObjectIdentifier: PointAddress] = [:]
        var taken: Set<PointAddress> = []
        for point in device.points {
            let object = point.object
            var address = PointAddress(
                device: id, type: .object(object.type.rawValue),
                number: object.instance == 0 ? numberOfInstanceZero : object.instance)
            if device.isPanel, let type = panelType(of: object.type), object.instance > 0 {
                let panels = PointAddress(device: id, type: type, number: object.instance)
                if !taken.contains(panels) { address = panels }
            }
            taken.insert(address)
            addresses[object] = address
        }
        return addresses
    }

    /// A point's place in its device, whatever number the device has.
    static func withoutDevice(_ address: PointAddress) -> PointAddress {
        PointAddress(device: DeviceID(0), type: address.type, number: address.number)
    }

    private static func panelType(of type: ObjectType) -> PointType? {
        switch type {
        case .analogOutput, .binaryOutput: .output
        case .analogInput, .binaryInput: .input
        case .analogValue, .binaryValue: .variable
        default: nil
        }
    }
}
