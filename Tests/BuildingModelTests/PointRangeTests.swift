import BuildingModel
import Testing
import TimeSeriesModel

@Suite("PointRange") struct PointRangeTests {
    private func meaning(_ type: PointType, _ dataType: DataType, _ code: UInt16)
        -> PointRange.Meaning?
    {
        PointRange(type: type, dataType: dataType, code: code).meaning
    }

    private func expectUnits(
        _ type: PointType, _ expected: [UInt16: (number: UInt16, symbol: String)]
    ) {
        for (code, unit) in expected {
            let found = meaning(type, .analog, code)
            #expect(found?.unit?.rawValue == unit.number, "code \(code)")
            #expect(found?.unitSymbol == unit.symbol, "code \(code)")
            #expect(found?.stateTexts == nil)
        }
    }

    @Test("gives every code of an analog input") func inputs() {
        var expected: [UInt16: (number: UInt16, symbol: String)] = [
            11: (5, "V"), 12: (3, "A"), 13: (2, "mA"), 14: (56, "psi"), 15: (95, "counts"),
            16: (98, "%"), 17: (98, "%"), 18: (98, "%"), 19: (5, "V"), 25: (95, "counts"),
            26: (27, "Hz"), 27: (29, "%RH"), 28: (96, "ppm CO₂"), 29: (104, "rpm"),
            30: (97, "ppb TVOC"), 31: (219, "µg/m³"), 32: (95, "#/cm³"), 33: (199, "dB"),
            34: (37, "lux"),
        ]
        for code: UInt16 in [1, 3, 5, 7, 9] { expected[code] = (62, "°C") }
        for code: UInt16 in [2, 4, 6, 8, 10] { expected[code] = (64, "°F") }
        expectUnits(.input, expected)
        #expect(meaning(.input, .analog, 0) == .unused)
        for code in UInt16(20)...24 {
            #expect(meaning(.input, .analog, code) == .customTable(Int(code) - 19))
        }
        for code in [35, 36, 99, .max] as [UInt16] {
            #expect(meaning(.input, .analog, code) == nil)
        }
    }

    @Test("gives every code of an analog output") func outputs() {
        expectUnits(
            .output,
            [
                1: (5, "V"), 2: (98, "% open"), 3: (56, "psi"), 4: (98, "%"), 5: (98, "% closed"),
                6: (2, "mA"), 7: (98, "% PWM"), 8: (98, "% (2–10 V)"),
            ])
        #expect(meaning(.output, .analog, 0) == .unused)
        #expect(meaning(.output, .analog, 9) == nil)
    }

    @Test("gives every code of an analog variable") func variables() {
        expectUnits(
            .variable,
            [
                1: (62, "°C"), 2: (64, "°F"), 3: (77, "ft/min"), 4: (53, "Pa"), 5: (54, "kPa"),
                6: (56, "psi"), 7: (58, "inWC"), 8: (47, "W"), 9: (48, "kW"), 10: (19, "kWh"),
                11: (5, "V"), 12: (6, "kV"), 13: (3, "A"), 14: (2, "mA"), 15: (84, "cfm"),
                16: (73, "s"), 17: (72, "min"), 18: (71, "h"), 19: (70, "d"), 20: (95, "time"),
                21: (4, "Ω"), 22: (98, "%"), 23: (29, "%RH"), 24: (100, "p/min"),
                25: (95, "counts"), 26: (98, "% open"), 27: (39, "kg"), 28: (136, "L/h"),
                29: (192, "gal/h"), 30: (83, "gal"), 31: (79, "ft³"), 32: (20, "BTU"),
                33: (135, "m³/h"),
            ])
        #expect(meaning(.variable, .analog, 0) == .unused)
        for code in UInt16(34)...38 {
            #expect(meaning(.variable, .analog, code) == .customTable(Int(code) - 33))
        }
        #expect(meaning(.variable, .analog, 39) == nil)
    }

    @Test(
        "gives every digital code, alike for all kinds",
        arguments: [.input, .output, .variable] as [PointType])
    func digital(type: PointType) {
        let pairs = [
            ("off", "on"), ("close", "open"), ("stop", "start"), ("disable", "enable"),
            ("normal", "alarm"), ("normal", "high"), ("normal", "low"), ("no", "yes"),
            ("cool", "heat"), ("unoccupied", "occupied"), ("low", "high"),
        ]
        for (index, pair) in pairs.enumerated() {
            let texts = StateTexts(inactive: pair.0, active: pair.1)
            let plain = meaning(type, .digital, UInt16(index + 1))
            let reversed = meaning(type, .digital, UInt16(index + 12))
            #expect(plain == .states(texts, reversed: false))
            #expect(reversed == .states(texts, reversed: true))
            #expect(plain?.isReversed == false && reversed?.isReversed == true)
            #expect(plain?.unit == nil && plain?.unitSymbol == nil)
        }
        for code in UInt16(23)...30 {
            #expect(meaning(type, .digital, code) == .customStates(Int(code) - 22))
        }
        for code in UInt16(101)...104 {
            #expect(meaning(type, .multistate, code) == .multistateTable(Int(code) - 100))
        }
        #expect(meaning(type, .digital, 0) == .unused)
        for code in [31, 100, 105] as [UInt16] { #expect(meaning(type, .digital, code) == nil) }
    }

    @Test("means something else for each kind under one code") func kindsDiffer() {
        #expect(meaning(.input, .analog, 1)?.unit == .degreesCelsius)
        #expect(meaning(.output, .analog, 1)?.unit == .volts)
        #expect(meaning(.output, .digital, 1)?.stateTexts?.active == "on")
    }

    @Test("has no meaning for kinds without ranges") func otherKinds() {
        for type in [.holiday, .imported, .object(0)] as [PointType] {
            #expect(meaning(type, .analog, 1) == nil)
            #expect(meaning(type, .digital, 1) == nil)
        }
    }

    @Test("stands 30 higher on the screen for analog outputs and variables alone")
    func screenCodes() {
        func shown(_ type: PointType, _ dataType: DataType) -> UInt16 {
            PointRange(type: type, dataType: dataType, code: 4).screenCode
        }
        #expect(shown(.output, .analog) == 34 && shown(.variable, .analog) == 34)
        #expect(shown(.input, .analog) == 4 && shown(.output, .digital) == 4)
        #expect(PointRange(type: .variable, dataType: .analog, code: 0).screenCode == 0)
    }

    @Test("is read back from its screen code, and refused where the screen has none")
    func readsScreenCodes() {
        for type in [.input, .output, .variable] as [PointType] {
            for code in UInt16(0)...38 {
                let range = PointRange(type: type, dataType: .analog, code: code)
                let read = PointRange(type: type, dataType: .analog, screenCode: range.screenCode)
                #expect(read == range)
            }
        }
        #expect(PointRange(type: .output, dataType: .analog, screenCode: 30) == nil)
        #expect(PointRange(type: .variable, dataType: .analog, screenCode: 1) == nil)
        #expect(PointRange(type: .output, dataType: .digital, screenCode: 1)?.code == 1)
    }
}
