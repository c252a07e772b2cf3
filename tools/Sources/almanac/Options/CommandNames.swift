import ArgumentParser

/// Looks at the words that name a command before anything else is read: of a mistyped command not
/// its options are wrong.
enum CommandNames {
    /// What is wrong with the name of the command; nil where nothing is.
    static func problem(
        _ arguments: [String], of root: any ParsableCommand.Type
    ) -> ToolFailure? {
        var command = root
        var path = ["almanac"]
        for argument in arguments {
            let known = command.configuration.subcommands
            guard !known.isEmpty, argument != "help" else { return nil }
            if argument.hasPrefix("-") {
                return hidden(arguments, path.joined(separator: " "), known)
            }
            if let next = known.first(where: { $0.configuration.commandName == argument }) {
                command = next
                path.append(argument)
            } else {
                return unknown(argument, path.joined(separator: " "), known)
            }
        }
        return nil
    }

    /// Behind options that belong to no command: where none of the words is a command, the first
    /// that is near to one was meant to be it.
    private static func hidden(
        _ arguments: [String], _ path: String, _ known: [any ParsableCommand.Type]
    ) -> ToolFailure? {
        let names = Set(known.compactMap { $0.configuration.commandName })
        let words = arguments.filter { !$0.hasPrefix("-") }
        guard words.allSatisfy({ !names.contains($0) && $0 != "help" }) else { return nil }
        let mistyped = words.first { !Spelling.nearest(to: $0, among: names, countMax: 1).isEmpty }
        return mistyped.map { unknown($0, path, known) }
    }

    private static func unknown(
        _ name: String, _ path: String, _ known: [any ParsableCommand.Type]
    ) -> ToolFailure {
        let names = known.filter { $0.configuration.shouldDisplay }
            .compactMap { $0.configuration.commandName }
        let near = Spelling.nearest(to: name, among: names, countMax: 1)
        let hint = near.first.map { "did you mean `\(path) \($0)`?" }
        let all = "expected one of \(names.joined(separator: ", "))"
        return ToolFailure(
            .usage, "unknown command \(CellProblem.quoted(name)): \(hint ?? all)")
    }
}
