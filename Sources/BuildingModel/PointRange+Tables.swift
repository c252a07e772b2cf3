/// The tables of T3 range codes. Codes that are absent have no meaning.
extension PointRange {
    static let inputMeanings: [UInt16: Meaning] = {
        var table: [UInt16: Meaning] = [
            11: plain(.volts), 12: plain(.amperes), 13: plain(.milliamperes),
            14: plain(.poundsPerSquareInch), 15: counts, 16: plain(.percent), 17: plain(.percent),
            18: plain(.percent), 19: plain(.volts), 25: counts, 26: plain(.hertz),
            27: plain(.percentRelativeHumidity), 28: named(.partsPerMillion, "ppm CO₂"),
            29: plain(.revolutionsPerMinute), 30: named(.partsPerBillion, "ppb TVOC"),
            31: plain(.microgramsPerCubicMeter),
            // The standard has no number for particles in a volume.
            32: named(.noUnits, "#/cm³"), 33: plain(.decibels), 34: plain(.luxes),
        ]
        // Ten thermistors: each sensor has its Celsius code and then its Fahrenheit code.
        for code in UInt16(1)...10 {
            table[code] = plain(code % 2 == 1 ? .degreesCelsius : .degreesFahrenheit)
        }
        for code in UInt16(20)...24 { table[code] = .customTable(Int(code) - 19) }
        return table
    }()

    static let outputMeanings: [UInt16: Meaning] = [
        1: plain(.volts), 2: named(.percent, "% open"), 3: plain(.poundsPerSquareInch),
        4: plain(.percent), 5: named(.percent, "% closed"), 6: plain(.milliamperes),
        7: named(.percent, "% PWM"), 8: named(.percent, "% (2–10 V)"),
    ]

    /// 24, 27 and 28 carry the names of the T3000 application; panels themselves call them ppm,
    /// CFH and GPM. A site's point profile may say which holds.
    static let variableMeanings: [UInt16: Meaning] = {
        var table: [UInt16: Meaning] = [
            1: plain(.degreesCelsius), 2: plain(.degreesFahrenheit), 3: plain(.feetPerMinute),
            4: plain(.pascals), 5: plain(.kilopascals), 6: plain(.poundsPerSquareInch),
            7: plain(.inchesOfWater), 8: plain(.watts), 9: plain(.kilowatts),
            10: plain(.kilowattHours), 11: plain(.volts), 12: plain(.kilovolts),
            13: plain(.amperes), 14: plain(.milliamperes), 15: plain(.cubicFeetPerMinute),
            16: plain(.seconds), 17: plain(.minutes), 18: plain(.hours), 19: plain(.days),
            20: named(.noUnits, "time"), 21: plain(.ohms), 22: plain(.percent),
            23: plain(.percentRelativeHumidity), 24: named(.perMinute, "p/min"), 25: counts,
            26: named(.percent, "% open"), 27: plain(.kilograms), 28: plain(.litersPerHour),
            29: plain(.usGallonsPerHour), 30: plain(.usGallons), 31: plain(.cubicFeet),
            32: plain(.btus), 33: plain(.cubicMetersPerHour),
        ]
        for code in UInt16(34)...38 { table[code] = .customTable(Int(code) - 33) }
        return table
    }()

    static func digitalMeaning(of code: UInt16) -> Meaning? {
        switch code {
        case 1...11: .states(statePairs[Int(code) - 1], reversed: false)
        // The same contacts reversed. The texts are those of code − 11, since values here have
        // BACnet's sense, which the panel has already restored.
        case 12...22: .states(statePairs[Int(code) - 12], reversed: true)
        case 23...30: .customStates(Int(code) - 22)
        case 101...104: .multistateTable(Int(code) - 100)
        default: nil
        }
    }

    private static let statePairs: [StateTexts] = [
        StateTexts(inactive: "off", active: "on"),
        StateTexts(inactive: "close", active: "open"),
        StateTexts(inactive: "stop", active: "start"),
        StateTexts(inactive: "disable", active: "enable"),
        StateTexts(inactive: "normal", active: "alarm"),
        StateTexts(inactive: "normal", active: "high"),
        StateTexts(inactive: "normal", active: "low"),
        StateTexts(inactive: "no", active: "yes"),
        StateTexts(inactive: "cool", active: "heat"),
        StateTexts(inactive: "unoccupied", active: "occupied"),
        StateTexts(inactive: "low", active: "high"),
    ]

    private static let counts = named(.noUnits, "counts")

    private static func plain(_ unit: EngineeringUnit) -> Meaning {
        named(unit, unit.symbol ?? "")
    }

    private static func named(_ unit: EngineeringUnit, _ symbol: String) -> Meaning {
        .unit(unit, symbol: symbol)
    }
}
