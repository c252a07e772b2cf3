extension EngineeringUnit {
    /// One line of the standard's list.
    struct Symbol: Sendable {
        let number: UInt16
        let symbol: String

        init(_ number: UInt16, _ symbol: String) {
            self.number = number
            self.symbol = symbol
        }
    }

    /// The standard's list, 0…253, with the symbols of the SI where there is one. The numbers of
    /// the standard are not in the order of its topics, therefore ours are in that of the numbers.
    static let symbols: [Symbol] = [
        .init(0, "m²"), .init(1, "ft²"), .init(2, "mA"), .init(3, "A"), .init(4, "Ω"),
        .init(5, "V"), .init(6, "kV"), .init(7, "MV"), .init(8, "VA"), .init(9, "kVA"),
        .init(10, "MVA"), .init(11, "var"), .init(12, "kvar"), .init(13, "Mvar"),
        .init(14, "°phase"), .init(15, "PF"), .init(16, "J"), .init(17, "kJ"), .init(18, "Wh"),
        .init(19, "kWh"), .init(20, "BTU"), .init(21, "therm"), .init(22, "ton·h"),
        .init(23, "J/kg dry air"), .init(24, "BTU/lb dry air"), .init(25, "cycles/h"),
        .init(26, "cycles/min"), .init(27, "Hz"), .init(28, "g/kg dry air"), .init(29, "%RH"),
        .init(30, "mm"), .init(31, "m"), .init(32, "in"), .init(33, "ft"), .init(34, "W/ft²"),
        .init(35, "W/m²"), .init(36, "lm"), .init(37, "lux"), .init(38, "fc"), .init(39, "kg"),
        .init(40, "lb"), .init(41, "t"), .init(42, "kg/s"), .init(43, "kg/min"),
        .init(44, "kg/h"), .init(45, "lb/min"), .init(46, "lb/h"), .init(47, "W"),
        .init(48, "kW"), .init(49, "MW"), .init(50, "BTU/h"), .init(51, "hp"), .init(52, "TR"),
        .init(53, "Pa"), .init(54, "kPa"), .init(55, "bar"), .init(56, "psi"), .init(57, "cmWC"),
        .init(58, "inWC"), .init(59, "mmHg"), .init(60, "cmHg"), .init(61, "inHg"),
        .init(62, "°C"), .init(63, "K"), .init(64, "°F"), .init(65, "°C·d"), .init(66, "°F·d"),
        .init(67, "a"), .init(68, "months"), .init(69, "weeks"), .init(70, "d"), .init(71, "h"),
        .init(72, "min"), .init(73, "s"), .init(74, "m/s"), .init(75, "km/h"), .init(76, "ft/s"),
        .init(77, "ft/min"), .init(78, "mph"), .init(79, "ft³"), .init(80, "m³"),
        .init(81, "imp gal"), .init(82, "L"), .init(83, "gal"), .init(84, "cfm"),
        .init(85, "m³/s"), .init(86, "imp gal/min"), .init(87, "L/s"), .init(88, "L/min"),
        .init(89, "gal/min"), .init(90, "°"), .init(91, "°C/h"), .init(92, "°C/min"),
        .init(93, "°F/h"), .init(94, "°F/min"), .init(95, ""), .init(96, "ppm"), .init(97, "ppb"),
        .init(98, "%"), .init(99, "%/s"), .init(100, "/min"), .init(101, "/s"),
        .init(102, "psi/°F"), .init(103, "rad"), .init(104, "rpm"), .init(105, "currency 1"),
        .init(106, "currency 2"), .init(107, "currency 3"), .init(108, "currency 4"),
        .init(109, "currency 5"), .init(110, "currency 6"), .init(111, "currency 7"),
        .init(112, "currency 8"), .init(113, "currency 9"), .init(114, "currency 10"),
        .init(115, "in²"), .init(116, "cm²"), .init(117, "BTU/lb"), .init(118, "cm"),
        .init(119, "lb/s"), .init(120, "Δ°F"), .init(121, "ΔK"), .init(122, "kΩ"),
        .init(123, "MΩ"), .init(124, "mV"), .init(125, "kJ/kg"), .init(126, "MJ"),
        .init(127, "J/K"), .init(128, "J/(kg·K)"), .init(129, "kHz"), .init(130, "MHz"),
        .init(131, "/h"), .init(132, "mW"), .init(133, "hPa"), .init(134, "mbar"),
        .init(135, "m³/h"), .init(136, "L/h"), .init(137, "kWh/m²"), .init(138, "kWh/ft²"),
        .init(139, "MJ/m²"), .init(140, "MJ/ft²"), .init(141, "W/(m²·K)"), .init(142, "ft³/s"),
        .init(143, "% obsc/ft"), .init(144, "% obsc/m"), .init(145, "mΩ"), .init(146, "MWh"),
        .init(147, "kBTU"), .init(148, "MBTU"), .init(149, "kJ/kg dry air"),
        .init(150, "MJ/kg dry air"), .init(151, "kJ/K"), .init(152, "MJ/K"), .init(153, "N"),
        .init(154, "g/s"), .init(155, "g/min"), .init(156, "t/h"), .init(157, "kBTU/h"),
        .init(158, "cs"), .init(159, "ms"), .init(160, "N·m"), .init(161, "mm/s"),
        .init(162, "mm/min"), .init(163, "m/min"), .init(164, "m/h"), .init(165, "m³/min"),
        .init(166, "m/s²"), .init(167, "A/m"), .init(168, "A/m²"), .init(169, "A·m²"),
        .init(170, "F"), .init(171, "H"), .init(172, "Ω·m"), .init(173, "S"), .init(174, "S/m"),
        .init(175, "T"), .init(176, "V/K"), .init(177, "V/m"), .init(178, "Wb"), .init(179, "cd"),
        .init(180, "cd/m²"), .init(181, "K/h"), .init(182, "K/min"), .init(183, "J·s"),
        .init(184, "rad/s"), .init(185, "m²/N"), .init(186, "kg/m³"), .init(187, "N·s"),
        .init(188, "N/m"), .init(189, "W/(m·K)"), .init(190, "µS"), .init(191, "ft³/h"),
        .init(192, "gal/h"), .init(193, "km"), .init(194, "µm"), .init(195, "g"),
        .init(196, "mg"), .init(197, "mL"), .init(198, "mL/s"), .init(199, "dB"),
        .init(200, "dBmV"), .init(201, "dBV"), .init(202, "mS"), .init(203, "Wh reactive"),
        .init(204, "kWh reactive"), .init(205, "MWh reactive"), .init(206, "mmWC"),
        .init(207, "‰"), .init(208, "g/g"), .init(209, "kg/kg"), .init(210, "g/kg"),
        .init(211, "mg/g"), .init(212, "mg/kg"), .init(213, "g/mL"), .init(214, "g/L"),
        .init(215, "mg/L"), .init(216, "µg/L"), .init(217, "g/m³"), .init(218, "mg/m³"),
        .init(219, "µg/m³"), .init(220, "ng/m³"), .init(221, "g/cm³"), .init(222, "Bq"),
        .init(223, "kBq"), .init(224, "MBq"), .init(225, "Gy"), .init(226, "mGy"),
        .init(227, "µGy"), .init(228, "Sv"), .init(229, "mSv"), .init(230, "µSv"),
        .init(231, "µSv/h"), .init(232, "dB(A)"), .init(233, "NTU"), .init(234, "pH"),
        .init(235, "g/m²"), .init(236, "min/K"), .init(237, "Ω·m²/m"), .init(238, "A·s"),
        .init(239, "VAh"), .init(240, "kVAh"), .init(241, "MVAh"), .init(242, "varh"),
        .init(243, "kvarh"), .init(244, "Mvarh"), .init(245, "V²·h"), .init(246, "A²·h"),
        .init(247, "J/h"), .init(248, "ft³/d"), .init(249, "m³/d"), .init(250, "Wh/m³"),
        .init(251, "J/m³"), .init(252, "mol%"), .init(253, "Pa·s"),
    ]

    /// Other spellings in use: ASCII, older ones, and those of T3000's screens. None is a symbol of
    /// its own, so that a symbol always names its own number (`F` is the farad).
    static let aliases: [String: UInt16] = [
        "degC": 62, "deg C": 62, "C": 62, "Celsius": 62, "degF": 64, "deg F": 64,
        "Fahrenheit": 64, "degK": 63, "m3/h": 135, "cmh": 135, "CMH": 135, "m3/s": 85, "m3": 80,
        "ft3": 79, "ft3/h": 191, "CFH": 191, "CFM": 84, "FPM": 77, "fpm": 77, "l": 82, "l/s": 87,
        "lps": 87, "l/h": 136, "l/min": 88, "gpm": 89, "GPM": 89, "gal/hr": 192, "inH2O": 58,
        "in.w.c.": 58, "inwc": 58, "in WC": 58, "PSI": 56, "W/m2": 35, "W/ft2": 34, "m2": 0,
        "ft2": 1, "lx": 37, "Lux": 37, "RH": 29, "%rh": 29, "% RH": 29, "PPM": 96, "PPB": 97,
        "p/min": 100, "RPM": 104, "Volts": 5, "Amps": 3, "ma": 2, "ohm": 4, "Ohm": 4, "KV": 6,
        "KW": 48, "KWH": 19, "kwh": 19, "ug/m3": 219, "sec": 73, "hr": 71, "days": 70, "none": 95,
        "no units": 95, "noUnits": 95, "unit": 95, "-": 95,
    ]
}
