import TimeSeriesModel

/// Elements of an SVG file as text: well-formed, and the same for the same picture.
struct SVGText {
    private(set) var text = ""

    /// An element with attributes in the order given, and perhaps text inside.
    mutating func element(
        _ name: String, _ attributes: KeyValuePairs<String, String>, _ body: String? = nil
    ) {
        text += tag(name, attributes)
        if let body { text += ">\(SVGText.escaped(body))</\(name)>\n" } else { text += "/>\n" }
    }

    mutating func begin(_ name: String, _ attributes: KeyValuePairs<String, String>) {
        text += tag(name, attributes) + ">\n"
    }

    mutating func end(_ name: String) { text += "</\(name)>\n" }

    private func tag(_ name: String, _ attributes: KeyValuePairs<String, String>) -> String {
        attributes.reduce("<\(name)") { $0 + " \($1.key)=\"\(SVGText.escaped($1.value))\"" }
    }

    /// A coordinate: a tenth of a pixel is less than anybody sees.
    static func number(_ value: Double) -> String {
        let text = NumberText.rounded(value + 0, places: 1)
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    /// Names may hold anything; XML may not.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case _ where scalar.properties.generalCategory == .control,
                "\u{FFFE}", "\u{FFFF}":
                escaped += "\u{FFFD}"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }
}
