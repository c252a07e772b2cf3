import Almanac
import ColumnCodec
import SegmentStore
import TimeSeriesModel

/// A line a sample, by point and time, with its quality.
struct LongExport {
    enum Form {
        case csv(ExportText)
        /// - Parameter isDescribed: each sample with unit, kind and state text of its time.
        case ndjson(isDescribed: Bool)
    }

    let export: Export
    let form: Form

    func run(to output: OutputBuffer) throws(ToolFailure) {
        if case .csv(let text) = form {
            try output.append { text.appendHeader(CSVHeader.longColumns, to: &$0) }
        }
        var room = export.limit ?? .max
        for point in export.points where room > 0 {
            var line = LongLine(form, name: point.name)
            if case .ndjson(isDescribed: true) = form {
                line.course = try export.course(of: point)
            }
            if let calendar = export.calendar {
                try write(point, line, calendar, &room, to: output)
            } else {
                try write(point, line, &room, to: output)
            }
        }
    }

    private func write(
        _ point: ExportPoint, _ line: LongLine, _ room: inout Int, to output: OutputBuffer
    ) throws(ToolFailure) {
        try point.reader.forEachRun(in: export.range) { (frame, positions) throws(ToolFailure) in
            for place in positions where room > 0 {
                let value = frame.values[place]
                guard value.isFinite else {
                    export.nonFiniteCount += 1
                    continue
                }
                room -= 1
                try output.append { bytes in
                    line.append(frame.times[place], value, frame.qualities[place], to: &bytes)
                }
            }
            return room > 0
        }
    }

    private func write(
        _ point: ExportPoint, _ line: LongLine, _ calendar: BucketCalendar, _ room: inout Int,
        to output: OutputBuffer
    ) throws(ToolFailure) {
        let buckets = Buckets(
            point.reader, of: point.address, on: calendar, aggregations: [.mean, .last])
        try buckets.forEach(in: export.range) { (bucket) throws(ToolFailure) in
            if let value = point.value(of: bucket), value.isFinite {
                room -= 1
                try output.append { bytes in
                    line.append(bucket.start.milliseconds, value, 0, to: &bytes)
                }
            }
            return room > 0
        }
    }
}

extension ExportPoint {
    /// One value for a bucket: the mean, or the last if its samples are states. What they are is
    /// what the point was at the bucket's end.
    func value(of bucket: Bucket) -> Double? {
        let last = Timestamp(milliseconds: bucket.range.to.milliseconds - 1)
        let dataType = point.version(at: last)?.dataType ?? .analog
        return dataType == .analog ? bucket.mean : bucket.last
    }
}

/// What a point's lines have in common, made once.
private struct LongLine {
    private let head: [UInt8]
    private let marks: [[UInt8]]
    private let tails: [[UInt8]]
    /// What describes the samples, if each of them is to say it.
    var course: PointCourse?

    init(_ form: LongExport.Form, name: String) {
        var head: [UInt8] = []
        switch form {
        case .csv(let text):
            text.appendText(name, to: &head)
            head.append(text.separator)
            marks = [[text.separator], [text.separator]]
            tails = LongLine.qualities { $0 + "\n" }
        case .ndjson:
            head.append(contentsOf: "{\"point\":".utf8)
            FieldText.appendJSON(name, to: &head)
            head.append(contentsOf: ",\"unix_ms\":".utf8)
            marks = [Array(",\"value\":".utf8), Array(",\"quality\":".utf8)]
            tails = LongLine.qualities { "\"\($0)\"}\n" }
        }
        self.head = head
    }

    private static func qualities(_ text: (String) -> String) -> [[UInt8]] {
        (0...255).map { Array(text(Quality(rawValue: $0).description).utf8) }
    }

    func append(_ time: Int64, _ value: Double, _ quality: UInt8, to bytes: inout [UInt8]) {
        bytes.append(contentsOf: head)
        NumberText.append(time, to: &bytes)
        bytes.append(contentsOf: marks[0])
        NumberText.append(value, to: &bytes)
        bytes.append(contentsOf: marks[1])
        bytes.append(contentsOf: tails[Int(quality)])
        guard let course else { return }
        bytes.removeLast(2)
        let description = course.description(at: Timestamp(milliseconds: time))
        let fields: [RowWriter.Field] = [
            .init("unit", .text(description?.point.displayedUnit)),
            .init("data_type", .text(description?.point.dataType.rawValue)),
            .init("state", .text(description?.stateText(of: value))),
        ]
        for field in fields { field.appendJSON(to: &bytes) }
        bytes.append(contentsOf: "}\n".utf8)
    }
}
