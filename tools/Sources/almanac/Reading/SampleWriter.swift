import Almanac
import ColumnCodec
import TimeSeriesModel

/// Samples in the form that was asked for. Millions of them leave the program this way, so a
/// sample is written without making a text or an array of its own, but for people.
final class SampleWriter {
    private let form: OutputForm
    private let output: OutputBuffer
    private let table: TableWriter?
    private let terminal: Terminal
    private let course: PointCourse
    private var room: Int
    private var isFirst = true
    /// Samples were left out because there was no room for them.
    private(set) var isCut = false

    /// The texts of all qualities, by their byte.
    private let qualities: [[UInt8]] = (0...255).map {
        Array(Quality(rawValue: $0).description.utf8)
    }

    init(
        fields: [RowWriter.Field], course: PointCourse, limit: Int?, zone: TimeZoneRules,
        options: FormOptions, to output: OutputBuffer
    ) throws(ToolFailure) {
        form = options.form
        self.course = course
        self.output = output
        terminal = options.terminal
        room =
            limit
            ?? (form == .table && terminal.isOutput ? RowWriter.rowCountOnTerminalMax : .max)
        let unit = course.commonUnit ?? ""
        let columns = [
            Column("unix_ms", title: "time (\(zone.name))"),
            Column("value", .right, title: unit.isEmpty ? "value" : "value (\(unit))"),
            Column("quality"),
        ]
        table = form == .table ? TableWriter(columns, to: output, in: zone, on: terminal) : nil
        switch form {
        case .csv: try output.append("unix_ms,value,quality\n")
        case .json:
            try output.append { bytes in
                bytes.append(contentsOf: "{\"schema\":\"almanac.read/1\"".utf8)
                for field in fields { field.appendJSON(to: &bytes) }
                bytes.append(contentsOf: ",\"samples\":[".utf8)
            }
        case .table, .ndjson: break
        }
    }

    /// Writes samples; false where there is no room for another.
    func append(_ frame: FrameBuffer, _ positions: Range<Int>) throws(ToolFailure) -> Bool {
        let count = min(room, positions.count)
        isCut = count < positions.count
        room -= count
        for place in positions.prefix(count) {
            try append(frame.times[place], frame.values[place], frame.qualities[place])
        }
        return !isCut
    }

    func finish() throws(ToolFailure) {
        try table?.finish()
        if form == .json { try output.append(isFirst ? "]}\n" : "\n]}\n") }
    }

    private func append(_ time: Int64, _ value: Double, _ quality: UInt8) throws(ToolFailure) {
        switch form {
        case .csv:
            try output.append { bytes in
                NumberText.append(time, to: &bytes)
                bytes.append(UInt8(ascii: ","))
                NumberText.append(value, to: &bytes)
                bytes.append(UInt8(ascii: ","))
                bytes.append(contentsOf: qualities[Int(quality)])
                bytes.append(0x0A)
            }
        case .json, .ndjson:
            try output.append { bytes in
                if form == .json { bytes.append(contentsOf: (isFirst ? "\n" : ",\n").utf8) }
                appendObject(time, value, quality, to: &bytes)
                if form == .ndjson { bytes.append(0x0A) }
            }
        case .table: try appendRow(time, value, Quality(rawValue: quality))
        }
        isFirst = false
    }

    private func appendObject(
        _ time: Int64, _ value: Double, _ quality: UInt8, to bytes: inout [UInt8]
    ) {
        bytes.append(contentsOf: "{\"unix_ms\":".utf8)
        NumberText.append(time, to: &bytes)
        bytes.append(contentsOf: ",\"value\":".utf8)
        if value.isFinite {
            NumberText.append(value, to: &bytes)
        } else {
            bytes.append(contentsOf: "null".utf8)
        }
        bytes.append(contentsOf: ",\"quality\":\"".utf8)
        bytes.append(contentsOf: qualities[Int(quality)])
        bytes.append(contentsOf: "\"}".utf8)
    }

    private func appendRow(
        _ time: Int64, _ value: Double, _ quality: Quality
    ) throws(ToolFailure) {
        let color: ScreenColor? =
            switch quality.qualityClass {
            case .good: nil
            case .uncertain: .yellow
            case .bad: .red
            }
        let time = Timestamp(milliseconds: time)
        try table!.append(
            [
                .time(time), .text(course.text(of: value, at: time)), .text(quality.description),
            ], lastIn: color)
    }
}
