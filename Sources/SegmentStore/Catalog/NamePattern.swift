/// A pattern for full names: `*` is any run of characters, also with '/', `?` is any one scalar.
///
/// All else stands for itself; upper and lower case differ.
public struct NamePattern: Hashable, Sendable {
    private let pattern: [UInt8]

    public init(_ text: String) { pattern = Array(text.utf8) }

    public func matches(_ name: String) -> Bool { matches(Array(name.utf8)) }

    /// At most pattern length × name length steps: only the last `*` is ever tried again.
    func matches(_ name: [UInt8]) -> Bool {
        var place = 0
        var at = 0
        var star: (place: Int, at: Int)?
        while at < name.count {
            if place < pattern.count, pattern[place] == UInt8(ascii: "*") {
                star = (place, at)
                place += 1
            } else if let step = step(place, name, at) {
                place += 1
                at += step
            } else if let last = star {
                star = (last.place, last.at + 1)
                place = last.place + 1
                at = last.at + 1
            } else {
                return false
            }
        }
        return pattern[place...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    /// How many bytes of the name the pattern's byte takes, nil for none.
    private func step(_ place: Int, _ name: [UInt8], _ at: Int) -> Int? {
        guard place < pattern.count else { return nil }
        guard pattern[place] == UInt8(ascii: "?") else {
            return pattern[place] == name[at] ? 1 : nil
        }
        // In the middle of a scalar only a '*' may stand.
        guard !isContinuation(name[at]) else { return nil }
        return 1 + name[(at + 1)...].prefix { isContinuation($0) }.count
    }

    private func isContinuation(_ byte: UInt8) -> Bool { byte & 0xC0 == 0x80 }
}
