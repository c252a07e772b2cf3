import Foundation

/// This program as a file, and whole commands of it or of another one.
enum BenchProgram {
    static var path: String {
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path
    }

    /// Runs a program to its end.
    ///
    /// - Throws: ``WrongAnswer`` if it ends with another status than 0.
    static func run(_ program: String, _ arguments: [String], showsOutput: Bool) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        if !showsOutput { process.standardOutput = FileHandle.nullDevice }
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw WrongAnswer(
                "\(arguments.joined(separator: " ")): ended with \(process.terminationStatus)")
        }
    }
}
