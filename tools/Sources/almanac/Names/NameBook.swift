import SegmentStore
import TimeSeriesModel

/// Gives imported names their addresses: what is known keeps its own, what is new gets the next
/// free number.
struct NameBook {
    private let catalog: Catalog
    private var devices: [String: DeviceID] = [:]
    private var points: [PointName: PointAddress] = [:]
    private var lastNumbers: [DeviceID: UInt32] = [:]
    private var nextDevice: UInt32

    init(_ catalog: Catalog) {
        self.catalog = catalog
        let imported = catalog.deviceIDs.map(\.rawValue).max() ?? 0
        nextDevice = max(DeviceID.firstImported.rawValue, imported &+ 1)
    }

    /// - Throws: where the name belongs to several points, with their addresses.
    mutating func address(of name: PointName) throws(ToolFailure) -> PointAddress {
        if let given = points[name] { return given }
        let known = catalog.addresses(named: name.text)
        guard known.count < 2 else {
            throw ToolFailure(
                .wrongData,
                "the name \(name.text) belongs to \(known.count) points, one was expected: "
                    + known.map(\.description).joined(separator: ", "))
        }
        let address: PointAddress
        if let own = known.first {
            address = own
        } else {
            address = try newAddress(on: try device(named: name.device))
        }
        points[name] = address
        return address
    }

    private mutating func device(named name: String) throws(ToolFailure) -> DeviceID {
        if let given = devices[name] { return given }
        let known = catalog.deviceIDs(named: name)
        guard known.count < 2 else {
            throw ToolFailure(
                .wrongData,
                "the name \(name) belongs to \(known.count) devices, one was expected: "
                    + known.map { String($0.rawValue) }.joined(separator: ", "))
        }
        let id: DeviceID
        if let own = known.first { id = own } else { id = try newDevice() }
        devices[name] = id
        return id
    }

    private mutating func newDevice() throws(ToolFailure) -> DeviceID {
        guard nextDevice >= DeviceID.firstImported.rawValue, nextDevice < .max else {
            throw ToolFailure(.wrongData, "no device number is left for another import")
        }
        defer { nextDevice += 1 }
        return DeviceID(nextDevice)
    }

    private mutating func newAddress(on device: DeviceID) throws(ToolFailure) -> PointAddress {
        let last =
            lastNumbers[device]
            ?? catalog.points(of: device).filter { $0.address.type == .imported }
            .map(\.address.number).max() ?? 0
        guard last < .max else {
            throw ToolFailure(
                .wrongData,
                "device \(device.rawValue) has a point with the number \(last): no number is left "
                    + "for another imported point")
        }
        lastNumbers[device] = last + 1
        return PointAddress(device: device, type: .imported, number: last + 1)
    }
}
