import BACnetMessages
import TimeSeriesModel

/// Which address each object of a device has as a point.
enum PointNumbering {
    /// Numbers are 1-based, instances are not: instance 0 has the number that no object can have.
    static let numberOfInstanceZero = ObjectIdentifier.wildcardInstance

    /// Of a T3 panel input, output and variable, with the panel's own number; else 256 and the type
    /// of the object, with its instance.
    ///
    /// A panel has each input as an analog or as a binary one. Where both are there the second is an
    /// object like any other, so that no two have one address.
    static func addresses(of device: FieldDevice) -> [ObjectIdentifier: PointAddress] {
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

    private static func panelType(of type: ObjectType) -> PointType? {
        switch type {
        case .analogOutput, .binaryOutput: .output
        case .analogInput, .binaryInput: .input
        case .analogValue, .binaryValue: .variable
        default: nil
        }
    }
}
