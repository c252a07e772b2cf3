import Almanac
import TimeSeriesModel

/// What was found out, in sections of named values, in the form that was asked for.
///
/// For people a section is a line with its name and a line a value; JSON is one object with an object
/// for each section, or a list of them; CSV has the lines `section,key,value`.
struct SectionReport {
    enum Content {
        case record([RowWriter.Field])
        case list([[RowWriter.Field]])
    }

    struct Section {
        let key: String
        let content: Content

        init(_ key: String, _ fields: [RowWriter.Field]) {
            self.key = key
            content = .record(fields)
        }

        init(_ key: String, list: [[RowWriter.Field]]) {
            self.key = key
            content = .list(list)
        }
    }

    var sections: [Section] = []

    func write(
        schema: String, in form: OutputForm, to output: OutputBuffer, options: FormOptions,
        zone: TimeZoneRules
    ) throws(ToolFailure) {
        switch form {
        case .table: try writeLines(to: output, options.terminal, zone)
        case .csv: try writeCSV(to: output)
        case .json, .ndjson:
            let fields = sections.map { section in
                switch section.content {
                case .record(let fields): RowWriter.Field(section.key, .fields(fields))
                case .list(let list): RowWriter.Field(section.key, .objects(list))
                }
            }
            try RecordWriter.write(fields, schema: schema, in: form, to: output, zone: zone)
        }
    }

    private func writeLines(
        to output: OutputBuffer, _ terminal: Terminal, _ zone: TimeZoneRules
    ) throws(ToolFailure) {
        let all = sections.flatMap(\.records).flatMap(\.fields)
        let width = all.map { SectionReport.label(of: $0).count }.max() ?? 0
        for record in sections.flatMap(\.records) {
            let title = String(record.title.map { $0 == "_" ? " " : $0 })
            try output.append(terminal.colored(title, .bold) + "\n")
            for field in record.fields {
                let label = SectionReport.label(of: field)
                let padding = String(repeating: " ", count: width - label.count + 2)
                try output.append("  \(label)\(padding)\(SectionReport.text(field.value, zone))\n")
            }
        }
    }

    /// A length says its unit itself.
    private static func label(of field: RowWriter.Field) -> String {
        var key = field.key[...]
        if case .length = field.value, key.hasSuffix("_ms") { key = key.dropLast(3) }
        return String(key.map { $0 == "_" ? " " : $0 })
    }

    /// Named values in full: a report has few of them.
    private static func text(_ value: Cell, _ zone: TimeZoneRules) -> String {
        guard case .fields(let fields) = value else { return value.text(in: zone) }
        let parts = fields.compactMap { field -> String? in
            if case .missing = field.value { return nil }
            return "\(field.key) \(field.value.text(in: zone))"
        }
        return parts.isEmpty ? "-" : Cell.printable(parts.joined(separator: ", "))
    }

    private func writeCSV(to output: OutputBuffer) throws(ToolFailure) {
        try output.append("section,key,value\n")
        for record in sections.flatMap(\.records) {
            for field in record.fields {
                try output.append { bytes in
                    for text in [record.title, field.key] {
                        FieldText.appendCSV(text, to: &bytes)
                        bytes.append(UInt8(ascii: ","))
                    }
                    field.value.appendCSV(to: &bytes)
                    bytes.append(0x0A)
                }
            }
        }
    }
}

extension SectionReport.Section {
    struct Record {
        let title: String
        let fields: [RowWriter.Field]
    }

    /// Its records; those of a list are counted from 1.
    var records: [Record] {
        switch content {
        case .record(let fields): [Record(title: key, fields: fields)]
        case .list(let list):
            list.enumerated().map { Record(title: "\(key) \($0 + 1)", fields: $1) }
        }
    }
}
