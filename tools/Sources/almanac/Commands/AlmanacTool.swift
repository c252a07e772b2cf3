import ArgumentParser
import Glibc

/// The program. `Subcommand --help` tells everything about one.
@main
struct AlmanacTool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "almanac",
        abstract:
            "Looks into a store of building history, imports, exports, backs up; finds and collects devices.",
        discussion: """
            Every command tells its options and an example with --help.
            Data go to standard output, all else to standard error.
            Exit: 0 fine, 1 findings, 64 usage, 65 wrong data, 66 missing, 69 no \
            answer from a device, 74 input/output, 75 locked, 78 configuration.
            Example: almanac demo ./demo && almanac info --store ./demo
            """,
        version: ToolVersion.text,
        subcommands: [
            InfoCommand.self, ListCommand.self, ReadCommand.self, PlotCommand.self,
            GapsCommand.self, HealthCommand.self, StatCommand.self, VerifyCommand.self,
            ImportCommand.self, ExportCommand.self, BackupCommand.self, SnapshotCommand.self,
            RestoreCommand.self, PruneCommand.self, FloorCommand.self, DemoCommand.self,
            DiscoverCommand.self, ProbeCommand.self, CollectCommand.self,
            SimulateCommand.self, TicksCommand.self, StorageStepsCommand.self,
        ])

    static func main() async {
        // A reader that goes away is told by the write that fails, and ends the program silently.
        signal(SIGPIPE, SIG_IGN)
        let arguments = GlobalArguments.moved(Array(CommandLine.arguments.dropFirst()))
        do {
            if let problem = CommandNames.problem(arguments, of: AlmanacTool.self) {
                throw problem
            }
            var command = try parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as ToolFailure {
            if let message = failure.message { Notes.error(message) }
            exit(withError: ExitCode(failure.status.rawValue))
        } catch {
            exit(withError: error)
        }
    }
}
