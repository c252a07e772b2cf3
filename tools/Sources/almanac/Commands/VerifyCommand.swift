import Almanac
import ArgumentParser
import SegmentStore
import TimeSeriesModel

/// Looks whether everything is as it was written.
struct VerifyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Checks every byte of a store against what was written.",
        discussion: """
            Headers, checksums, order, counts, statistics, pages, manifests. Never stops at the \
            first finding, changes nothing, works beside a writer. Exit 1 with findings.

            Example:
              almanac verify --deep --store ./demo
            """)

    @Flag(help: "Also encode everything anew, compare, and count all samples.")
    var deep = false

    @Option(
        help: ArgumentHelp(
            "Check no more bytes a second than this on average: 500k, 10M.", valueName: "bytes/s"))
    var rate: String?

    @OptionGroup var store: StoreOption
    @OptionGroup var options: FormOptions
    @OptionGroup var zone: ZoneOption
    @OptionGroup var unused: NoSpanOptions

    private static let columns = [
        Column("file"), Column("offset", .right), Column("series"), Column("from"), Column("to"),
        Column("reason"),
    ]

    func run() throws {
        let zone = try zone.zone()
        let path = store.path
        let pacer = try rate.map { (text) throws(ToolFailure) in
            try VerifyCommand.pacer(of: text)
        }
        let snapshot: Snapshot
        do throws(StoreError) { snapshot = try Snapshot.open(at: path) } catch {
            // Without a manifest nothing else can be told, but that is a finding too.
            guard error.code == .damaged else { throw ToolFailure(error, store: path) }
            return try write([Damage(noManifest: error)], nil, 0, zone)
        }
        let progress = ProgressLine("verifying", on: options.terminal, options.notes)
        let byteCount = snapshot.segments.reduce(0) { $0 + $1.byteCount }
        let report = try withStoreErrors(of: path) { () throws(StoreError) in
            try snapshot.verify(deep: deep) { done, total in
                progress.show(done, of: total)
                let share = Double(done) / Double(max(1, total))
                pacer?.wait(byteCount: Int(Double(byteCount) * share))
            }
        }
        progress.clear()
        if report.isWhole, options.form == .table {
            let output = OutputBuffer.standard()
            try output.append(
                "\(path) is whole: \(NumberText.count(report.checkedSampleCount, of: "sample")) in "
                    + "\(NumberText.count(report.checkedChunkCount, of: "chunk")) checked\n")
            return try output.finish()
        }
        try write(report.damages, snapshot.catalog, report.checkedChunkCount, zone)
    }

    private static func pacer(of text: String) throws(ToolFailure) -> Pacer {
        guard let rate = ByteRate(text) else {
            throw ToolFailure(
                .usage, "--rate: found \"\(text)\", expected bytes a second like 500k or 10M")
        }
        return Pacer(rate, now: SystemClock.uptimeSeconds)
    }

    private func write(
        _ damages: [Damage], _ catalog: Catalog?, _ chunkCount: Int, _ zone: TimeZoneRules
    ) throws(ToolFailure) {
        let output = OutputBuffer.standard()
        let rows = try RowWriter(
            VerifyCommand.columns, schema: "almanac.verify/1",
            fields: [
                .init("ok", .flag(damages.isEmpty)), .init("checked_chunks", .integer(chunkCount)),
            ], list: "damaged", in: options.form, to: output, options: options, zone: zone,
            limit: .max)
        for damage in damages {
            try rows.append([
                .text(damage.file), .name(damage.offset),
                .text(damage.series.flatMap { catalog?.title(of: $0) }), .time(damage.from),
                .time(damage.to?.next),
                .text(damage.reason.rawValue),
            ])
        }
        try rows.finish()
        try output.finish()
        guard !damages.isEmpty else { return }
        for damage in damages { options.notes.detail("\(damage)") }
        let lossCount = damages.count { $0.losesSamples }
        throw ToolFailure(
            .findings,
            "\(store.path): damaged in \(NumberText.count(damages.count, of: "place")); "
                + "\(lossCount) of them with samples that cannot be read")
    }
}

extension Damage {
    /// The store's error where no copy of the manifest is valid.
    fileprivate init(noManifest error: StoreError) {
        self.init(
            file: error.file ?? StoreLayout.manifest, offset: error.offset ?? 0,
            reason: .badManifest, losesSamples: true, detail: error.message)
    }
}
