public import BACnetMessages
internal import BuildingModel
internal import TimeSeriesModel

/// The two tables that a collector is given, as `almanac discover --write` writes them.
public struct CollectorInputs: Sendable {
    /// A file's content, and its name for messages.
    public struct File: Hashable, Sendable {
        public var name: String
        public var bytes: [UInt8]

        public init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    /// The columns of `devices.csv`.
    public static let deviceColumns = CellTable.Kind.devices.columns
    /// The columns of `points.csv`.
    public static let pointColumns = CellTable.Kind.points.columns

    public var devices: File
    public var points: File
    /// The UDP port of an address without one.
    public var port: UInt16

    public init(devices: File, points: File, port: UInt16 = IPv4Endpoint.standardPort) {
        self.devices = devices
        self.points = points
        self.port = port
    }

    /// Checks both tables completely, and returns what they state.
    ///
    /// A device or point number, a device's name or instance, and an object at an address may occur
    /// once; every point belongs to a device of the first table. Costs one pass over each file.
    ///
    /// - Throws: ``InputFailure`` with every problem of both files, up to a bound.
    public func plan() throws(InputFailure) -> CollectorPlan {
        var failure = InputFailure()
        let deviceTable = CellTable(
            devices.bytes, devices.name, of: .devices, problems: &failure)
        let isKnown = failure.problemCount == 0
        var deviceRows = DeviceRows(port: port)
        for row in deviceTable.rows { deviceRows.take(row, of: deviceTable, &failure) }
        let pointTable = CellTable(points.bytes, points.name, of: .points, problems: &failure)
        // A table of devices that could not be read makes every point one of an unknown device.
        var pointRows = PointRows(
            of: deviceRows, in: isKnown || !deviceRows.devices.isEmpty ? devices.name : nil)
        for row in pointTable.rows { pointRows.take(row, of: pointTable, &failure) }
        guard failure.problemCount == 0 else { throw failure }
        do throws(CollectorError) {
            return try CollectorPlan(devices: deviceRows.devices, points: pointRows.points)
        } catch {
            failure.add(
                InputProblem(file: points.name, found: error.message, expected: "a valid plan"))
            throw failure
        }
    }
}

/// The cells of one row, by column; reports what cannot be used.
struct CellReader {
    private let row: CellTable.Row
    private let table: CellTable
    private let places: [String: Int]
    private(set) var problems: [InputProblem] = []

    init(_ row: CellTable.Row, of table: CellTable) {
        self.row = row
        self.table = table
        places = Dictionary(table.header.enumerated().map { ($1, $0) }) { first, _ in first }
    }

    /// The text of a cell without spaces around it, and without the apostrophe that keeps a
    /// spreadsheet from computing it.
    func text(_ column: String) -> String {
        let text = CellTable.trimmed(places[column].map { row.cells[$0] } ?? "")
        guard text.first == "'", let next = text.dropFirst().first, "=+-@\t\r".contains(next) else {
            return text
        }
        return String(text.dropFirst())
    }

    mutating func report(_ column: String, found: String? = nil, expected: String) {
        problems.append(
            InputProblem(
                file: table.file, line: row.line, column: places[column].map { $0 + 1 },
                columnName: column, found: found ?? CellTable.quoted(text(column)),
                expected: expected))
    }

    /// A whole number; nil after a report, or if the cell is empty and may be.
    mutating func number<Number: FixedWidthInteger>(
        _ column: String, _ range: ClosedRange<Number>, optional: Bool = false
    ) -> Number? {
        let text = text(column)
        if text.isEmpty, optional { return nil }
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Number(text),
            range.contains(number)
        else {
            report(
                column,
                expected: "a whole number from \(range.lowerBound) to \(range.upperBound)"
                    + (optional ? ", or nothing" : ""))
            return nil
        }
        return number
    }

    /// A decimal number; nil after a report, or if the cell is empty.
    mutating func decimal(_ column: String) -> Double? {
        var text = text(column)
        if text.isEmpty { return nil }
        if !table.isCommaSeparated {
            text = String(text.map { $0 == "," ? "." : $0 })
        }
        let isPlain = text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || "+-.eE".utf8.contains(byte)
        }
        guard isPlain, let number = Double(text), number.isFinite else {
            report(column, expected: "a decimal number like 72.3, or nothing")
            return nil
        }
        return number
    }

    /// One of some words; nil after a report.
    mutating func word<Word: RawRepresentable & CaseIterable>(
        _ column: String, ifEmpty standard: Word? = nil
    ) -> Word? where Word.RawValue == String {
        let text = text(column)
        if text.isEmpty, let standard { return standard }
        guard let word = Word(rawValue: text) else {
            let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
            report(column, expected: "one of \(words)")
            return nil
        }
        return word
    }
}

/// The devices of a table, row by row.
struct DeviceRows {
    private let port: UInt16
    private(set) var devices: [CollectedDevice] = []
    /// The numbers in the table, those of rows with other problems included.
    private(set) var ids: [DeviceID: Int] = [:]
    private var names: [String: Int] = [:]
    private var instances: [UInt32: Int] = [:]

    init(port: UInt16) { self.port = port }

    mutating func take(_ row: CellTable.Row, of table: CellTable, _ failure: inout InputFailure) {
        var cells = CellReader(row, of: table)
        let id = cells.number("device_id", 0...UInt32.max).map { DeviceID($0) }
        if let id, let line = ids.updateValue(ids[id] ?? row.line, forKey: id) {
            cells.report("device_id", expected: "a number that line \(line) does not have")
        }
        let name = cells.text("device_name")
        if name.isEmpty || name.contains("/") {
            cells.report("device_name", expected: "a name without /")
        } else if let line = names.updateValue(names[name] ?? row.line, forKey: name) {
            cells.report("device_name", expected: "a name that line \(line) does not have")
        }
        let instance = cells.number(
            "bacnet_instance", 0...(ObjectIdentifier.wildcardInstance - 1))
        if let instance,
            let line = instances.updateValue(instances[instance] ?? row.line, forKey: instance)
        {
            cells.report(
                "bacnet_instance", expected: "an instance that line \(line) does not have")
        }
        let addressText = cells.text("address")
        let address = DeviceAddress(text: addressText, port: port)
        if address == nil, !addressText.isEmpty {
            cells.report(
                "address",
                expected:
                    "an address like 10.0.0.9:47808, 2001:0c@10.0.0.9 for a station of network "
                    + "2001, or nothing for Who-Is")
        }
        let profile: DeviceProfileName? = cells.word("profile", ifEmpty: .standard)
        for problem in cells.problems { failure.add(problem) }
        guard cells.problems.isEmpty, let id, let instance, let profile else { return }
        let type = cells.text("device_type")
        devices.append(
            CollectedDevice(
                id: id, name: name, type: type.isEmpty ? "BACnet" : type, address: address,
                instance: instance, profile: profile))
    }
}

/// The points of a table, row by row.
struct PointRows {
    private struct Place: Hashable {
        let address: DeviceAddress
        let object: ObjectIdentifier
    }

    private let devices: [DeviceID: CollectedDevice]
    private let deviceNumbers: Set<DeviceID>
    /// The name of the table of devices; nil if it could not be read.
    private let deviceFile: String?
    private(set) var points: [CollectedPoint] = []
    private var lines: [PointAddress: Int] = [:]
    private var objects: [DeviceID: [ObjectIdentifier: Int]] = [:]
    private var places: [Place: (line: Int, device: DeviceID)] = [:]

    init(of devices: DeviceRows, in deviceFile: String?) {
        self.devices = Dictionary(devices.devices.map { ($0.id, $0) }) { first, _ in first }
        deviceNumbers = Set(devices.ids.keys)
        self.deviceFile = deviceFile
    }

    mutating func take(_ row: CellTable.Row, of table: CellTable, _ failure: inout InputFailure) {
        var cells = CellReader(row, of: table)
        let device = cells.number("device_id", 0...UInt32.max).map { DeviceID($0) }
        if let device, let deviceFile, !deviceNumbers.contains(device) {
            cells.report("device_id", expected: "a device of \(deviceFile)")
        }
        let address = self.address(of: device, row.line, &cells)
        let object = self.object(of: device, row.line, &cells)
        let dataType: DataType? = cells.word("data_type")
        if let dataType, let object, let expected = object.type.dataType, expected != dataType {
            cells.report(
                "data_type", expected: "\(expected.rawValue), because the object is \(object)")
        }
        let mode: PointBinding.Mode? = cells.word("mode", ifEmpty: .poll)
        let interval = cells.number("interval_seconds", 1...86_400, optional: true) as Int?
        let profile = self.profile(&cells)
        for problem in cells.problems { failure.add(problem) }
        guard cells.problems.isEmpty, let address, let object, let dataType, let mode else {
            return
        }
        let unit = PointRows.unit(cells.text("unit"))
        let name = cells.text("point_name")
        points.append(
            CollectedPoint(
                address: address, name: name.isEmpty ? nil : name, object: object,
                unitCode: unit.code, unitSymbol: unit.symbol, dataType: dataType,
                profile: profile, interval: interval.map { .seconds($0) }, mode: mode))
    }

    private mutating func address(
        of device: DeviceID?, _ line: Int, _ cells: inout CellReader
    ) -> PointAddress? {
        let type = cells.number("point_type", 0...UInt16.max).map { PointType($0) }
        guard let number = cells.number("point_number", 1...UInt32.max), let device, let type else {
            return nil
        }
        let address = PointAddress(device: device, type: type, number: number)
        if let known = lines.updateValue(lines[address] ?? line, forKey: address) {
            cells.report(
                "point_number", found: "\(address)",
                expected: "a device, type and number that line \(known) does not have")
        }
        return address
    }

    private mutating func object(
        of device: DeviceID?, _ line: Int, _ cells: inout CellReader
    ) -> ObjectIdentifier? {
        guard let object = ObjectIdentifier(text: cells.text("object")), object.type.dataType != nil
        else {
            cells.report(
                "object", expected: "an object with a present value, like analog-input,5")
            return nil
        }
        guard let device else { return object }
        if let known = objects[device]?[object] {
            cells.report(
                "object", expected: "an object of the device that line \(known) does not have")
            return object
        }
        objects[device, default: [:]][object] = line
        guard let address = devices[device]?.address else { return object }
        let place = Place(address: address, object: object)
        if let known = places[place] {
            cells.report(
                "object",
                expected: "an object that line \(known.line) does not have: device "
                    + "\(known.device.rawValue) is at the same address, and a request names the "
                    + "address and the object alone")
        } else {
            places[place] = (line, device)
        }
        return object
    }

    private func profile(_ cells: inout CellReader) -> PointProfile {
        let historyMode: HistoryMode? = cells.word("history_mode", ifEmpty: .sampled)
        let low = cells.decimal("low")
        let high = cells.decimal("high")
        if let low, let high, low > high {
            cells.report("high", expected: "a number of at least low, \(cells.text("low"))")
        }
        let rangeCode: UInt16? = cells.number("range_code", 0...UInt16.max, optional: true)
        return PointProfile(
            rangeCode: rangeCode, historyMode: historyMode ?? .sampled, low: low, high: high)
    }

    /// A number is BACnet's; a text that is no known symbol is shown as it is.
    private static func unit(_ text: String) -> (code: UInt16?, symbol: String?) {
        if text.isEmpty { return (nil, nil) }
        if let code = UInt16(text) { return (code, nil) }
        guard let unit = EngineeringUnit(symbol: text) else { return (nil, text) }
        return (unit.rawValue, unit.symbol == text ? nil : text)
    }
}
