/// What is wrong with a cell or row of a text: where, what was found, what was expected.
struct CellProblem: Error, Sendable {
    let path: String
    let line: Int
    /// The column's name or, where it has none, its number.
    var column: String?
    let found: String
    let expected: String

    var message: String {
        let place = column.map { ", column \($0)" } ?? ""
        return "\(path): line \(line)\(place): found \(found), expected \(expected)"
    }

    var failure: ToolFailure { ToolFailure(.wrongData, message) }

    /// A cell's text in quotes, short, and harmless on a screen.
    static func quoted(_ text: [UInt8]) -> String { quoted(String(decoding: text, as: UTF8.self)) }

    static func quoted(_ text: String) -> String {
        var shown = ""
        for scalar in text.unicodeScalars.prefix(60) {
            shown +=
                scalar.properties.generalCategory == .control
                ? scalar.escaped(asASCII: true) : String(scalar)
        }
        return text.unicodeScalars.count > 60 ? "\"\(shown)…\"" : "\"\(shown)\""
    }
}
