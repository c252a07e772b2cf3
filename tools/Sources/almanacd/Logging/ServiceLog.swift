import Almanac
import Foundation
import Logging
import Synchronization

/// Log lines on standard error: text for people, one JSON object per line, or the journal's priorities.
struct ServiceLog: LogHandler {
    enum Form { case text, json, journal }

    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level
    private let label: String
    private let form: Form

    init(label: String, form: Form, level: Logger.Level) {
        self.label = label
        self.form = form
        logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        FileOutput.standardError.write(line(event.level, "\(event.message)", all) + "\n")
    }

    /// The line of an event. No line has a control character of a message.
    func line(
        _ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata
    ) -> String {
        let fields = metadata.sorted { $0.key < $1.key }
        switch form {
        case .text:
            let more = fields.map { " \($0.key)=\($0.value)" }.joined()
            return "\(ServiceLog.now) \(level) \(label): "
                + ServiceLog.printable(message + more)
        case .journal:
            let more = fields.map { " \($0.key)=\($0.value)" }.joined()
            return "<\(ServiceLog.priority(of: level))>\(label): "
                + ServiceLog.printable(message + more)
        case .json:
            var bytes: [UInt8] = Array("{".utf8)
            let named =
                [
                    ("time", ServiceLog.now), ("level", "\(level)"), ("label", label),
                    ("message", message),
                ] + fields.map { ($0.key, "\($0.value)") }
            for (place, (name, text)) in named.enumerated() {
                if place > 0 { bytes.append(UInt8(ascii: ",")) }
                FieldText.appendJSON(name, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                FieldText.appendJSON(text, to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    private static var now: String { SystemTime().now.description }

    private static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map {
                    $0.properties.generalCategory == .control ? "\u{FFFD}" : $0
                }))
    }

    /// Of syslog.
    private static func priority(of level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}

extension ServiceLog.Form {
    /// As configured; `auto` is the journal's form if standard error goes there.
    init(_ format: ServiceConfiguration.LogFormat, environment: [String: String]) {
        self =
            switch format {
            case .text: .text
            case .json: .json
            case .journal: .journal
            case .auto: environment["JOURNAL_STREAM"] == nil ? .text : .journal
            }
    }
}
