import Foundation

/// The built program, run as a person would.
struct Program {
    struct Result {
        let status: Int32
        let output: String
        let errors: String
        var lines: [String] { output.split(separator: "\n").map(String.init) }
    }

    /// The program is built beside the tests.
    static var path: String {
        let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        return tests.deletingLastPathComponent().appendingPathComponent("almanac").path
    }

    let folder: TemporaryFolder
    /// Where the store of the test lies.
    var store: String { folder.path + "/store" }

    init() throws { folder = try TemporaryFolder() }

    /// Runs it with the test's store and waits for its end.
    func run(_ arguments: String..., environment: [String: String] = [:]) throws -> Result {
        try run(arguments + ["--store", store], environment)
    }

    /// Runs it with these arguments and no others.
    func runBare(_ arguments: String..., environment: [String: String] = [:]) throws -> Result {
        try run(arguments, environment)
    }

    func run(_ arguments: [String], _ environment: [String: String]) throws -> Result {
        try start(arguments, environment).result()
    }

    /// A program that runs, with its outputs in files.
    struct Running {
        let process: Process
        let output: String
        let errors: String

        /// Waits for its end.
        func result() throws -> Result {
            process.waitUntilExit()
            return Result(
                status: process.terminationStatus,
                output: String(
                    decoding: try Data(contentsOf: URL(fileURLWithPath: output)), as: UTF8.self),
                errors: String(
                    decoding: try Data(contentsOf: URL(fileURLWithPath: errors)), as: UTF8.self))
        }
    }

    /// Starts it with these arguments and no others.
    func start(_ arguments: [String], _ environment: [String: String] = [:]) throws -> Running {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments = arguments
        process.environment = environment
        process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
        // Files, because a pipe that nobody empties would hold the program up.
        let output = folder.path + "/stdout"
        let errors = folder.path + "/stderr"
        for path in [output, errors] { try Data().write(to: URL(fileURLWithPath: path)) }
        process.standardOutput = FileHandle(forWritingAtPath: output)
        process.standardError = FileHandle(forWritingAtPath: errors)
        process.standardInput = FileHandle.nullDevice
        try process.run()
        return Running(process: process, output: output, errors: errors)
    }
}

extension Program {
    private static let script = "/usr/bin/script"

    /// Whether a terminal can be had on this machine.
    static var hasTerminal: Bool { FileManager.default.isExecutableFile(atPath: script) }

    /// What a terminal of 80 × 24 is sent, on both outputs: `script` runs the program on one.
    func onTerminal(_ arguments: String, _ environment: [String: String]) throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Program.script)
        process.arguments = [
            "-qec", "stty cols 80 rows 24; '\(Program.path)' \(arguments) --store '\(store)'",
            "/dev/null",
        ]
        process.environment = environment.merging(["PATH": "/usr/bin:/bin"]) { own, _ in own }
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }
}
