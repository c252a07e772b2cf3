import BenchReport
import Foundation
import Testing

/// A repository in a temporary folder with the two pages and a result for each section.
private final class SampleRepository {
    let path: String
    private(set) var commit = ""

    init() throws {
        path = NSTemporaryDirectory() + "bench-report-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: path + "/docs", withIntermediateDirectories: true)
        try write("a source\n", to: "source.txt")
        try git("init", "--quiet")
        commit = try commitAll()
        try write(
            "<!-- bench small -->\n<!-- end small -->\nby hand\n<!-- bench quick -->\n<!-- end quick -->\n",
            to: "docs/performance.md")
        try write("# Readme\n<!-- bench measured -->\n<!-- end measured -->\n", to: "README.md")
        for name in ["small", "quick"] { try publication.folder.write(result(name)) }
        _ = try publication.write()
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var publication: Publication {
        get throws { Publication(try Repository(containing: path)) }
    }

    func result(_ name: String) -> BenchResult {
        var table = ResultTable(
            labels: ["", "Unit"], columns: [.init("p50"), .init("ratio", boldBelow: 1)])
        for (place, row) in [
            "ingest_sps", "append_tick", "raw_tick", "bytes_per_sample", "lookup", "latest",
            "range1000", "scan_agg", "scan_agg_decoded", "scan_day", "dash", "fullscan_sps", "open",
            "open_after_kill", "rss_anon_mb",
        ].enumerated() {
            table.append(row, "µs", figures: ["p50": Double(place) + 1.5, "ratio": 2])
        }
        return BenchResult(
            name: name, command: "bench \(name)", data: "some data",
            machine: .init(processor: "P", coreCount: 2, kernel: "Linux 6", swift: "Swift 6.3"),
            load: [0.1, 1], date: "2026-12-01", commit: commit, isDirty: false, table: table)
    }

    func write(_ text: String, to file: String) throws {
        try text.write(toFile: "\(path)/\(file)", atomically: true, encoding: .utf8)
    }

    func text(of file: String) throws -> String {
        try String(contentsOfFile: "\(path)/\(file)", encoding: .utf8)
    }

    /// - Returns: the hash of the new commit.
    func commitAll() throws -> String {
        try git("add", "--all")
        try git("commit", "--quiet", "--message", "Change")
        return try #require(try Repository(containing: path).commit("HEAD"))
    }

    func git(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            ["git", "-C", path, "-c", "user.name=T", "-c", "user.email=t@example.org"] + arguments
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
    }
}

@Suite("Publication") struct PublicationTests {
    @Test("writes both pages from the results, and then finds nothing wrong with them")
    func writes() throws {
        let sample = try SampleRepository()
        let page = try sample.text(of: "docs/performance.md")
        #expect(page.contains("| lookup | µs | 5.50 | 2.00 |"))
        #expect(page.contains("commit \(sample.commit.prefix(10))."))
        #expect(page.contains("\nby hand\n"))
        let readme = try sample.text(of: "README.md")
        #expect(
            readme.contains("| the sample at or before a time · the latest | 5.50 µs · 6.50 µs |"))
        #expect(readme.contains("look-up 2.00"))
        let check = try sample.publication.check()
        #expect(check.problems == [])
        #expect(check.skipped == [])
        #expect(try sample.publication.write() == [])
    }

    @Test(
        "a figure that was changed by hand is found, in either page",
        arguments: ["docs/performance.md", "README.md"])
    func findsTypedFigures(page: String) throws {
        let sample = try SampleRepository()
        let text = try sample.text(of: page)
        try sample.write(text.replacingOccurrences(of: "5.50", with: "5.40"), to: page)
        let problems = try sample.publication.check().problems
        #expect(!problems.isEmpty)
        #expect(problems.allSatisfy { $0.hasPrefix("\(page): section ") })
    }

    @Test("a section without a result and a result without a section are found")
    func findsLeftOvers() throws {
        let sample = try SampleRepository()
        try sample.publication.folder.write(sample.result("micro"))
        #expect(try sample.publication.check().problems == ["no page shows the result micro"])
        try FileManager.default.removeItem(atPath: sample.path + "/Benchmarks/Results/micro.json")
        try FileManager.default.removeItem(atPath: sample.path + "/Benchmarks/Results/small.json")
        #expect(
            try sample.publication.check().problems == [
                "docs/performance.md: section small has no result file",
                "README.md: section measured has no result file",
            ])
    }

    @Test("a commit that is not in the history is found, in a result and in the text by hand")
    func findsLostCommits() throws {
        let sample = try SampleRepository()
        // A commit that a rebase has left is still an object here, and in no clone.
        try sample.git("checkout", "--quiet", "-b", "side")
        try sample.git("commit", "--quiet", "--allow-empty", "--message", "Lost")
        let lost = try #require(try sample.publication.repository.commit("HEAD"))
        try sample.git("checkout", "--quiet", "-")
        #expect(try sample.publication.repository.commit(lost) == lost)
        #expect(try !sample.publication.repository.isInHistory(lost))
        #expect(try sample.publication.repository.isInHistory(sample.commit))
        #expect(try sample.publication.check().problems == [])
        let problem = "commit \(lost) is not in the history of HEAD"
        try sample.write(
            try sample.text(of: "README.md") + "measured at \(lost)\n", to: "README.md")
        #expect(try sample.publication.check().problems == [problem])
        var result = sample.result("small")
        result.commit = lost
        try sample.publication.folder.write(result)
        _ = try sample.publication.write()
        #expect(try sample.publication.check().problems.contains(problem))
    }

    @Test("a shallow clone says that it cannot look for older commits, and compares the rest")
    func shallow() throws {
        let sample = try SampleRepository()
        _ = try sample.commitAll()
        let clone = sample.path + "-clone"
        defer { try? FileManager.default.removeItem(atPath: clone) }
        try sample.git("clone", "--quiet", "--depth", "1", "file://\(sample.path)", clone)
        let publication = Publication(try Repository(containing: clone))
        let check = try publication.check()
        #expect(check.problems == [])
        #expect(check.skipped.contains { $0.contains(sample.commit) })
    }

    @Test("figures of sources that are in no commit are marked and found")
    func findsUncommitted() throws {
        let sample = try SampleRepository()
        _ = try sample.commitAll()
        let repository = try sample.publication.repository
        #expect(try repository.changes(ignoring: Publication.written) == [])
        try sample.write("typed by hand", to: "README.md")
        #expect(try repository.changes(ignoring: Publication.written) == [])
        try sample.write("changed", to: "source.txt")
        #expect(try repository.changes(ignoring: Publication.written) == [" M source.txt"])

        let other = try SampleRepository()
        var result = other.result("small")
        result.isDirty = true
        try other.publication.folder.write(result)
        _ = try other.publication.write()
        #expect(
            try other.text(of: "docs/performance.md").contains("with changes that are in no commit")
        )
        #expect(
            try other.publication.check().problems == [
                "small was measured with changes that are in no commit"
            ])
    }

    @Test("a file that holds no result, or that of another table, is refused")
    func refusesFiles() throws {
        let sample = try SampleRepository()
        try sample.write("{}", to: "Benchmarks/Results/small.json")
        #expect(try sample.publication.check().problems.first?.hasPrefix("small.json") == true)
        #expect(throws: ReportError.self) { try sample.publication.write() }
        let folder = try sample.publication.folder.path
        try FileManager.default.removeItem(atPath: folder + "/small.json")
        try FileManager.default.moveItem(
            atPath: folder + "/quick.json", toPath: folder + "/other.json")
        #expect(
            try sample.publication.check().problems == ["other.json holds the result quick"])
    }
}
