/// Lengths of time as people read them: the two greatest units, `3 d 4 h`.
enum LengthText {
    private static let units: [(name: String, milliseconds: Int64)] = [
        ("d", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1000), ("ms", 1),
    ]

    static func text(milliseconds: Int64) -> String {
        guard let first = units.firstIndex(where: { milliseconds >= $0.milliseconds }) else {
            return "0 s"
        }
        var parts: [String] = []
        var rest = milliseconds
        for unit in units[first...].prefix(2) {
            let (count, left) = rest.quotientAndRemainder(dividingBy: unit.milliseconds)
            if count > 0 { parts.append("\(count) \(unit.name)") }
            rest = left
        }
        return parts.joined(separator: " ")
    }
}
