import ArgumentParser

/// Takes data from elsewhere into a store.
struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Takes files into a store.",
        discussion: "Example: almanac import csv site.csv.gz --store ./s",
        subcommands: [ImportCSVCommand.self])
}
