import BenchReport
import Foundation

/// Where and when something was measured: part of every result.
enum MachineFacts {
    static func all() -> [String: String] {
        [
            "cpu": processor, "cores": String(ProcessInfo.processInfo.activeProcessorCount),
            "kernel": firstLine(of: "uname", ["-sr"]),
            "swift": firstLine(of: "swift", ["--version"]),
            "commit": firstLine(of: "git", ["-C", programFolder, "rev-parse", "--short", "HEAD"]),
            "date": firstLine(of: "date", ["-u", "+%Y-%m-%d %H:%M UTC"]),
            "load_average": loadAverage,
            "loop_ms": String(format: "%.2f", loopMilliseconds),
            "clock_ns": String(format: "%.0f", Clock.ownNanoseconds()),
        ]
    }

    /// The machine as the caption of a table names it.
    static var machine: BenchResult.Machine {
        // "Swift version 6.3.1 (swift-6.3.1-RELEASE)"
        let words = firstLine(of: "swift", ["--version"]).split(separator: " ")
        return BenchResult.Machine(
            processor: processor, coreCount: ProcessInfo.processInfo.activeProcessorCount,
            kernel: firstLine(of: "uname", ["-sr"]),
            swift: words.count > 2 ? "Swift \(words[2])" : "Swift")
    }

    /// Today, in UTC.
    static var day: String { firstLine(of: "date", ["-u", "+%Y-%m-%d"]) }

    /// Four million steps of a fixed calculation, the fastest of ten: where two results differ here,
    /// the processor ran at another speed, and times can be compared only in proportion.
    private static var loopMilliseconds: Double {
        var random = SampleRandom(seed: 1)
        let times = (0..<10).map { _ in
            timed {
                (0..<4_000_000).reduce(0 as UInt64) { sum, _ in sum &+ random.next() }
            } then: { sum in
                precondition(sum != 0, "the calculation is not left out")
            }
        }
        return Double(times.min() ?? 0) / 1e6
    }

    /// Of the last minute: how busy others keep the machine.
    static var loadAverage: String {
        firstWord(ofFile: "/proc/loadavg")
    }

    /// Where the program lies, and therefore the repository that it was built from.
    private static var programFolder: String {
        URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            .deletingLastPathComponent().path
    }

    private static var processor: String {
        let text = contents(ofFile: "/proc/cpuinfo")
        for line in text.split(separator: "\n") where line.hasPrefix("model name") {
            return line.drop { $0 != ":" }.dropFirst().trimmingCharacters(in: .whitespaces)
        }
        return "unknown"
    }

    private static func firstWord(ofFile path: String) -> String {
        String(contents(ofFile: path).split(separator: " ").first ?? "unknown")
    }

    private static func contents(ofFile path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }

    /// `unknown` where the program is not there or has nothing to say.
    private static func firstLine(of program: String, _ arguments: [String]) -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return "unknown" }
        let text = String(
            decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return text.split(separator: "\n").first.map(String.init) ?? "unknown"
    }
}
