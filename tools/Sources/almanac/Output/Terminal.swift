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
        showsProgress = isError && wantsProgress && Environment["TERM"] != "dumb"
    }

    /// A text with a colour of the screen's own, where colours are shown.
    func colored(_ text: String, _ color: ScreenColor) -> String {
        showsColor ? "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m" : text
    }
}

enum ScreenColor: String, Sendable {
    case bold = "1"
    case red = "31"
    case green = "32"
    case yellow = "33"
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
