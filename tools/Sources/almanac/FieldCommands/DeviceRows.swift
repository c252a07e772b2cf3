import AlmanacCollector
import BACnetMessages
import BuildingModel
import TimeSeriesModel

/// A line for each device; for programs that take JSON with its objects.
enum DeviceRows {
    static func columns(in form: OutputForm) -> [Column] {
        var columns = [
            Column("instance", .right), Column("name"), Column("vendor"),
            Column("vendor_id", .right), Column("model"), Column("firmware"), Column("address"),
            Column("network", .right), Column("mac"), Column("max_apdu", .right),
            Column("segmentation"), Column("points", .right), Column("logs", .right),
            Column("notes"),
        ]
        if hasObjects(form) { columns.append(Column("objects")) }
        return columns
    }

    private static func hasObjects(_ form: OutputForm) -> Bool { form == .json || form == .ndjson }

    static func cells(
        _ device: DeviceDescription, of survey: FieldSurvey, in form: OutputForm
    ) -> [Cell] {
        let found = device.found
        var notes = device.notes
        let others = (survey.doubled[found.instance] ?? []).map(\.found.address)
            .filter { $0 != found.address }
        if !others.isEmpty {
            notes.append("same instance at \(others.map(\.text).joined(separator: " "))")
        }
        let neighbours = survey.neighbours(of: device)
        if !neighbours.isEmpty {
            notes.append(
                "same address as \(neighbours.map { "\($0)" }.joined(separator: " "))")
        }
        if survey.wasInterrupted, !device.isRead { notes.append("not read, interrupted") }
        if !device.problems.isEmpty { notes.append("not read as a whole") }
        var cells: [Cell] = [
            .name(Int(found.instance)), .text(device.name), .text(device.vendorName),
            found.vendor.map { .name(Int($0)) } ?? .missing, .text(device.model),
            .text(device.firmware), .text(found.address.text),
            found.address.station.map { .name(Int($0.network)) } ?? .missing,
            .text(found.address.stationText), found.octetCountMax.map { .name($0) } ?? .missing,
            .text(device.found.segmentation.map { "\($0)" }),
            device.hasList ? .integer(device.points.count) : .missing,
            device.hasList ? .integer(device.logs.count) : .missing,
            notes.isEmpty ? .missing : .text(notes.joined(separator: "; ")),
        ]
        if hasObjects(form) { cells.append(.objects(objects(of: device))) }
        return cells
    }

    private static func objects(of device: DeviceDescription) -> [[RowWriter.Field]] {
        let addresses = PointNumbering.addresses(of: device)
        return device.objects.map { object in
            let states = object.stateTexts.enumerated().map { place, text in
                RowWriter.Field("\(object.firstState + place)", .text(text))
            }
            return [
                .init("object", .text("\(object.object)")),
                .init("point", .text(addresses[object.object]?.description)),
                .init("name", .text(object.name)),
                .init("description", .text(object.description)),
                .init("unit", .text(object.unitText)),
                .init("unit_code", object.unit.map { .name(Int($0)) } ?? .missing),
                .init("data_type", .text(object.dataType?.rawValue)),
                .init("states", states.isEmpty ? .missing : .fields(states)),
                .init("low", .number(object.low)), .init("high", .number(object.high)),
            ]
        }
    }
}
