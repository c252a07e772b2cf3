import Foundation
import Logging
import Testing

@testable import almanacd

@Suite("ServiceLog") struct ServiceLogTests {
    private func line(
        _ form: ServiceLog.Form, _ level: Logger.Level = .info, _ message: String = "ok",
        _ metadata: Logger.Metadata = [:]
    ) -> String {
        ServiceLog(label: "almanacd", form: form, level: .trace).line(level, message, metadata)
    }

    @Test("writes one JSON object per line, whatever the message holds")
    func json() throws {
        let message = "a \"quoted\"\nline\u{1}\u{7F} \\ é 🏢"
        let text = line(.json, .warning, message, ["b": "2", "a": "x\ty"])
        #expect(!text.contains("\n"))
        let object = try #require(
            try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: String])
        #expect(object["message"] == message)
        #expect(object["level"] == "warning")
        #expect(object["label"] == "almanacd")
        #expect(object["a"] == "x\ty" && object["b"] == "2")
        #expect(object["time"]?.hasSuffix("Z") == true)
    }

    @Test("begins a line of the journal with its priority", arguments: Logger.Level.allCases)
    func priorities(level: Logger.Level) {
        let priority =
            switch level {
            case .trace, .debug: 7
            case .info: 6
            case .notice: 5
            case .warning: 4
            case .error: 3
            case .critical: 2
            }
        #expect(line(.journal, level, "m", ["k": "v"]) == "<\(priority)>almanacd: m k=v")
    }

    @Test("lets no message begin a line of its own", arguments: [ServiceLog.Form.text, .journal])
    func oneLine(form: ServiceLog.Form) {
        let text = line(form, .info, "a\r\n<0>forged\u{1B}[2J", ["k": "b\nc"])
        #expect(
            text.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }, "\(text)")
        #expect(text.contains("a\u{FFFD}\u{FFFD}<0>forged\u{FFFD}[2J k=b\u{FFFD}c"))
    }

    @Test("has the journal's form under it, and else text, unless it is set")
    func form() {
        let journal = ["JOURNAL_STREAM": "8:1234"]
        #expect(ServiceLog.Form(.auto, environment: journal) == .journal)
        #expect(ServiceLog.Form(.auto, environment: [:]) == .text)
        #expect(ServiceLog.Form(.json, environment: journal) == .json)
        #expect(ServiceLog.Form(.text, environment: journal) == .text)
        #expect(ServiceLog.Form(.journal, environment: [:]) == .journal)
    }
}
