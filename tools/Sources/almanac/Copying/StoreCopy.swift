import Almanac
import SegmentStore
import TimeSeriesModel

/// A store on its way into another folder, from it or back.
struct StoreCopy {
    /// Where the samples come from.
    let store: String
    let dest: String
    let options: FormOptions

    /// Copies a committed state, beside a writer too.
    func make(linksSegments: Bool) throws(ToolFailure) {
        try refuseFolderInUse()
        guard !FolderState.isInside(dest, of: store) else {
            throw ToolFailure(
                .usage,
                "\(dest): found a folder inside the store \(store), expected one outside: a copy in "
                    + "the store is lost with it")
        }
        let snapshot = try withStoreErrors(of: store) { () throws(StoreError) in
            try Snapshot.open(at: store)
        }
        do throws(StoreError) {
            try snapshot.backup(to: dest, linksSegments: linksSegments)
        } catch { throw failure(error) }
    }

    /// Reads a copy back.
    func verify() throws(ToolFailure) {
        let report = try withStoreErrors(of: dest) { () throws(StoreError) in
            try Store.verifyBackup(at: dest)
        }
        try StoreCopy.refuse(report, of: dest)
    }

    /// Makes a store at `dest` from the backup at `store`.
    func restore(until last: Timestamp?) throws(ToolFailure) {
        try refuseFolderInUse()
        do throws(StoreError) {
            try Store.restore(from: store, to: dest, until: last)
        } catch {
            if error.code == .damaged {
                let report = try withStoreErrors(of: store) { () throws(StoreError) in
                    try Store.verifyBackup(at: store)
                }
                try StoreCopy.refuse(report, of: store)
            }
            guard error.code != .noStore else {
                throw ToolFailure(
                    .missing, "no backup at \(store); `almanac backup` makes one of a store")
            }
            throw failure(error)
        }
    }

    /// - Parameter place: the key of the folder that was made.
    func write(
        schema: String, place: String, isVerified: Bool?, _ zone: TimeZoneRules
    ) throws(ToolFailure) {
        let summary = try withStoreErrors(of: dest) { () throws(StoreError) in
            try Snapshot.open(at: dest).summary()
        }
        var fields: [RowWriter.Field] = [
            .init(place, .text(dest)), .init("samples", .integer(summary.sampleCount)),
            .init("bytes", .bytes(summary.byteCount)), .init("last_time", .time(summary.lastTime)),
        ]
        if let isVerified { fields.append(.init("verified", .flag(isVerified))) }
        let output = OutputBuffer.standard()
        try RecordWriter.write(fields, schema: schema, in: options.form, to: output, zone: zone)
        try output.finish()
    }

    private func refuseFolderInUse() throws(ToolFailure) {
        guard !FolderState.isMissingOrEmpty(dest) else { return }
        throw ToolFailure(
            .usage, "\(dest): found a folder that is not empty, expected none or an empty one")
    }

    /// An error of a source that is there names it; all else is of what was to be made.
    private func failure(_ error: StoreError) -> ToolFailure {
        switch error.code {
        case .damaged, .noStore, .unsupported, .foreign: ToolFailure(error, store: store)
        default: ToolFailure(error, store: dest)
        }
    }

    private static func refuse(_ report: VerifyReport, of path: String) throws(ToolFailure) {
        guard !report.isWhole else { return }
        for damage in report.damages.prefix(10) { Notes.error("\(path): damaged: \(damage)") }
        throw ToolFailure(
            .findings,
            "\(path): damaged in \(NumberText.count(report.damages.count, of: "place")), a whole "
                + "backup was expected; `almanac verify --store \(path)` lists them")
    }
}
