import Glibc

/// What the person at the other end can see.
struct Terminal: Sendable {
    /// Standard output ends on a screen.
    let isOutput: Bool
    /// Standard error ends on a screen.
    let isError: Bool
    /// Colour is wanted, and the screen shows it.
    let showsColor: Bool
    /// Progress may be drawn on standard error.
    let showsProgress: Bool
    /// Standard output is a screen that has lines, dots and signs beyond ASCII.
    let showsBraille: Bool

    init(color: ColorChoice, wantsProgress: Bool) {
        isOutput = isatty(1) == 1
        isError = isatty(2) == 1
        let isPlain =
            Environment["NO_COLOR"] != nil || Environment["TERM"] == "dumb"
            || Environment["LC_ALL"] == "C"
        showsColor =
            switch color {
            case .always: true
            case .never: false
            case .auto: isOutput && !isPlain
            }
        showsBraille = isOutput && !isPlain && Terminal.hasUnicode
        showsProgress = isError && wantsProgress && Environment["TERM"] != "dumb"
    }

    /// Whether the screen is told to be UTF-8. One that nobody told anything nearly always is; the
    /// console of Linux has no braille in its font.
    private static var hasUnicode: Bool {
        guard Environment["TERM"] != "linux" else { return false }
        let names = ["LC_ALL", "LC_CTYPE", "LANG"]
        guard let locale = names.lazy.compactMap({ Environment[$0] }).first else { return true }
        let name = locale.lowercased()
        return name.hasSuffix("utf-8") || name.hasSuffix("utf8")
    }

    /// Columns and rows of the screen; nil where there is none, or it does not tell.
    static var size: ScreenSize? {
        var size = winsize()
        // The kernel fills the structure, whose address is good for the call.
        guard unsafe ioctl(1, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
            return nil
        }
        return ScreenSize(columns: Int(size.ws_col), rows: Int(size.ws_row))
    }

    /// A text with a colour of the screen's own, where colours are shown.
    func colored(_ text: String, _ color: ScreenColor) -> String {
        showsColor ? "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m" : text
    }
}

struct ScreenSize: Sendable {
    let columns: Int
    let rows: Int
}

enum ScreenColor: String, Sendable {
    case bold = "1"
    case red = "31"
    case green = "32"
    case yellow = "33"
    case blue = "34"
    case magenta = "35"
    case cyan = "36"
}

/// The process's environment.
enum Environment {
    /// nil where the variable is not set or empty.
    static subscript(name: String) -> String? {
        // The text is copied at once; nothing in this program changes the environment.
        guard let text = unsafe getenv(name) else { return nil }
        let value = unsafe String(cString: text)
        return value.isEmpty ? nil : value
    }
}
