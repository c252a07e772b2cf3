import ColumnCodec
import SegmentStore
import TimeSeriesModel

/// How files are to be imported.
struct ImportRules {
    /// What stands before the `/` of a column's name; nil: the file's stem; empty: columns are
    /// full names.
    var prefix: String?
    var points = PointsTable()
    var skipsBad = false
    /// The time before which a running retention removes samples; nil if none runs.
    var retentionBound: Timestamp?

    /// Times that a sample may have, in Unix milliseconds.
    static let times =
        BulkImport.supportedRange.from.milliseconds...BulkImport.supportedRange.to.milliseconds - 1
}

/// Cells that were refused in a file: all counted, the first few told.
struct Refusals {
    static let toldCountMax = 10

    private(set) var count = 0
    private(set) var messages: [String] = []

    mutating func add(_ problem: CellProblem, cellCount: Int = 1) {
        count += cellCount
        if messages.count < Refusals.toldCountMax { messages.append(problem.message) }
    }
}

/// One file on its way into a target.
struct FileImport {
    let path: String
    let rules: ImportRules
    let target: any ImportTarget
    private(set) var refusals = Refusals()
    /// Full names of the points that the file speaks of.
    private(set) var names: Set<String> = []
    /// Whether the target failed, not the file: another file would meet the same.
    private(set) var targetFailed = false
    private var times: TimeExtent

    /// Samples that are held before they are handed on.
    let sampleCountMax: Int

    init(
        path: String, rules: ImportRules, target: any ImportTarget, sampleCountMax: Int = 1 << 20
    ) {
        self.sampleCountMax = sampleCountMax
        self.path = path
        self.rules = rules
        self.target = target
        times = TimeExtent(retentionBound: rules.retentionBound)
    }

    /// Reads the file to its end. Nothing of it is stored before the target's commit.
    ///
    /// - Throws: at the first cell or row that cannot be read, unless the rules skip them; at a
    ///   first line that cannot be, always.
    mutating func run() throws(ToolFailure) {
        var reader = try CSVReader(TextSource(path))
        let header = try CSVHeader(reader.nextRecord(), path: path)
        switch header.form {
        case .wide: try importWide(header, &reader)
        case .long: try importLong(&reader)
        }
    }

    /// The name without folders, `.gz` and `.csv`.
    static func stem(of path: String) -> String {
        var name = path.split(separator: "/").last.map(String.init) ?? path
        for ending in [".gz", ".csv"] where name.hasSuffix(ending) && name.count > ending.count {
            name.removeLast(ending.count)
        }
        return name
    }

    mutating func refuse(_ problem: CellProblem, cellCount: Int = 1) throws(ToolFailure) {
        guard rules.skipsBad else { throw problem.failure }
        refusals.add(problem, cellCount: max(1, cellCount))
    }

    mutating func append(_ samples: SampleColumns, to point: Int) throws(ToolFailure) {
        times.add(samples.times)
        try toTarget { (target) throws(ToolFailure) in try target.append(samples, to: point) }
    }

    /// Makes everything that was read part of the target.
    mutating func commit() throws(ToolFailure) -> ImportCounts {
        try toTarget { (target) throws(ToolFailure) in try target.commit() }
    }

    /// Returns warnings about the times of the file, one line per finding.
    var warnings: [String] {
        [times.warning, times.futureWarning, times.retentionWarning].compactMap { $0 }.map {
            "\(path): \($0)"
        }
    }

    /// Samples in the future.
    var futureCount: Int { times.futureCount }

    mutating func define(_ name: PointName) throws(ToolFailure) -> Int {
        names.insert(name.text)
        let entry = rules.points[name]
        return try toTarget { (target) throws(ToolFailure) in
            try target.point(name, entry)
        }
    }

    private mutating func toTarget<Result>(
        _ body: (any ImportTarget) throws(ToolFailure) -> Result
    ) throws(ToolFailure) -> Result {
        do throws(ToolFailure) { return try body(target) } catch {
            // A name or unit that the store does not take is the file's own fault.
            if error.status != .wrongData { targetFailed = true }
            throw ToolFailure(error.status, "\(path): \(error.message ?? "")")
        }
    }
}
