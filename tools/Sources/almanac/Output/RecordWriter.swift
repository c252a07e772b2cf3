import Almanac

/// One object of named fields, in the form that was asked for: for people a field a line.
enum RecordWriter {
    static func write(
        _ fields: [RowWriter.Field], schema: String, in form: OutputForm,
        to output: OutputBuffer, zone: TimeZoneRules
    ) throws(ToolFailure) {
        switch form {
        case .table: try writeLines(fields, to: output, zone)
        case .json, .ndjson: try output.append { bytes in append(fields, schema, to: &bytes) }
        case .csv:
            try output.append { bytes in
                bytes.append(contentsOf: fields.map(\.key).joined(separator: ",").utf8)
                bytes.append(0x0A)
                for (place, field) in fields.enumerated() {
                    if place > 0 { bytes.append(UInt8(ascii: ",")) }
                    field.value.appendCSV(to: &bytes)
                }
                bytes.append(0x0A)
            }
        }
    }

    private static func writeLines(
        _ fields: [RowWriter.Field], to output: OutputBuffer, _ zone: TimeZoneRules
    ) throws(ToolFailure) {
        let width = fields.map(\.key.count).max() ?? 0
        for field in fields {
            let label = field.key.map { $0 == "_" ? " " : $0 }
            let padding = String(repeating: " ", count: width - label.count + 2)
            try output.append(String(label) + padding + field.value.text(in: zone) + "\n")
        }
    }

    private static func append(
        _ fields: [RowWriter.Field], _ schema: String, to bytes: inout [UInt8]
    ) {
        bytes.append(contentsOf: "{\"schema\":\"\(schema)\"".utf8)
        for field in fields { field.appendJSON(to: &bytes) }
        bytes.append(contentsOf: "}\n".utf8)
    }
}
