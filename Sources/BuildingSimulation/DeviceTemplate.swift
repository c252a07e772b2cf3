/// A kind of controller and its fifty points.
struct DeviceTemplate {
    let name: String
    let points: [PointTemplate]

    static let pointCount = 50

    /// The template of a device by its place in the building: one plant, and then for every air
    /// handling unit two floors.
    init(place: Int) {
        let (unit, role) = (place - 1).quotientAndRemainder(dividingBy: 3)
        switch (place, role) {
        case (0, _): self.init(name: "plant", points: DeviceTemplate.plant)
        case (_, 0): self.init(name: "ahu-\(unit + 1)", points: DeviceTemplate.airHandlingUnit)
        default:
            let floor = unit * 2 + role
            self.init(name: "floor-\(floor)", points: DeviceTemplate.floor(floor))
        }
    }

    private init(name: String, points: [PointTemplate]) {
        assert(points.count == DeviceTemplate.pointCount, "a device has fifty points")
        self.name = name
        self.points = points
    }
}

extension DeviceTemplate {
    /// The first dozen has one of each kind, for buildings of a few points.
    private static let plant: [PointTemplate] =
        [
            PointTemplate("outdoor_temp", "Outdoor air", .outdoorTemperature, every: 300),
            PointTemplate("outdoor_humidity", "Outdoor air", .outdoorHumidity),
            PointTemplate(
                "main_energy", "Main electricity meter", .electricityMeter,
                group: LoadGroup.electricity),
            PointTemplate(
                "main_power", "Main electricity meter", .power, group: LoadGroup.electricity,
                every: 60),
            PointTemplate("dhw_temp", "Hot water tank", .hotWaterTemperature, every: 300),
            PointTemplate("dhw_pump", "Hot water circulation", .hotWaterPump),
            PointTemplate("dhw_setpoint", "Hot water tank", .hotWaterSetpoint),
            PointTemplate("dhw_circulation_temp", "Hot water circulation", .hotWaterTemperature),
            PointTemplate("solar_radiation", "Roof", .solarRadiation, every: 300),
            PointTemplate("outdoor_light", "Facade", .illuminance),
            PointTemplate("heat_energy", "Heat meter", .heatMeter, group: LoadGroup.heat),
            PointTemplate("cold_energy", "Cold meter", .coldMeter, group: LoadGroup.cold),
            PointTemplate("water_volume", "Water meter", .waterMeter, group: LoadGroup.water),
            PointTemplate("boiler_room_temp", "Boiler room", .roomTemperature, group: 40),
        ] + (1...4).flatMap(heatingCircuit) + (1...2).flatMap(boiler) + (1...2).flatMap(chiller)

    private static func heatingCircuit(_ number: Int) -> [PointTemplate] {
        let group = UInt64(number)
        let title = "Heating circuit \(number)"
        return [
            PointTemplate(
                "circuit_\(number)_supply_temp", title, .heatingSupplyTemperature, group: group),
            PointTemplate(
                "circuit_\(number)_return_temp", title, .heatingReturnTemperature, group: group),
            PointTemplate("circuit_\(number)_pump", title, .heatingPump, group: group),
            PointTemplate("circuit_\(number)_valve", title, .heatingValve, group: group),
            PointTemplate("circuit_\(number)_setpoint", title, .heatingSetpoint, group: group),
        ]
    }

    private static func boiler(_ number: Int) -> [PointTemplate] {
        let group = UInt64(10 + number)
        let title = "Boiler \(number)"
        return [
            PointTemplate(
                "boiler_\(number)_supply_temp", title, .heatingSupplyTemperature, group: group),
            PointTemplate(
                "boiler_\(number)_return_temp", title, .heatingReturnTemperature, group: group),
            PointTemplate("boiler_\(number)_status", title, .burnerStatus, group: group),
            PointTemplate("boiler_\(number)_alarm", title, .burnerAlarm, group: group),
        ]
    }

    private static func chiller(_ number: Int) -> [PointTemplate] {
        let group = UInt64(20 + number)
        let title = "Chiller \(number)"
        return [
            PointTemplate(
                "chiller_\(number)_supply_temp", title, .chilledSupplyTemperature, group: group),
            PointTemplate(
                "chiller_\(number)_return_temp", title, .chilledReturnTemperature, group: group),
            PointTemplate("chiller_\(number)_status", title, .chillerStatus, group: group),
            PointTemplate("chiller_\(number)_valve", title, .chillerValve, group: group),
        ]
    }

    private static let airHandlingUnit: [PointTemplate] =
        [
            PointTemplate("supply_air_temp", "Supply air", .supplyAirTemperature, every: 300),
            PointTemplate("return_air_temp", "Return air", .returnAirTemperature),
            PointTemplate("mixed_air_temp", "Mixed air", .mixedAirTemperature),
            PointTemplate("exhaust_air_temp", "Exhaust air", .returnAirTemperature),
            PointTemplate("return_air_humidity", "Return air", .airHumidity),
            PointTemplate("supply_air_humidity", "Supply air", .airHumidity),
            PointTemplate("return_air_co2", "Return air", .carbonDioxide),
            PointTemplate("duct_pressure", "Supply duct", .ductPressure, every: 300),
            PointTemplate("filter_pressure", "Supply filter", .filterPressure),
            PointTemplate("filter_alarm", "Supply filter", .filterAlarm),
            PointTemplate("supply_air_flow", "Supply air", .airFlow),
            PointTemplate("supply_fan_speed", "Supply fan", .fanSpeed),
            PointTemplate("supply_fan_status", "Supply fan", .fanStatus),
            PointTemplate("return_fan_speed", "Return fan", .fanSpeed),
            PointTemplate("return_fan_status", "Return fan", .fanStatus),
            PointTemplate("outdoor_air_damper", "Outdoor air", .outdoorAirDamper),
            PointTemplate("heating_valve", "Heating coil", .airHeatingValve),
            PointTemplate("cooling_valve", "Cooling coil", .airCoolingValve),
            PointTemplate("supply_air_setpoint", "Supply air", .airSetpoint),
            PointTemplate("frost_alarm", "Heating coil", .frostAlarm),
            PointTemplate("fan_power", "Fans", .power, group: LoadGroup.electricity),
            PointTemplate("fan_energy", "Fans", .electricityMeter, group: LoadGroup.electricity),
        ] + (1...7).flatMap(zone)

    private static func zone(_ number: Int) -> [PointTemplate] {
        let group = UInt64(number)
        let title = "Zone \(number)"
        return [
            PointTemplate("zone_\(number)_temp", title, .roomTemperature, group: group),
            PointTemplate("zone_\(number)_co2", title, .carbonDioxide, group: group),
            PointTemplate("zone_\(number)_damper", title, .roomDamper, group: group),
            PointTemplate("zone_\(number)_setpoint", title, .roomSetpoint, group: group),
        ]
    }

    private static func floor(_ floor: Int) -> [PointTemplate] {
        (1...8).flatMap { room($0, number: floor * 100 + $0) } + [
            PointTemplate("plug_power", "Sockets and light", .power, group: LoadGroup.electricity),
            PointTemplate(
                "plug_energy", "Sockets and light", .electricityMeter, group: LoadGroup.electricity),
        ]
    }

    private static func room(_ place: Int, number: Int) -> [PointTemplate] {
        let group = UInt64(place)
        let title = "Room \(number)"
        return [
            PointTemplate("room_\(number)_temp", title, .roomTemperature, group: group),
            PointTemplate("room_\(number)_humidity", title, .roomHumidity, group: group),
            PointTemplate("room_\(number)_co2", title, .carbonDioxide, group: group),
            PointTemplate("room_\(number)_valve", title, .roomValve, group: group),
            PointTemplate("room_\(number)_setpoint", title, .roomSetpoint, group: group),
            PointTemplate("room_\(number)_presence", title, .presence, group: group),
        ]
    }
}
