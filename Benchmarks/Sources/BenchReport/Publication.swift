import Foundation

/// The pages whose tables follow from the result files of a repository.
public struct Publication: Sendable {
    public static let resultPath = "Benchmarks/Results"
    /// Each section of the first page is named like the result that it shows; the readme has one
    /// section, which follows from several.
    public static let pages = ["docs/performance.md", "README.md"]
    private static let readme = "README.md"

    public let repository: Repository
    public let folder: ResultFolder

    public init(_ repository: Repository) {
        self.repository = repository
        folder = ResultFolder(path: "\(repository.root)/\(Publication.resultPath)")
    }

    /// The files that a report writes itself, which are therefore no change of the sources.
    public static var written: [String] { pages + [resultPath] }

    /// Writes all sections that have a result.
    ///
    /// - Returns: the pages that changed.
    public func write() throws -> [String] {
        let results = try folder.results()
        return try Publication.pages.filter { path in
            let before = try text(of: path)
            let after = try Publication.filled(before, path, results)
            guard after != before else { return false }
            try after.write(toFile: "\(repository.root)/\(path)", atomically: true, encoding: .utf8)
            return true
        }
    }

    private func text(of path: String) throws -> String {
        try String(contentsOfFile: "\(repository.root)/\(path)", encoding: .utf8)
    }

    /// A page with its sections replaced by what the results give.
    private static func filled(
        _ text: String, _ path: String, _ results: [String: BenchResult]
    ) throws -> String {
        var page = try MarkedPage(text)
        for name in page.names {
            if let section = try section(name, of: path, results) {
                page.replace(name, with: section)
            }
        }
        return page.text
    }

    private static func section(
        _ name: String, of path: String, _ results: [String: BenchResult]
    ) throws -> String? {
        path == readme
            ? try ReadmeSection.text(name, from: results) : results[name]?.section
    }
}

/// The findings of a check of the pages.
public struct PublicationCheck: Sendable {
    /// Why the pages are not what they must be.
    public internal(set) var problems: [String] = []
    /// The parts that could not be checked.
    public internal(set) var skipped: [String] = []
}

extension Publication {
    /// Compares the pages with the result files, and the commits that both name with the history.
    public func check() throws -> PublicationCheck {
        var check = PublicationCheck()
        let results: [String: BenchResult]
        do { results = try folder.results() } catch {
            check.problems.append("\(error)")
            return check
        }
        var commits = Set(results.values.flatMap(\.commits))
        var sections: Set<String> = []
        for path in Publication.pages {
            let text = try text(of: path)
            commits.formUnion(MarkedPage.commits(in: text))
            do {
                let page = try MarkedPage(text)
                sections.formUnion(page.names)
                for name in page.names {
                    guard let wanted = try Publication.section(name, of: path, results) else {
                        check.problems.append("\(path): section \(name) has no result file")
                        continue
                    }
                    if page[name] != wanted {
                        check.problems.append(
                            "\(path): section \(name) is not what its result gives")
                    }
                }
            } catch { check.problems.append("\(path): \(error)") }
        }
        for (name, result) in results.sorted(by: { $0.key < $1.key }) {
            if !sections.contains(name) {
                check.problems.append("no page shows the result \(name)")
            }
            if result.isDirty {
                check.problems.append("\(name) was measured with changes that are in no commit")
            }
        }
        try check.look(for: commits.sorted(), in: repository)
        return check
    }
}

extension PublicationCheck {
    fileprivate mutating func look(for commits: [String], in repository: Repository) throws {
        let isShallow = try repository.isShallow
        for commit in commits where try !repository.isInHistory(commit) {
            if isShallow {
                skipped.append("commit \(commit) cannot be looked for: the clone is shallow")
            } else {
                problems.append("commit \(commit) is not in the history of HEAD")
            }
        }
    }
}
