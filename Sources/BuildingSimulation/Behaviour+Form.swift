internal import BuildingModel
internal import TimeSeriesModel

extension Behaviour {
    /// What a behaviour fixes about its point: kind, unit, resolution and bounds.
    struct Form {
        let type: PointType
        let dataType: DataType
        let unit: EngineeringUnit?
        let stateTexts: StateTexts?
        let decimals: Int
        let plausible: ClosedRange<Double>

        static func analog(
            _ type: PointType, _ unit: EngineeringUnit, _ decimals: Int,
            _ plausible: ClosedRange<Double>
        ) -> Form {
            Form(
                type: type, dataType: .analog, unit: unit, stateTexts: nil, decimals: decimals,
                plausible: plausible)
        }

        static func digital(_ type: PointType, _ inactive: String, _ active: String) -> Form {
            Form(
                type: type, dataType: .digital, unit: nil,
                stateTexts: StateTexts(inactive: inactive, active: active), decimals: 0,
                plausible: 0...1)
        }

        static func water(_ plausible: ClosedRange<Double>) -> Form {
            analog(.input, .degreesCelsius, 1, plausible)
        }

        static func percent(_ decimals: Int = 0) -> Form {
            analog(.output, .percent, decimals, 0...100)
        }

        static func meter(_ unit: EngineeringUnit) -> Form {
            analog(.variable, unit, 2, 0...100_000_000)
        }
    }

    var form: Form {
        switch self {
        case .outdoorTemperature: .analog(.input, .degreesCelsius, 1, -30...45)
        case .outdoorHumidity, .roomHumidity, .airHumidity:
            .analog(.input, .percentRelativeHumidity, 1, 5...100)
        case .solarRadiation: .analog(.input, .wattsPerSquareMeter, 0, 0...1200)
        case .illuminance: .analog(.input, .luxes, 0, 0...130_000)
        case .roomTemperature, .returnAirTemperature: .analog(.input, .degreesCelsius, 1, 10...35)
        case .supplyAirTemperature: .analog(.input, .degreesCelsius, 1, 5...45)
        case .mixedAirTemperature: .analog(.input, .degreesCelsius, 1, -20...40)
        case .carbonDioxide: .analog(.input, .partsPerMillion, 0, 350...2500)
        case .roomSetpoint, .airSetpoint: .analog(.variable, .degreesCelsius, 1, 10...30)
        case .heatingSetpoint, .hotWaterSetpoint: .analog(.variable, .degreesCelsius, 0, 20...80)
        case .fanSpeed: .percent(1)
        case .roomValve, .roomDamper, .outdoorAirDamper, .airHeatingValve, .airCoolingValve,
            .heatingValve, .chillerValve:
            .percent()
        case .presence: .digital(.input, "unoccupied", "occupied")
        case .ductPressure, .filterPressure: .analog(.input, .pascals, 0, 0...600)
        case .filterAlarm, .frostAlarm, .burnerAlarm: .digital(.input, "normal", "alarm")
        case .airFlow: .analog(.input, .cubicMetersPerHour, 0, 0...15_000)
        case .fanStatus, .burnerStatus, .chillerStatus: .digital(.input, "off", "on")
        case .heatingPump, .hotWaterPump: .digital(.output, "off", "on")
        case .heatingSupplyTemperature, .heatingReturnTemperature: .water(5...90)
        case .chilledSupplyTemperature, .chilledReturnTemperature: .water(2...35)
        case .hotWaterTemperature: .water(20...90)
        case .power: .analog(.variable, .kilowatts, 1, 0...500)
        case .heatMeter, .coldMeter, .electricityMeter: .meter(.kilowattHours)
        case .waterMeter: .meter(.cubicMeters)
        }
    }
}
