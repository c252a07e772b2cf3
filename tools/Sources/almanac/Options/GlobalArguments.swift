/// Options of every command may stand before the command's name too.
enum GlobalArguments {
    private static let withValue: Set<String> = [
        "--store", "--output", "--from", "--to", "--tz", "--limit", "--color",
    ]
    private static let flags: Set<String> = [
        "--no-progress", "-q", "--quiet", "-v", "--verbose",
    ]

    /// The same arguments with those in front of the command's name moved behind it.
    static func moved(_ arguments: [String]) -> [String] {
        var rest = arguments[...]
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
        // What stands behind `--` is no option.
        let end = rest.firstIndex(of: "--") ?? rest.endIndex
        return rest[..<end] + front + rest[end...]
    }
}
