/// A grid of characters, each made of dots, that lines are drawn on.
///
/// A character is two dots wide and four high where braille can be shown, and one wide and two high
/// in ASCII.
struct DotCanvas {
    struct Cell: Equatable {
        /// Bit (row × dots in a row + column) of the dots that are set.
        var dots: UInt8 = 0
        /// Who drew here last.
        var trace: Int?
    }

    let columnCount: Int
    let rowCount: Int
    let isBraille: Bool
    private var cells: [Cell]

    init(columnCount: Int, rowCount: Int, isBraille: Bool) {
        self.columnCount = columnCount
        self.rowCount = rowCount
        self.isBraille = isBraille
        cells = Array(repeating: Cell(), count: columnCount * rowCount)
    }

    private var dotsAcross: Int { isBraille ? 2 : 1 }
    private var dotsDown: Int { isBraille ? 4 : 2 }
    var width: Int { columnCount * dotsAcross }
    var height: Int { rowCount * dotsDown }

    func cell(_ column: Int, _ row: Int) -> Cell { cells[row * columnCount + column] }

    /// Draws what a trace knows, between the bottom and the top dot.
    mutating func draw(_ trace: Trace, number: Int, time: TimeScale, values: ValueScale) {
        for run in trace.runs {
            var last: Dot?
            for point in run {
                let next = dot(point, time, values)
                if let last {
                    let corner = trace.form.isStep ? Dot(x: next.x, y: last.y) : last
                    line(from: last, to: corner, number)
                    line(from: corner, to: next, number)
                } else {
                    set(next, number)
                }
                last = next
            }
        }
    }

    private struct Dot: Equatable {
        var x: Int
        var y: Int
    }

    private func dot(_ point: Trace.Point, _ time: TimeScale, _ values: ValueScale) -> Dot {
        let x = Int(time.position(of: point.time) * Double(width))
        let y = (1 - values.position(of: point.value)) * Double(height - 1)
        return Dot(x: min(width - 1, x), y: Int(y.rounded()))
    }

    private mutating func set(_ dot: Dot, _ trace: Int) {
        let place = dot.y / dotsDown * columnCount + dot.x / dotsAcross
        cells[place].dots |= 1 << UInt8(dot.y % dotsDown * dotsAcross + dot.x % dotsAcross)
        cells[place].trace = trace
    }

    /// J. Bresenham's, for any direction.
    private mutating func line(from start: Dot, to end: Dot, _ trace: Int) {
        let across = abs(end.x - start.x)
        let down = -abs(end.y - start.y)
        var dot = start
        var error = across + down
        while true {
            set(dot, trace)
            if dot == end { return }
            let doubled = 2 * error
            if doubled >= down {
                error += down
                dot.x += start.x < end.x ? 1 : -1
            }
            if doubled <= across {
                error += across
                dot.y += start.y < end.y ? 1 : -1
            }
        }
    }
}

/// The characters that a picture is made of.
struct ChartCharacters: Sendable {
    let isBraille: Bool
    let vertical: Character
    let horizontal: Character
    let corner: Character
    let valueTick: Character
    let timeTick: Character
    let bad: Character
    let uncertain: Character
    let gap: Character
    let dots: String

    static let braille = ChartCharacters(
        isBraille: true, vertical: "│", horizontal: "─", corner: "└", valueTick: "┤",
        timeTick: "┬", bad: "×", uncertain: "~", gap: "╌", dots: "…")
    static let ascii = ChartCharacters(
        isBraille: false, vertical: "|", horizontal: "-", corner: "+", valueTick: "+",
        timeTick: "+", bad: "x", uncertain: "~", gap: "-", dots: "..")

    /// What tells traces of one panel apart where colour does not.
    private static let letters: [Character] = ["*", "o", "+", "#", "@", "%", "=", "&"]

    static func letter(of trace: Int) -> Character { letters[trace % letters.count] }

    /// - Parameter usesLetters: the cell shows whose it is and not its dots.
    func character(_ cell: DotCanvas.Cell, usesLetters: Bool) -> Character {
        guard cell.dots != 0 else { return " " }
        if usesLetters { return ChartCharacters.letter(of: cell.trace ?? 0) }
        guard isBraille else { return [" ", "'", ".", ":"][Int(cell.dots)] }
        // Unicode counts the first three rows by column and the fourth behind them.
        let bits: [UInt32] = [0x01, 0x08, 0x02, 0x10, 0x04, 0x20, 0x40, 0x80]
        var pattern: UInt32 = 0x2800
        for (place, bit) in bits.enumerated() where cell.dots & 1 << UInt8(place) != 0 {
            pattern |= bit
        }
        return Unicode.Scalar(pattern).map(Character.init) ?? " "
    }
}
