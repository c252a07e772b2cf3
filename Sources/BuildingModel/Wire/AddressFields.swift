import TimeSeriesModel

/// The three fields by which a JSON object names its point.
enum AddressKey: String, CodingKey {
    case device = "device_id"
    case type = "point_type"
    case number = "point_number"

    /// The point that an object names; `device` takes the place of a device that it does not name.
    static func address(
        of decoder: any Decoder, on device: DeviceID? = nil
    ) throws -> PointAddress {
        let fields = try WireReader(decoder, AddressKey.self)
        let named = try fields.identifier(.device, as: DeviceID.self)
        if let device, let named, named != device {
            throw fields.fault(
                .device, "mismatch: \(named.rawValue) in the data of \(device.rawValue)")
        }
        let type: PointType = try fields.required(.type) { try fields.identifier($0) }
        let number: UInt32 = try fields.required(.number) { try fields.whole($0) }
        guard let named = named ?? device else { throw fields.fault(.device, "is missing") }
        guard let address = PointAddress(validating: named, type: type, number: number) else {
            throw fields.fault(.number, "0 found, numbers begin with 1")
        }
        return address
    }

    static func write(_ address: PointAddress, to encoder: any Encoder) throws {
        var fields = WireWriter(encoder, AddressKey.self)
        try fields.put(address.device, .device)
        try fields.put(address.type, .type)
        try fields.put(address.number, .number)
    }
}
