/// Options of every command may stand before the command's name too.
enum GlobalArguments {
    private static let withValue: Set<String> = [
        "--store", "--output", "--from", "--to", "--tz", "--limit", "--color",
    ]
    private static let flags: Set<String> = [
        "--no-progress", "-q", "--quiet", "-v", "--verbose",
    ]

    /// Commands whose own name is two words.
    private static let groups: Set<String> = ["import", "export", "prune"]

    /// The same arguments with those in front of the command's name moved behind it.
    static func moved(_ arguments: [String]) -> [String] {
        var rest = arguments[...]
        var front = taken(from: &rest)
        var name: [String] = []
        if let group = rest.first, groups.contains(group) {
            name.append(rest.removeFirst())
            front += taken(from: &rest)
        }
        // What stands behind `--` is no option.
        let end = rest.firstIndex(of: "--") ?? rest.endIndex
        return name + rest[..<end] + front + rest[end...]
    }

    /// Takes the options that every command has off the front.
    private static func taken(from rest: inout ArraySlice<String>) -> [String] {
        var front: [String] = []
        while let first = rest.first {
            let name = first.split(separator: "=", maxSplits: 1).first.map(String.init) ?? first
            if flags.contains(first) || withValue.contains(name) && name != first {
                front.append(rest.removeFirst())
            } else if withValue.contains(first), rest.count > 1 {
                front += rest.prefix(2)
                rest = rest.dropFirst(2)
            } else {
                break
            }
        }
        return front
    }
}
