internal import BACnetIP
internal import BACnetMessages
internal import BuildingModel
internal import TimeSeriesModel

/// The objects that a T3000 panel lists, and the revision of its database at that time.
///
/// A panel replies to an analog input that it does not have with another point's value, so that only
/// listed objects are read, and only values count that were read while the list was in force.
struct PanelObjects: Hashable, Sendable {
    let objects: Set<ObjectIdentifier>
    /// Nil if the panel has no database revision: then the list itself is compared.
    let revision: UInt64?

    /// Returns the object of a point now: a point that turned from analog to digital or back has the
    /// same number in the other type. Nil if the panel lists neither.
    func object(of point: CollectedPoint) -> ObjectIdentifier? {
        if objects.contains(point.object) { return point.object }
        guard let other = point.object.flipped, objects.contains(other) else { return nil }
        return other
    }
}

extension ObjectIdentifier {
    /// The object of the same number in the type that a panel moves a point to.
    var flipped: ObjectIdentifier? {
        let other: ObjectType
        switch type {
        case .analogInput: other = .binaryInput
        case .analogOutput: other = .binaryOutput
        case .analogValue: other = .binaryValue
        case .binaryInput: other = .analogInput
        case .binaryOutput: other = .analogOutput
        case .binaryValue: other = .analogValue
        default: return nil
        }
        return ObjectIdentifier(other, instance)
    }

    /// The kind of value that an object of this type has in a panel.
    var panelDataType: DataType {
        switch type {
        case .binaryInput, .binaryOutput, .binaryValue: .digital
        default: .analog
        }
    }
}
