import BenchReport
import Foundation

/// `bench report`: runs the commands of all tables, keeps their results in files, and writes the
/// tables of the pages from these.
struct ReportRun {
    private static let options = ["--only", "--real", "--before"]
    private static let flags: Set = ["--check", "--write", "--quick", "--allow-dirty"]

    private let words: Arguments
    private let entries: [ReportEntry]

    init(_ arguments: ArraySlice<String>) throws {
        words = try Arguments(
            arguments, of: "report", words: 0, options: ReportRun.options, flags: ReportRun.flags)
        let words = words
        guard let only = words.text("--only") else {
            entries = ReportEntry.all.filter { entry in
                let isMissed = entry.needs.map { words.text($0) == nil } ?? false
                return !isMissed && !(entry.isLong && words.has("--quick"))
            }
            return
        }
        entries = try only.split(separator: ",").map { name in
            guard let entry = ReportEntry.all.first(where: { $0.name == name }) else {
                let names = ReportEntry.all.map(\.name).joined(separator: ", ")
                throw UsageError("bench report: --only \(name) found, one of \(names) expected")
            }
            if let needs = entry.needs, words.text(needs) == nil {
                throw UsageError("bench report: \(name) needs \(needs)")
            }
            return entry
        }
    }

    func run() throws {
        let folder = URL(fileURLWithPath: BenchProgram.path).deletingLastPathComponent().path
        let publication = Publication(try Repository(containing: folder))
        if words.has("--check") { return try check(publication) }
        if !words.has("--write") { try measure(publication) }
        let changed = try publication.write()
        announce(
            changed.isEmpty ? "no page changed" : "written: \(changed.joined(separator: ", "))")
    }

    private func check(_ publication: Publication) throws {
        let check = try publication.check()
        for text in check.skipped { announce("skipped: \(text)") }
        for problem in check.problems { announce(problem) }
        guard check.problems.isEmpty else {
            throw WrongAnswer("\(check.problems.count) problems with published figures")
        }
        announce("the pages have the figures of their result files")
    }

    private func measure(_ publication: Publication) throws {
        let repository = publication.repository
        let changes = try repository.changes(ignoring: Publication.written)
        guard changes.isEmpty || words.has("--allow-dirty") else {
            throw UsageError(
                "the tree has changes that are in no commit (--allow-dirty measures them, and the "
                    + "tables say so):\n" + changes.joined(separator: "\n"))
        }
        guard let commit = try repository.commit("HEAD") else {
            throw UsageError("there is no commit in \(repository.root)")
        }
        try build(repository)
        let work = TemporaryFolder.path
        try DiskUsage.makeEmpty(work)
        defer { try? FileManager.default.removeItem(atPath: work) }
        for entry in entries {
            announce("\n\(entry.name): \(entry.command)")
            let start = ContinuousClock.now
            let loads = Double(MachineFacts.loadAverage) ?? 0
            let measured = try measured(entry, work)
            let result = BenchResult(
                name: entry.name, command: entry.command, data: measured.data,
                machine: MachineFacts.machine,
                load: [loads, Double(MachineFacts.loadAverage) ?? 0], date: MachineFacts.day,
                commit: commit, otherCommit: measured.otherCommit, isDirty: !changes.isEmpty,
                table: measured.table)
            // Each is kept at once: a command that fails later costs its own table alone.
            try publication.folder.write(result)
            announce("\(entry.name): \((ContinuousClock.now - start) / .seconds(1)) s")
        }
    }

    /// Builds the tree, and refuses to go on if this program was another one: the figures would not
    /// be those of the commit.
    private func build(_ repository: Repository) throws {
        let path = BenchProgram.path
        let before = try FileManager.default.attributesOfItem(atPath: path)
        try BenchProgram.run(
            "/usr/bin/env",
            [
                "swift", "build", "-c", "release", "--package-path",
                repository.root + "/Benchmarks", "--product", "bench", "--quiet",
            ], showsOutput: true)
        let after = try? FileManager.default.attributesOfItem(atPath: path)
        guard before[.modificationDate] as? Date == after?[.modificationDate] as? Date,
            before[.systemFileNumber] as? Int == after?[.systemFileNumber] as? Int
        else { throw UsageError("bench was not built from this tree, and is now: run it again") }
    }

    /// Runs the command in a process of its own, so that the memory of one is not that of another.
    private func measured(_ entry: ReportEntry, _ work: String) throws -> Measured {
        let file = try file(of: entry, work)
        let path = work + "/result.json"
        try BenchProgram.run(
            BenchProgram.path,
            entry.arguments.map { word in
                switch word {
                case "FILE": file ?? word
                case "OTHER": words.text("--before") ?? word
                default: word
                }
            } + ["--result", path], showsOutput: true)
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        if let file, file.hasPrefix(work) { try FileManager.default.removeItem(atPath: file) }
        let decoder = JSONDecoder()
        return switch entry.form {
        case .measured: try decoder.decode(Measured.self, from: data)
        case .run: try decoder.decode(RunResult.self, from: data).measured
        case .quick: try decoder.decode(QuickReport.self, from: data).measured
        }
    }

    private func file(of entry: ReportEntry, _ work: String) throws -> String? {
        guard let points = entry.filePointCount else { return words.text("--real") }
        let path = work + "/data.bin"
        _ = try DataRun.make(at: path, points: points, years: 1)
        return path
    }
}
