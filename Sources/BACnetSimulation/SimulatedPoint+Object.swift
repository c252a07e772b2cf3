public import BACnetMessages
internal import BuildingModel
public import BuildingSimulation
internal import TimeSeriesModel

extension SimulatedPoint {
    /// The object that the point is in its device: analog or binary by its data, input, output or
    /// value by its address, and with the address' number as instance.
    public var object: ObjectIdentifier {
        let isAnalog = dataType == .analog
        let type: ObjectType =
            switch address.type {
            case .input: isAnalog ? .analogInput : .binaryInput
            case .output: isAnalog ? .analogOutput : .binaryOutput
            default: isAnalog ? .analogValue : .binaryValue
            }
        return ObjectIdentifier(type, address.number)
    }
}
