import Foundation

/// One table with everything that must be known to repeat it. Its JSON is a result file.
public struct BenchResult: Codable, Equatable, Sendable {
    /// The machine on which a command ran.
    public struct Machine: Codable, Equatable, Sendable {
        public var processor: String
        public var coreCount: Int
        /// Name and release, as `uname -sr` prints them.
        public var kernel: String
        public var swift: String

        public init(processor: String, coreCount: Int, kernel: String, swift: String) {
            self.processor = processor
            self.coreCount = coreCount
            self.kernel = kernel
            self.swift = swift
        }
    }

    /// The name of the table: that of its file and of its place in the page.
    public var name: String
    /// The command as one types it.
    public var command: String
    /// The data that it measured.
    public var data: String
    public var machine: Machine
    /// The load of the machine over the last minute, before and after the command.
    public var load: [Double]
    /// The day on which it ran, in UTC.
    public var date: String
    /// The full hash of the commit whose sources the program was built from.
    public var commit: String
    /// The full hash of the commit that a comparison is with.
    public var otherCommit: String?
    /// True if the sources had changes that are in no commit.
    public var isDirty: Bool
    public var table: ResultTable

    public init(
        name: String, command: String, data: String, machine: Machine, load: [Double],
        date: String, commit: String, otherCommit: String? = nil, isDirty: Bool,
        table: ResultTable
    ) {
        self.name = name
        self.command = command
        self.data = data
        self.machine = machine
        self.load = load
        self.date = date
        self.commit = commit
        self.otherCommit = otherCommit
        self.isDirty = isDirty
        self.table = table
    }
}

extension BenchResult {
    /// Command, data, machine, day and commit, in one paragraph.
    public var caption: String {
        var parts = ["`\(command)`: \(data)."]
        parts.append(
            "\(machine.coreCount) cores of \(machine.processor), \(machine.kernel), "
                + "\(machine.swift); load "
                + load.map { String(format: "%.1f", $0) }.joined(separator: " to ") + "; \(date);")
        parts.append(
            "commit \(BenchResult.shortened(commit))"
                + (otherCommit.map { " beside \(BenchResult.shortened($0))" } ?? "")
                + (isDirty ? " **with changes that are in no commit**." : "."))
        return parts.joined(separator: " ")
    }

    /// Every commit that the result names.
    public var commits: [String] { [commit] + (otherCommit.map { [$0] } ?? []) }

    private static func shortened(_ hash: String) -> String { String(hash.prefix(10)) }

    /// Table and caption as a page has them between the marks.
    public var section: String { table.markdown + "\n\n" + caption }
}

/// The result files of a folder, one per table.
public struct ResultFolder: Sendable {
    public let path: String

    public init(path: String) { self.path = path }

    /// All results by name.
    ///
    /// - Throws: ``ReportError`` for a file that holds no result or one of another name.
    public func results() throws -> [String: BenchResult] {
        let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        var results: [String: BenchResult] = [:]
        for file in files.sorted() where file.hasSuffix(".json") {
            let result: BenchResult
            do {
                let data = try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(file)"))
                result = try JSONDecoder().decode(BenchResult.self, from: data)
            } catch { throw ReportError("\(file) is no result file: \(error)") }
            guard "\(result.name).json" == file else {
                throw ReportError("\(file) holds the result \(result.name)")
            }
            results[result.name] = result
        }
        return results
    }

    /// Writes or replaces the file of a result.
    public func write(_ result: BenchResult) throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let data = try encoder.encode(result) + Data("\n".utf8)
        try data.write(to: URL(fileURLWithPath: "\(path)/\(result.name).json"), options: .atomic)
    }
}

/// A page, a result file or a repository that a report cannot use as it is.
public struct ReportError: Error, CustomStringConvertible {
    public var description: String
    public init(_ description: String) { self.description = description }
}
