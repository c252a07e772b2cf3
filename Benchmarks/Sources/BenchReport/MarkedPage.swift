import Foundation

/// A page with sections that a program writes, each between two marks:
///
///     <!-- bench NAME -->
///     …
///     <!-- end NAME -->
public struct MarkedPage: Equatable, Sendable {
    /// A piece of the page: text by hand, or a section and its name.
    private enum Piece: Equatable {
        case text([Substring])
        case section(String, [Substring])
    }

    private var pieces: [Piece] = []

    /// - Throws: ``ReportError`` for a mark without its other, or a name that occurs twice.
    public init(_ page: String) throws {
        var text: [Substring] = []
        var open: (name: String, lines: [Substring])?
        for line in page.split(separator: "\n", omittingEmptySubsequences: false) {
            if let name = MarkedPage.name(in: line, after: "<!-- bench ") {
                guard open == nil, !names.contains(name) else {
                    throw ReportError("section \(name) begins twice, or in another section")
                }
                pieces.append(.text(text))
                (text, open) = ([], (name, []))
            } else if let name = MarkedPage.name(in: line, after: "<!-- end ") {
                guard let section = open, section.name == name else {
                    throw ReportError("section \(name) ends without a beginning")
                }
                pieces.append(.section(name, section.lines))
                open = nil
            } else if open != nil {
                open?.lines.append(line)
            } else {
                text.append(line)
            }
        }
        if let open { throw ReportError("section \(open.name) has no end") }
        pieces.append(.text(text))
    }

    private static func name(in line: Substring, after mark: String) -> String? {
        guard line.hasPrefix(mark), line.hasSuffix(" -->") else { return nil }
        return String(line.dropFirst(mark.count).dropLast(4))
    }

    /// The names of the sections, in their order.
    public var names: [String] {
        pieces.compactMap { if case .section(let name, _) = $0 { name } else { nil } }
    }

    /// The text between the marks of a section; `nil` if there is no such section.
    public subscript(name: String) -> String? {
        for case .section(name, let lines) in pieces { return lines.joined(separator: "\n") }
        return nil
    }

    /// Replaces what is between the marks of a section.
    public mutating func replace(_ name: String, with content: String) {
        for (place, piece) in pieces.enumerated() {
            guard case .section(name, _) = piece else { continue }
            pieces[place] = .section(
                name, content.split(separator: "\n", omittingEmptySubsequences: false))
        }
    }

    /// The whole page.
    public var text: String {
        pieces.flatMap { piece -> [Substring] in
            switch piece {
            case .text(let lines): lines
            case .section(let name, let lines):
                ["<!-- bench \(name) -->"] + lines + ["<!-- end \(name) -->"]
            }
        }.joined(separator: "\n")
    }

    /// Hashes of commits that the page names: words of 7 to 40 hexadecimal digits with a letter and
    /// a digit, outside of other words.
    public static func commits(in page: String) -> [String] {
        var found: [String] = []
        let words = page.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
        for word in words where (7...40).contains(word.count) && !found.contains(String(word)) {
            let isHash = word.allSatisfy { $0.isHexDigit && !$0.isUppercase }
            if isHash, word.contains(where: \.isLetter), word.contains(where: \.isNumber) {
                found.append(String(word))
            }
        }
        return found
    }
}
