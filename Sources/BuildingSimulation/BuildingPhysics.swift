internal import TimeSeriesModel

/// How a value follows from weather, schedule and people.
struct BuildingPhysics: Sendable {
    let climate: Climate

    init(noise: HashNoise) { climate = Climate(noise: noise) }

    /// The value of a signal in full precision.
    func value(of signal: Signal, at moment: Moment) -> Double {
        switch signal.behaviour {
        case .outdoorTemperature: climate.temperature(at: moment) + 0.05 * quick(signal, moment)
        case .outdoorHumidity: climate.humidity(at: moment) - 0.6 * (1 + quick(signal, moment))
        case .solarRadiation: climate.radiation(at: moment)
        case .illuminance: climate.radiation(at: moment) * 110
        case .roomTemperature: roomTemperature(signal, moment)
        case .roomHumidity: roomHumidity(signal, moment)
        case .carbonDioxide: carbonDioxide(signal, moment)
        case .roomSetpoint: roomSetpoint(signal, moment)
        case .roomValve: roomValve(signal, moment)
        case .roomDamper: roomDamper(signal, moment)
        case .presence: presence(signal, moment)
        case .supplyAirTemperature: supplyAirTemperature(signal, moment)
        case .returnAirTemperature: returnAirTemperature(signal, moment)
        case .mixedAirTemperature: mixedAirTemperature(signal, moment)
        case .airHumidity: airHumidity(signal, moment)
        case .ductPressure: ductPressure(signal, moment)
        case .filterPressure: filterPressure(signal, moment)
        case .filterAlarm: filterLoad(signal, moment) > 0.97 ? 1 : 0
        case .frostAlarm: frostAlarm(signal, moment)
        case .airFlow: airFlow(signal, moment)
        case .fanSpeed: measuredFanSpeed(signal, moment)
        case .fanStatus: fanSpeed(signal, moment) > 0 ? 1 : 0
        case .outdoorAirDamper: outdoorAirDamper(signal, moment)
        case .airHeatingValve: airHeatingValve(signal, moment)
        case .airCoolingValve: airCoolingValve(signal, moment)
        case .airSetpoint: airSetpoint(signal, moment)
        case .heatingSupplyTemperature: heatingSupplyTemperature(signal, moment)
        case .heatingReturnTemperature: heatingReturnTemperature(signal, moment)
        case .heatingPump: heatingPump(signal, moment)
        case .heatingValve: heatingValve(signal, moment)
        case .heatingSetpoint: rareSetpoint(signal, moment, base: 45, step: 1)
        case .burnerStatus: burnerStatus(signal, moment)
        case .burnerAlarm: rareAlarm(signal, moment)
        case .chilledSupplyTemperature: chilledSupplyTemperature(signal, moment)
        case .chilledReturnTemperature: chilledReturnTemperature(signal, moment)
        case .chillerStatus: chillerStatus(signal, moment)
        case .chillerValve: snapped(100 * coolingShare(moment) + 6 * quick(signal, moment))
        case .hotWaterTemperature: hotWaterTemperature(signal, moment)
        case .hotWaterPump: moment.hour >= 5 && moment.hour < 21 ? 1 : 0
        case .hotWaterSetpoint: rareSetpoint(signal, moment, base: 58, step: 1)
        case .power: EnergyLoad(.electricityMeter, group: signal.group).rate(at: moment)
        case .heatMeter, .coldMeter, .electricityMeter, .waterMeter:
            EnergyLoad(signal.behaviour, group: signal.group).register(at: moment)
        }
    }

    /// The restlessness of a sensor: within -1...1, a new direction every twenty minutes.
    func quick(_ signal: Signal, _ moment: Moment) -> Double {
        signal.own.smooth(at: moment.milliseconds, spacing: 20 * Moment.minute)
    }

    /// The drift of a sensor or a room: within -1...1, over hours.
    func slow(_ signal: Signal, _ moment: Moment) -> Double {
        signal.own.smooth(at: moment.milliseconds, spacing: 5 * Moment.hour)
    }

    /// A valve or damper command: stays shut below 8 % and fully open above 92 %, as controllers
    /// do to spare the drive. Hence the long runs of 0 and 100.
    func snapped(_ percent: Double) -> Double {
        if percent < 8 { return 0 }
        return percent > 92 ? 100 : percent
    }

    /// A value that somebody changes every few weeks.
    func rareSetpoint(_ signal: Signal, _ moment: Moment, base: Double, step: Double) -> Double {
        base + step * Double(signal.own.integer(moment.day.floorDivided(by: 19), in: -3...3))
    }

    /// Active in about one of two hundred blocks of six hours.
    func rareAlarm(_ signal: Signal, _ moment: Moment) -> Double {
        let block = moment.milliseconds.floorDivided(by: 6 * Moment.hour)
        return signal.own.unit(block) < 0.005 ? 1 : 0
    }
}
