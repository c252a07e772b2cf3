import AlmanacCollector
import BACnetMessages
import Glibc
import TimeSeriesModel

/// `devices.csv` and `points.csv`, the inputs of a collector.
struct CollectorTables {
    static let deviceFile = "devices.csv"
    static let pointFile = "points.csv"

    private static let intervalSeconds = 900

    /// Devices of one instance are left out: a person has to decide which of them is meant.
    private let devices: [DeviceDescription]
    /// Points that were left out, because an earlier device at the same address has the same object:
    /// a request names the address and the object, and not the device.
    let sharedCount: Int

    init(_ devices: [DeviceDescription]) {
        let counts = devices.reduce(into: [UInt32: Int]()) {
            $0[$1.found.instance, default: 0] += 1
        }
        var known: [DeviceAddress: Set<ObjectIdentifier>] = [:]
        var sharedCount = 0
        self.devices = devices.filter { counts[$0.found.instance] == 1 }.map { device in
            var device = device
            device.objects.removeAll { object in
                let isNew = known[device.found.address, default: []].insert(object.object).inserted
                if !isNew, object.dataType != nil { sharedCount += 1 }
                return !isNew
            }
            return device
        }
        self.sharedCount = sharedCount
    }

    var deviceCount: Int { devices.count }
    var pointCount: Int { devices.reduce(0) { $0 + $1.points.count } }

    var deviceTable: [UInt8] {
        CollectorTables.table(
            CollectorInputs.deviceColumns,
            devices.map { device in
                [
                    "\(device.found.instance)", device.catalogName, device.model ?? "BACnet",
                    device.found.address.text, "\(device.found.instance)",
                    device.isPanel ? "t3" : "generic",
                ]
            })
    }

    var pointTable: [UInt8] {
        CollectorTables.table(
            CollectorInputs.pointColumns, devices.flatMap(CollectorTables.pointRows))
    }

    private static func pointRows(of device: DeviceDescription) -> [[String]] {
        let addresses = PointNumbering.addresses(of: device)
        return device.points.compactMap { point in
            guard let address = addresses[point.object], let dataType = point.dataType else {
                return nil
            }
            let isRegister = point.object.type == .accumulator
            return [
                "\(address.device.rawValue)", "\(address.type.rawValue)", "\(address.number)",
                point.name ?? "\(point.object)", "\(point.object)", point.unitText ?? "",
                dataType.rawValue, "\(intervalSeconds)", "poll",
                isRegister ? "totalizer" : "sampled", point.low.map(NumberText.text) ?? "",
                point.high.map(NumberText.text) ?? "", "",
            ]
        }
    }

    /// Texts come from devices: none of them moves a cursor, and none is a formula.
    private static func table(_ columns: [String], _ rows: [[String]]) -> [UInt8] {
        var bytes = Array((columns.joined(separator: ",") + "\n").utf8)
        for row in rows {
            for (place, text) in row.enumerated() {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                let isNumber = Double(text) != nil
                FieldText.appendCSV(
                    isNumber ? text : FieldText.withoutFormula(Cell.printable(text)), to: &bytes)
            }
            bytes.append(0x0A)
        }
        return bytes
    }
}

extension CollectorTables {
    /// - Throws: where one of the tables is there already; somebody may have worked on it.
    static func refuseToReplace(in folder: String) throws(ToolFailure) {
        switch FolderState.kind(of: folder) {
        case .folder:
            let names = FolderState.names(in: folder)
            guard let name = [deviceFile, pointFile].first(where: names.contains) else { return }
            throw ToolFailure(
                .usage, "\(folder)/\(name) is there already; --force replaces both tables")
        case .missing: return
        case .file, .unknown:
            throw ToolFailure(.usage, "--write \(folder): expected a folder, or none")
        case .orphan(let parent):
            throw ToolFailure(
                .missing, "\(folder): cannot be made, because there is no folder \(parent)")
        }
    }

    /// Writes both, each whole or not at all; makes the folder if need be.
    func write(to folder: String) throws(ToolFailure) {
        if FolderState.kind(of: folder) == .missing, unsafe mkdir(folder, 0o755) != 0 {
            throw ToolFailure(
                .inputOutput, "\(folder): cannot be made: \(SystemText.ofError(errno))")
        }
        try CollectorTables.write(deviceTable, to: "\(folder)/\(CollectorTables.deviceFile)")
        try CollectorTables.write(pointTable, to: "\(folder)/\(CollectorTables.pointFile)")
    }

    private static func write(_ bytes: [UInt8], to path: String) throws(ToolFailure) {
        let sink = try FileSink(path)
        try sink.write(bytes)
        try sink.finish()
    }
}
