import Testing

@testable import BuildingModel

@Suite("EngineeringUnit") struct EngineeringUnitTests {
    @Test(
        "carries the standard's number for the units of buildings",
        arguments: [
            (2, "mA"), (3, "A"), (4, "Ω"), (5, "V"), (6, "kV"), (19, "kWh"), (20, "BTU"),
            (27, "Hz"), (29, "%RH"), (35, "W/m²"), (37, "lux"), (39, "kg"), (47, "W"), (48, "kW"),
            (53, "Pa"), (54, "kPa"), (55, "bar"), (56, "psi"), (58, "inWC"), (62, "°C"), (63, "K"),
            (64, "°F"), (70, "d"), (71, "h"), (72, "min"), (73, "s"), (74, "m/s"), (77, "ft/min"),
            (79, "ft³"), (80, "m³"), (82, "L"), (83, "gal"), (84, "cfm"), (85, "m³/s"),
            (87, "L/s"), (88, "L/min"), (89, "gal/min"), (95, ""), (96, "ppm"), (97, "ppb"),
            (98, "%"), (100, "/min"), (104, "rpm"), (122, "kΩ"), (124, "mV"), (133, "hPa"),
            (135, "m³/h"), (136, "L/h"), (146, "MWh"), (191, "ft³/h"), (192, "gal/h"),
            (199, "dB"), (219, "µg/m³"), (232, "dB(A)"), (253, "Pa·s"),
        ] as [(UInt16, String)])
    func numbers(number: UInt16, symbol: String) {
        #expect(EngineeringUnit(number).symbol == symbol)
        #expect(EngineeringUnit(symbol: symbol)?.rawValue == number)
    }

    @Test("knows every number of the standard's list, each by a symbol of its own")
    func complete() {
        #expect(EngineeringUnit.allKnown.map(\.rawValue) == Array(0...253))
        for unit in EngineeringUnit.allKnown {
            #expect(unit.symbol.flatMap(EngineeringUnit.init(symbol:)) == unit)
        }
    }

    @Test(
        "reads the spellings that sites use",
        arguments: [
            ("degC", .degreesCelsius), ("C", .degreesCelsius), (" °C ", .degreesCelsius),
            ("degF", .degreesFahrenheit), ("inH2O", .inchesOfWater), ("cmh", .cubicMetersPerHour),
            ("m3/h", .cubicMetersPerHour), ("CFM", .cubicFeetPerMinute), ("l/s", .litersPerSecond),
            ("W/m2", .wattsPerSquareMeter), ("none", .noUnits), ("", .noUnits),
            ("KWH", .kilowattHours),
        ] as [(String, EngineeringUnit)])
    func aliases(text: String, unit: EngineeringUnit) {
        #expect(EngineeringUnit(symbol: text) == unit)
    }

    @Test("has no alias that is another unit's symbol") func aliasesAreFree() {
        let symbols = Set(EngineeringUnit.symbols.map(\.symbol))
        for (alias, number) in EngineeringUnit.aliases {
            #expect(!symbols.contains(alias))
            #expect(EngineeringUnit(number).symbol != nil)
        }
    }

    @Test("carries an unknown number, and makes up no symbol for it") func unknown() {
        #expect(EngineeringUnit(47_808).rawValue == 47_808)
        #expect(EngineeringUnit(47_808).symbol == nil)
        #expect(EngineeringUnit(symbol: "furlong") == nil)
        #expect(EngineeringUnit(symbol: "mw") == nil)
    }

    @Test("names its constants after the numbers they carry") func constants() {
        let constants: [(EngineeringUnit, UInt16)] = [
            (.milliamperes, 2), (.amperes, 3), (.ohms, 4), (.volts, 5), (.kilovolts, 6),
            (.kilowattHours, 19), (.btus, 20), (.hertz, 27), (.percentRelativeHumidity, 29),
            (.wattsPerSquareMeter, 35), (.luxes, 37), (.kilograms, 39), (.watts, 47),
            (.kilowatts, 48), (.pascals, 53), (.kilopascals, 54), (.poundsPerSquareInch, 56),
            (.inchesOfWater, 58), (.degreesCelsius, 62), (.kelvins, 63), (.degreesFahrenheit, 64),
            (.days, 70), (.hours, 71), (.minutes, 72), (.seconds, 73), (.feetPerMinute, 77),
            (.cubicFeet, 79), (.cubicMeters, 80), (.usGallons, 83), (.cubicFeetPerMinute, 84),
            (.litersPerSecond, 87), (.usGallonsPerMinute, 89), (.noUnits, 95),
            (.partsPerMillion, 96), (.partsPerBillion, 97), (.percent, 98), (.perMinute, 100),
            (.revolutionsPerMinute, 104), (.cubicMetersPerHour, 135), (.litersPerHour, 136),
            (.cubicFeetPerHour, 191), (.usGallonsPerHour, 192), (.decibels, 199),
            (.microgramsPerCubicMeter, 219),
        ]
        for (unit, number) in constants { #expect(unit.rawValue == number) }
    }
}
