import Foundation

/// A flat configuration file: `key: value` a line, comments from `#` on, quotes where wanted.
///
/// That much of YAML and no more; what goes beyond it is refused with its line, never guessed.
struct ConfigurationFile: Hashable, Sendable {
    /// A line that sets a key.
    struct Entry: Hashable, Sendable {
        let key: String
        /// Without quotes and comment.
        let value: String
        /// From 1.
        let line: Int
    }

    /// Names the file in messages, and its folder is where relative paths of its values begin.
    let path: String
    /// In the order of the file; no key comes twice.
    let entries: [Entry]

    private static let byteCountMax = 1 << 20

    /// - Throws: `configuration` naming path and line.
    init(text: String, path: String) throws(ServiceFailure) {
        self.path = path
        var entries: [Entry] = []
        // A carriage return and line feed are one Character, so lines are divided by scalars.
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        for (index, scalars) in lines.enumerated() {
            var line = String(Substring(scalars))
            if index == 0, line.hasPrefix("\u{FEFF}") { line.removeFirst() }
            do throws(FileProblem) {
                guard let (key, value) = try ConfigurationFile.parse(line) else { continue }
                if let first = entries.first(where: { $0.key == key }) {
                    throw FileProblem("\(key) is set already in line \(first.line)")
                }
                entries.append(Entry(key: key, value: value, line: index + 1))
            } catch {
                throw ServiceFailure(
                    .configuration, "\(path), line \(index + 1): \(error.message)")
            }
        }
        self.entries = entries
    }

    /// Reads a file.
    ///
    /// - Throws: `inputOutput` if it cannot be read, and as ``init(text:path:)``.
    static func read(_ path: String) throws(ServiceFailure) -> ConfigurationFile {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw ServiceFailure(
                .inputOutput, "\(path): there is no such file, or it may not be read")
        }
        guard data.count <= byteCountMax else {
            throw ServiceFailure(
                .configuration,
                "\(path) has \(data.count) bytes; at most \(byteCountMax) were expected")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw ServiceFailure(
                .configuration, "\(path) is not text in UTF-8")
        }
        return try ConfigurationFile(text: text, path: path)
    }
}

/// What is wrong with a line.
private struct FileProblem: Error {
    let message: String

    init(_ message: String) { self.message = message }
}

extension ConfigurationFile {
    /// nil for a line that sets nothing.
    private static func parse(
        _ line: String
    ) throws(FileProblem) -> (key: String, value: String)? {
        let content = trimmed(line)
        if content.isEmpty || content.hasPrefix("#") || content == "---" { return nil }
        guard line.first != " ", line.first != "\t" else {
            throw FileProblem("keys stand at the beginning of the line; nesting is not read")
        }
        guard !content.hasPrefix("- ") else {
            throw FileProblem("lists are not read; expected key: value")
        }
        guard let colon = content.firstIndex(of: ":") else {
            throw FileProblem("expected key: value, found \"\(shortened(content))\"")
        }
        let key = trimmed(content[..<colon])
        let rest = content[content.index(after: colon)...]
        guard !key.isEmpty, key.utf8.allSatisfy(isKeyByte) else {
            throw FileProblem("\"\(shortened(key))\" cannot be a key; expected key: value")
        }
        guard rest.isEmpty || rest.first == " " || rest.first == "\t" else {
            throw FileProblem("a blank is missing after \"\(key):\"")
        }
        return (key, try value(trimmed(rest)))
    }

    private static func isKeyByte(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20) || (0x30...0x39).contains(byte)
            || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
    }

    /// - Parameter text: what stands behind the colon, without blanks around it.
    private static func value(_ text: String) throws(FileProblem) -> String {
        guard let first = text.first else { return "" }
        switch first {
        case "'", "\"": return try quoted(text, by: first)
        case "[", "]", "{", "}", "&", "*", "!", "|", ">", "%", "@", "`", ",", "?":
            throw FileProblem(
                "a value cannot begin with \(first); put it in quotes, or set it flat")
        default: break
        }
        guard !text.hasPrefix("- ") else { throw FileProblem("lists are not read") }
        let plain = trimmed(beforeComment(text))
        guard !plain.contains(": "), !plain.hasSuffix(":") else {
            throw FileProblem("a value with a colon and a blank needs quotes")
        }
        return plain == "~" || plain == "null" ? "" : plain
    }

    /// A comment begins at the start or behind a blank.
    private static func beforeComment(_ text: String) -> Substring {
        var previous: Character = " "
        for index in text.indices {
            if text[index] == "#", previous == " " || previous == "\t" { return text[..<index] }
            previous = text[index]
        }
        return text[...]
    }

    private static func quoted(_ text: String, by quote: Character) throws(FileProblem) -> String {
        var value = ""
        var rest = text.dropFirst()
        while let character = rest.popFirst() {
            switch character {
            case quote where quote == "'" && rest.first == "'":
                value.append("'")
                rest.removeFirst()
            case quote:
                guard trimmed(beforeComment(String(rest))).isEmpty else {
                    throw FileProblem("found \"\(shortened(trimmed(rest)))\" behind the quotes")
                }
                return value
            case "\\" where quote == "\"":
                value.append(try escaped(rest.popFirst()))
            default: value.append(character)
            }
        }
        throw FileProblem("the closing \(quote) is missing")
    }

    private static func escaped(_ character: Character?) throws(FileProblem) -> Character {
        switch character {
        case "\\": "\\"
        case "\"": "\""
        case "n": "\n"
        case "t": "\t"
        default: throw FileProblem("in double quotes, expected one of \\\\ \\\" \\n \\t after \\")
        }
    }

    private static func shortened(_ text: String) -> String {
        text.count <= 40 ? text : text.prefix(40) + "…"
    }
}
