import ArgumentParser

/// How data leave the program.
enum OutputForm: String, ExpressibleByArgument, CaseIterable, Sendable {
    case table, json, ndjson, csv
}

/// When colours are used.
enum ColorChoice: String, ExpressibleByArgument, CaseIterable, Sendable {
    case auto, always, never
}

/// How a command speaks.
struct FormOptions: ParsableArguments {
    @Option(name: .customLong("output"), help: "How data are written; table is for people.")
    var givenForm: OutputForm?

    @Option(help: "Colours; auto is for terminals only.")
    var color = ColorChoice.auto

    @Flag(help: "No progress line, also on a terminal.")
    var noProgress = false

    @Flag(name: .shortAndLong, help: "Say only what went wrong.")
    var quiet = false

    @Flag(name: .shortAndLong, help: "Say more.")
    var verbose = false

    var form: OutputForm { givenForm ?? .table }

    var notes: Notes { Notes(isQuiet: quiet, isVerbose: verbose && !quiet) }

    var terminal: Terminal { Terminal(color: color, wantsProgress: !noProgress) }
}
