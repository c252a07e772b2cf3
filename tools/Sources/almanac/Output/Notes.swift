import Glibc

/// What is said to the person, on standard error: never data.
struct Notes: Sendable {
    let isQuiet: Bool
    let isVerbose: Bool

    /// Why the command could not do its work, or what it found. Always said.
    static func error(_ message: String) { write("almanac: \(harmless(message))\n") }

    /// What one would like to know.
    func say(_ message: String) { if !isQuiet { Notes.write("\(Notes.harmless(message))\n") } }

    /// What one wants to know who asks with `-v`.
    func detail(_ message: String) { if isVerbose { Notes.write("\(Notes.harmless(message))\n") } }

    /// Messages hold names of files, points and devices, which may hold anything; only the lines of
    /// the message are its own.
    static func harmless(_ message: String) -> String {
        message.split(separator: "\n", omittingEmptySubsequences: false)
            .map { Cell.printable(String($0)) }.joined(separator: "\n")
    }

    /// As it is: what moves the cursor of a terminal does so.
    static func write(_ text: String) {
        // Standard error that is closed or full is no reason to end otherwise.
        try? DescriptorSink(2, name: "standard error").write(Array(text.utf8))
    }
}

/// One line on a terminal that tells how far the work is; nothing elsewhere.
final class ProgressLine {
    private let isShown: Bool
    private let label: String
    private var shown = -1

    init(_ label: String, on terminal: Terminal, _ notes: Notes) {
        self.label = label
        isShown = terminal.showsProgress && !notes.isQuiet
    }

    func show(_ done: Int, of total: Int) {
        guard isShown, total > 0 else { return }
        let percent = min(100, done * 100 / total)
        guard percent != shown else { return }
        shown = percent
        Notes.write("\r\(label) \(percent) %\u{1B}[K")
    }

    /// Wipes the line, before anything else is said.
    func clear() {
        guard shown >= 0 else { return }
        shown = -1
        Notes.write("\r\u{1B}[K")
    }
}
