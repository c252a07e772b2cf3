import BACnetMessages

/// The device that a command is about.
enum DeviceTarget: Hashable {
    case instance(UInt32)
    case address(DeviceAddress)
    /// One of several devices at an address.
    case device(UInt32, at: DeviceAddress)

    /// An instance is a number alone, or before an `@` without the colon of a network's station.
    init?(text: String, port: UInt16) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        if let number = UInt32(text) {
            guard number < ObjectIdentifier.wildcardInstance else { return nil }
            self = .instance(number)
        } else if parts.count == 2, let number = UInt32(parts[0]) {
            guard number < ObjectIdentifier.wildcardInstance,
                let address = DeviceAddress(text: String(parts[1]), port: port)
            else { return nil }
            self = .device(number, at: address)
        } else if let address = DeviceAddress(text: text, port: port) {
            self = .address(address)
        } else {
            return nil
        }
    }

    var text: String {
        switch self {
        case .instance(let number): "device \(number)"
        case .address(let address): address.text
        case .device(let number, let address): "device \(number) at \(address.text)"
        }
    }
}

extension InstanceRange {
    /// `1000-1999`, or one instance.
    init?(text: String) {
        let ends = text.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count <= 2, let low = UInt32(ends[0]), let high = UInt32(ends[ends.count - 1]),
            low <= high, high < ObjectIdentifier.wildcardInstance
        else { return nil }
        self.init(low, high)
    }
}
