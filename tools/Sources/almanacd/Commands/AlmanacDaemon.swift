import Almanac
import ArgumentParser
import Glibc

/// The program.
@main
struct AlmanacDaemon: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "almanacd",
        abstract: "Serves the history of a building over HTTP, and collects it.",
        discussion: """
            Settings come from the command line (--http-address 127.0.0.1:8640), the environment \
            (ALMANAC_HTTP_ADDRESS), and a file of lines `key: value`, in this order; `almanacd check` \
            prints all of them with their sources.
            Exit: 0 after SIGTERM or Ctrl-C, 64 usage, 65 wrong tables, 66 a file is missing, 74 \
            input/output, 75 another process writes the store, 78 a wrong setting.
            Example: almanacd --config almanac.yaml
            """,
        version: "almanacd \(AlmanacVersion.number)",
        subcommands: [ServeCommand.self, CheckCommand.self, TokenCommand.self],
        defaultSubcommand: ServeCommand.self)

    static func main() async {
        // A client that has gone is reported by the write that fails.
        signal(SIGPIPE, SIG_IGN)
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as ServiceFailure {
            FileOutput.standardError.write("almanacd: \(failure.message)\n")
            Glibc.exit(failure.status.rawValue)
        } catch {
            exit(withError: error)
        }
    }
}

/// Why the service did not start or ended.
struct ServiceFailure: Error {
    /// The numbers of sysexits.h that the program uses.
    enum Status: Int32 {
        case wrongData = 65
        case missing = 66
        case inputOutput = 74
        case locked = 75
        case configuration = 78
    }

    var status: Status
    var message: String
    /// The key of the setting at fault.
    var key: String?

    init(_ status: Status, _ message: String, key: String? = nil) {
        self.status = status
        self.message = message
        self.key = key
    }
}

/// Serves until it is ended.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve", abstract: "Serves until SIGTERM or Ctrl-C (the default).")

    @OptionGroup var settings: SettingsOptions

    func run() async throws {
        let settings = try settings.load()
        try await Daemon(settings).run()
    }
}

/// Prints every setting with its source.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Prints every setting with its source, and checks tokens and tables.")

    @OptionGroup var settings: SettingsOptions

    func run() throws {
        let loaded = try settings.load()
        let width = loaded.settings.map(\.key.count).max() ?? 0
        for setting in loaded.settings {
            let key = setting.key.padding(to: width)
            FileOutput.standardOutput.write("\(key)  \(setting.value)  (\(setting.source))\n")
        }
        for warning in loaded.warnings {
            FileOutput.standardError.write("almanacd: warning: \(warning)\n")
        }
        _ = try TokenTable.load(loaded.configuration.httpTokensFile)
        if let counts = try loaded.planCounts() {
            FileOutput.standardOutput.write(counts + "\n")
        }
    }
}

extension String {
    fileprivate func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}

/// Standard output and standard error.
struct FileOutput {
    private let descriptor: Int32

    static let standardOutput = FileOutput(descriptor: STDOUT_FILENO)
    static let standardError = FileOutput(descriptor: STDERR_FILENO)

    /// Writes all of a text; what cannot be written is lost.
    func write(_ text: String) {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(descriptor, buffer.baseAddress, buffer.count)
            }
            guard count > 0 else {
                if count < 0, errno == EINTR { continue }
                return
            }
            bytes = bytes.dropFirst(count)
        }
    }
}
