import Almanac
import TimeSeriesModel

/// One field of a row, still to be written in the form that was asked for.
enum Cell: Sendable {
    case text(String)
    /// An amount: for people with a comma between groups of three.
    case integer(Int)
    /// A number that names something.
    case name(Int)
    /// Written in full for programs, in a few digits for people where `places` says so.
    case number(Double, places: Int? = nil)
    /// A number of bytes: plain for programs, with a unit for people.
    case bytes(Int)
    case time(Timestamp)
    /// A length of time: milliseconds for programs, in its two greatest units for people.
    case length(milliseconds: Int64)
    case flag(Bool)
    /// Ascending years: a list for programs, runs of them for people.
    case years([Int])
    /// Named values: an object for programs, `name=value` in CSV, the names for people.
    case fields([RowWriter.Field])
    /// Objects of named values: a list for programs, their number in CSV and for people.
    case objects([[RowWriter.Field]])
    case missing

    static func text(_ text: String?) -> Cell { text.map { .text($0) } ?? .missing }
    static func time(_ time: Timestamp?) -> Cell { time.map { .time($0) } ?? .missing }
    static func number(_ value: Double?, places: Int? = nil) -> Cell {
        value.map { .number($0, places: places) } ?? .missing
    }

    func appendJSON(to bytes: inout [UInt8]) {
        switch self {
        case .text(let text): FieldText.appendJSON(text, to: &bytes)
        case .integer(let number), .name(let number), .bytes(let number):
            NumberText.append(Int64(number), to: &bytes)
        // JSON has no word for what is not a number.
        case .number(let value, _) where !value.isFinite: bytes.append(contentsOf: "null".utf8)
        case .number(let value, _): NumberText.append(value, to: &bytes)
        case .time(let time): NumberText.append(time.milliseconds, to: &bytes)
        case .length(let milliseconds): NumberText.append(milliseconds, to: &bytes)
        case .flag(let flag): bytes.append(contentsOf: (flag ? "true" : "false").utf8)
        case .years(let years):
            bytes.append(contentsOf: "[\(years.map(String.init).joined(separator: ","))]".utf8)
        case .fields(let fields): RowWriter.Field.appendObject(fields, to: &bytes)
        case .objects(let objects):
            for (place, fields) in objects.enumerated() {
                bytes.append(UInt8(ascii: place == 0 ? "[" : ","))
                RowWriter.Field.appendObject(fields, to: &bytes)
            }
            bytes.append(contentsOf: (objects.isEmpty ? "[]" : "]").utf8)
        case .missing: bytes.append(contentsOf: "null".utf8)
        }
    }

    func appendCSV(to bytes: inout [UInt8]) {
        switch self {
        case .text(let text): FieldText.appendCSV(text, to: &bytes)
        case .integer(let number), .name(let number), .bytes(let number):
            NumberText.append(Int64(number), to: &bytes)
        case .number(let value, _): NumberText.append(value, to: &bytes)
        case .time(let time): NumberText.append(time.milliseconds, to: &bytes)
        case .length(let milliseconds): NumberText.append(milliseconds, to: &bytes)
        case .flag(let flag): bytes.append(contentsOf: (flag ? "true" : "false").utf8)
        case .years(let years): FieldText.appendCSV(Cell.runs(of: years), to: &bytes)
        case .fields(let fields): FieldText.appendCSV(Cell.pairs(of: fields), to: &bytes)
        case .objects(let objects): NumberText.append(Int64(objects.count), to: &bytes)
        case .missing: break
        }
    }

    /// As a person reads it.
    func text(in zone: TimeZoneRules) -> String {
        switch self {
        case .text(let text): Cell.printable(text)
        case .integer(let number): NumberText.grouped(number)
        case .name(let number): String(number)
        case .bytes(let count): NumberText.bytes(count)
        case .number(let value, let places?): NumberText.shortened(value, places: places)
        case .number(let value, nil): NumberText.text(value)
        case .time(let time): zone.text(of: time)
        case .length(let milliseconds): LengthText.text(milliseconds: milliseconds)
        case .flag(let flag): flag ? "yes" : "no"
        case .years(let years): Cell.runs(of: years)
        case .fields(let fields): Cell.printable(fields.map(\.key).joined(separator: ", "))
        case .objects(let objects): NumberText.grouped(objects.count)
        case .missing: "-"
        }
    }

    /// `2018-2021, 2025`.
    private static func runs(of years: [Int]) -> String {
        var parts: [String] = []
        var rest = years[...]
        while let first = rest.popFirst() {
            var last = first
            while rest.first == last + 1 { last = rest.removeFirst() }
            parts.append(last == first ? "\(first)" : "\(first)-\(last)")
        }
        return parts.joined(separator: ", ")
    }

    /// `a=1;b=2`.
    private static func pairs(of fields: [RowWriter.Field]) -> String {
        fields.map { field in
            var value: [UInt8] = []
            field.value.appendCSV(to: &value)
            return "\(field.key)=\(String(decoding: value, as: UTF8.self))"
        }.joined(separator: ";")
    }

    /// A name may hold anything; on a screen it must neither move the cursor nor break the line.
    static func printable(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { return text }
        return String(
            String.UnicodeScalarView(
                text.unicodeScalars.map {
                    $0.properties.generalCategory == .control ? "\u{FFFD}" : $0
                }))
    }
}

/// One column of rows: its key for programs and its side of the column for people.
struct Column: Sendable {
    enum Side: Sendable {
        case left, right
    }

    let key: String
    let title: String
    let side: Side

    /// - Parameter title: what stands over the column for people; nil: the key.
    init(_ key: String, _ side: Side = .left, title: String? = nil) {
        self.key = key
        self.side = side
        self.title = title ?? key
    }
}
