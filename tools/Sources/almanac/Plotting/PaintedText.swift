/// A line whose characters have colours; changes of colour are written where there are any.
struct PaintedText {
    private let showsColor: Bool
    private var text = ""
    private var color: ScreenColor?

    init(_ showsColor: Bool) { self.showsColor = showsColor }

    mutating func append(_ character: Character, _ color: ScreenColor?) {
        if showsColor, color != self.color, character != " " {
            if self.color != nil { text += "\u{1B}[0m" }
            if let color { text += "\u{1B}[\(color.rawValue)m" }
            self.color = color
        }
        text.append(character)
    }

    /// The text, without blanks at its end.
    func finish() -> String {
        var text = text
        while text.last == " " { text.removeLast() }
        return color == nil ? text : text + "\u{1B}[0m"
    }
}
