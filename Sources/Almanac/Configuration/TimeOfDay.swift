/// A time on a clock, without a day or a zone.
public struct TimeOfDay: Hashable, Comparable, Sendable {
    /// Milliseconds since midnight, below 24 h.
    public let milliseconds: Int64

    /// - Precondition: the time is on the clock.
    public init(hour: Int, minute: Int = 0, second: Int = 0) {
        precondition(
            (0..<24).contains(hour) && (0..<60).contains(minute) && (0..<60).contains(second),
            "a clock has 24 hours of 60 minutes of 60 seconds")
        milliseconds = Int64((hour * 60 + minute) * 60 + second) * 1000
    }

    /// The time that a clock shows so long after its midnight; whole days are left out.
    public init(millisecondsSinceMidnight: Int64) {
        let rest = millisecondsSinceMidnight % 86_400_000
        milliseconds = rest < 0 ? rest + 86_400_000 : rest
    }

    public static func < (left: TimeOfDay, right: TimeOfDay) -> Bool {
        left.milliseconds < right.milliseconds
    }
}

extension TimeOfDay: LosslessStringConvertible {
    /// Reads `2:00`, `02:00` and `02:00:30`.
    public init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), parts[0].utf8.count <= 2,
            parts.dropFirst().allSatisfy({ $0.utf8.count == 2 })
        else { return nil }
        let numbers = parts.compactMap { part in
            part.utf8.allSatisfy { (48...57).contains($0) } ? Int(part) : nil
        }
        guard numbers.count == parts.count, numbers[0] < 24, numbers[1] < 60 else { return nil }
        let second = numbers.count == 3 ? numbers[2] : 0
        guard second < 60 else { return nil }
        self.init(hour: numbers[0], minute: numbers[1], second: second)
    }

    public var description: String {
        let seconds = milliseconds / 1000
        var parts = [seconds / 3600, seconds / 60 % 60]
        if seconds % 60 != 0 { parts.append(seconds % 60) }
        return parts.map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
    }
}
