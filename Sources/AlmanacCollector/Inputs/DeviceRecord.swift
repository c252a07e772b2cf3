internal import Almanac
internal import BACnetMessages
internal import BuildingModel
internal import TimeSeriesModel

/// The record that a collector keeps of a device beside the catalog: the words of its tables, and
/// those that the device itself reported last.
///
/// Both are compared with what comes next, so that a name that a person wrote into a table is not
/// replaced by the device's old one, nor the device's new one by the table's at each start: the
/// newest change wins.
struct DeviceRecord: Hashable, Sendable, Codable {
    /// Of a point: everything of it that is text.
    struct Words: Hashable, Sendable, Codable {
        var name: String?
        var description: String?
        var unitCode: UInt16?
        var unitSymbol: String?
        var stateTexts: [String]?
        /// Of a table; nil of a device, which states it by the object's type.
        var dataType: DataType?
        /// Of a table.
        var object: String?
    }

    /// The device's name in the table.
    var statedName: String?
    /// By the point's address.
    var stated: [String: Words] = [:]
    /// The device's own name.
    var reportedName: String?
    /// By the object.
    var reported: [String: Words] = [:]

    static func key(of device: DeviceID) -> String { "collector/device/\(device.rawValue)" }

    init() {}
}

extension DeviceRecord.Words {
    init(stated point: CollectedPoint) {
        self.init(
            name: point.name, description: point.description, unitCode: point.unitCode,
            unitSymbol: point.unitSymbol, stateTexts: point.profile.stateTexts,
            dataType: point.dataType, object: "\(point.object)")
    }

    init(reported object: ObjectDescription) {
        self.init(
            name: object.name, description: object.description, unitCode: object.unit,
            unitSymbol: nil, stateTexts: object.stateTexts.isEmpty ? nil : object.stateTexts,
            dataType: nil, object: nil)
    }
}
