import Almanac
import SegmentStore
import TimeSeriesModel

/// What an import of several files came to.
struct ImportTotals {
    var fileCount = 0
    var points: Set<String> = []
    var counts = ImportCounts()
    var rejected = 0
    /// Samples in the future, which are stored.
    var future = 0

    mutating func add(_ file: FileImport, _ more: ImportCounts) {
        fileCount += 1
        points.formUnion(file.names)
        counts.samples += more.samples
        counts.duplicates += more.duplicates
        counts.replaced += more.replaced
        counts.kept += more.kept
        counts.belowFloor += more.belowFloor
        rejected += file.refusals.count + more.belowFloor
        future += file.futureCount
    }
}

/// The import of several files, one after the other, each whole or not at all.
struct ImportWork {
    private(set) var rules: ImportRules
    let options: FormOptions
    let reserve: ReserveOption
    private(set) var totals = ImportTotals()
    /// What went wrong first; it was told already.
    private(set) var firstFailure: ToolFailure?
    /// Files that had no turn, because the store failed before.
    private(set) var untriedCount = 0

    init(rules: ImportRules, options: FormOptions, reserve: ReserveOption) {
        self.rules = rules
        self.options = options
        self.reserve = reserve
    }

    mutating func run(
        _ files: [String], path: String, onConflict rule: SegmentStore.ConflictRule
    ) throws(ToolFailure) {
        let fresh = FreshStore(path)
        let store = try StoreOption.openStore(at: path, keeping: reserve)
        defer {
            // A file that was taken may hold no sample: then the store is what was asked for.
            if totals.fileCount == 0 { fresh.removeIfEmpty(store) }
            store.close()
        }
        try notePolicy(of: store.snapshot(), path)
        importEach(files) { (file) throws(ToolFailure) in
            try StoreTarget(store, path: path, onConflict: rule, source: file)
        }
        guard totals.fileCount > 0 else { return }
        do throws(StoreError) { _ = try store.mergeWhereDue() } catch {
            // Everything is stored, if in more files than need be.
            let failure = ToolFailure(error, store: path)
            firstFailure = firstFailure ?? failure
            Notes.error("\(failure.message ?? ""); its files were not merged")
        }
    }

    mutating func dryRun(
        _ files: [String], path: String, onConflict rule: SegmentStore.ConflictRule
    ) throws(ToolFailure) {
        var snapshot: Snapshot?
        do throws(StoreError) { snapshot = try Snapshot.open(at: path) } catch {
            guard error.code == .noStore else { throw ToolFailure(error, store: path) }
        }
        if let snapshot { try notePolicy(of: snapshot, path) }
        importEach(files) { (_) throws(ToolFailure) in
            try DryTarget(snapshot, path: path, onConflict: rule)
        }
    }

    private mutating func notePolicy(of snapshot: Snapshot, _ path: String) throws(ToolFailure) {
        rules.retentionBound = try withHistoryErrors(of: path) { () throws(HistoryError) in
            try HistorySnapshot(of: snapshot, skipping: DamageLog())
                .announcedRetentionBound(at: SystemClock.now)
        }
    }

    /// Goes on behind a file that cannot be read or is refused; ends where the store fails, which
    /// would refuse the others too.
    mutating func importEach(
        _ files: [String], to makeTarget: (String) throws(ToolFailure) -> any ImportTarget
    ) {
        let progress = ProgressLine("importing", on: options.terminal, options.notes)
        for (place, path) in files.enumerated() {
            progress.show(place, of: files.count)
            guard !importOne(path, to: makeTarget, progress) else { continue }
            untriedCount = files.count - place - 1
            if untriedCount > 0 {
                Notes.error("\(NumberText.count(untriedCount, of: "more file")) not tried")
            }
            return
        }
    }

    /// Whether the next file has its turn.
    private mutating func importOne(
        _ path: String, to makeTarget: (String) throws(ToolFailure) -> any ImportTarget,
        _ progress: ProgressLine
    ) -> Bool {
        var targetFailed = true
        do throws(ToolFailure) {
            let target = try makeTarget(path)
            defer { target.cancel() }
            var file = FileImport(path: path, rules: rules, target: target)
            defer { targetFailed = file.targetFailed }
            try file.run()
            let counts = try file.commit()
            progress.clear()
            tell(file, counts)
            totals.add(file, counts)
        } catch {
            progress.clear()
            firstFailure = firstFailure ?? error
            Notes.error("\(error.message ?? path); nothing of this file was stored")
            return !targetFailed
        }
        return true
    }

    private func tell(_ file: FileImport, _ counts: ImportCounts) {
        for message in file.refusals.messages { Notes.error(message) }
        let more = file.refusals.count - file.refusals.messages.count
        if more > 0 {
            Notes.error("\(file.path): \(NumberText.count(more, of: "more cell")) refused")
        }
        if counts.belowFloor > 0, let floor = counts.floor {
            Notes.error(
                "\(file.path): \(NumberText.count(counts.belowFloor, of: "sample")) left out: "
                    + "older than \(TimeZoneRules.utc.text(of: floor)), before which the store "
                    + "keeps nothing; `almanac floor` lowers that bound")
        }
        for warning in file.warnings { Notes.error("warning: \(warning)") }
        options.notes.detail(
            "\(file.path): \(NumberText.count(file.names.count, of: "point")), "
                + NumberText.count(counts.samples, of: "sample"))
    }
}
