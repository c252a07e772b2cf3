/// What a simulated point is, and thus how its value comes about.
public enum Behaviour: String, Hashable, Sendable, CaseIterable {
    case outdoorTemperature, outdoorHumidity, solarRadiation, illuminance
    case roomTemperature, roomHumidity, carbonDioxide, roomSetpoint, roomValve, roomDamper
    case presence
    case supplyAirTemperature, returnAirTemperature, mixedAirTemperature, airHumidity
    case ductPressure, filterPressure, filterAlarm, frostAlarm, airFlow
    case fanSpeed, fanStatus, outdoorAirDamper, airHeatingValve, airCoolingValve, airSetpoint
    case heatingSupplyTemperature, heatingReturnTemperature, heatingPump, heatingValve
    case heatingSetpoint, burnerStatus, burnerAlarm
    case chilledSupplyTemperature, chilledReturnTemperature, chillerStatus, chillerValve
    case hotWaterTemperature, hotWaterPump, hotWaterSetpoint
    case power, heatMeter, coldMeter, electricityMeter, waterMeter

    /// A running register that never falls.
    public var isMeter: Bool {
        switch self {
        case .heatMeter, .coldMeter, .electricityMeter, .waterMeter: true
        default: false
        }
    }
}
