import Foundation

/// This program again, in a process of its own: for what must be measured from the start, alone, or
/// killed.
struct ChildProcess {
    private let process = Process()
    private let pipe = Pipe()
    private let arguments: [String]

    /// Starts `bench step ARGUMENTS`.
    init(_ arguments: [String]) throws {
        self.arguments = arguments
        process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        process.arguments = ["step"] + arguments
        process.standardOutput = pipe
        try process.run()
    }

    /// What it printed by its end.
    static func output(_ arguments: [String]) throws -> Data {
        let child = try ChildProcess(arguments)
        let data = child.pipe.fileHandleForReading.readDataToEndOfFile()
        child.process.waitUntilExit()
        guard child.process.terminationStatus == 0 else {
            throw WrongAnswer("\(arguments[0]): ended with \(child.process.terminationStatus)")
        }
        return data
    }

    /// The figure that it printed.
    static func figure(_ arguments: [String]) throws -> Double {
        let text = String(decoding: try output(arguments), as: UTF8.self)
        guard let figure = Double(text.trimmingCharacters(in: .whitespacesAndNewlines)) else {
            throw WrongAnswer("\(arguments[0]): \(text) found, a figure expected")
        }
        return figure
    }

    /// Waits for its first line and kills it, without a chance to tidy up.
    ///
    /// - Returns: the line.
    func killAfterFirstLine() throws -> String {
        var line = Data()
        while let byte = try pipe.fileHandleForReading.read(upToCount: 1), byte.count == 1,
            byte[byte.startIndex] != UInt8(ascii: "\n")
        {
            line += byte
        }
        // One that has ended by itself must not be signalled: its number may be another's by now.
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        process.waitUntilExit()
        guard process.terminationReason == .uncaughtSignal else {
            throw WrongAnswer(
                "\(arguments[0]): ended with \(process.terminationStatus) before it was killed")
        }
        return String(decoding: line, as: UTF8.self)
    }
}
