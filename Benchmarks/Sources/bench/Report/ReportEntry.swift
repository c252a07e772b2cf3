/// One table of a report: the command that measures it, and how its result becomes a table.
struct ReportEntry {
    /// The form of the file that the command writes with `--result`.
    enum Form {
        case measured
        case run
        case quick
    }

    let name: String
    /// The words after `bench`; `FILE` and `OTHER` are replaced by paths.
    let arguments: [String]
    var form = Form.measured
    /// The points of the workload file that `bench data` makes for it; nil needs none.
    var filePointCount: Int?
    /// Left out by `--quick`: it runs for minutes.
    var isLong = false
    /// The option of `bench report` without which the table stays as it is.
    var needs: String?

    /// The tables in the order in which they are measured.
    static let all = [
        ReportEntry(name: "quick", arguments: ["quick"], form: .quick),
        ReportEntry(
            name: "small", arguments: ["run", "FILE"], form: .run, filePointCount: 196),
        ReportEntry(
            name: "full", arguments: ["run", "FILE"], form: .run, filePointCount: 1960,
            isLong: true),
        ReportEntry(name: "real", arguments: ["run", "FILE"], form: .run, needs: "--real"),
        ReportEntry(name: "synthetic", arguments: ["synthetic"], form: .run, isLong: true),
        ReportEntry(name: "micro", arguments: ["micro"]),
        ReportEntry(
            name: "checksums", arguments: ["compare", "OTHER", "FILE"], filePointCount: 196,
            needs: "--before"),
        ReportEntry(name: "facade", arguments: ["facade"]),
        ReportEntry(name: "cache", arguments: ["cache"]),
        ReportEntry(name: "readers", arguments: ["readers"]),
        ReportEntry(name: "site", arguments: ["site"]),
        ReportEntry(name: "site-day", arguments: ["site", "--hours", "24"], isLong: true),
        ReportEntry(name: "requests", arguments: ["requests"]),
        ReportEntry(name: "collect", arguments: ["collect"], isLong: true),
        ReportEntry(name: "ticks", arguments: ["ticks"]),
        ReportEntry(name: "memory", arguments: ["memory"]),
        ReportEntry(name: "codecs", arguments: ["codecs"]),
    ]

    /// The command as one types it.
    var command: String {
        let file =
            filePointCount.map { _ in "\(name == "checksums" ? "small" : name).bin" }
            ?? "real.bin"
        let words = arguments.map { $0 == "FILE" ? file : $0 }
        let run = "bench " + words.joined(separator: " ")
        guard let filePointCount else { return run }
        return "bench data \(file) --points \(filePointCount) && \(run)"
    }
}
