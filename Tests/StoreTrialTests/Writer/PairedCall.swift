import ColumnCodec
import DurableFiles
import SegmentStore
import TestSupport
import TimeSeriesModel

/// One of the calls that are tried beside each other, and what it does to plain dictionaries.
///
/// The values of a call differ with its role, so that a wrong order of the two shows.
struct PairedCall: CustomStringConvertible {
    enum Kind: String, CaseIterable {
        case append, flush, remove, retain, importColumns, define, backup, close
    }

    let kind: Kind
    let role: Int

    var description: String { "\(kind.rawValue) \(role)" }

    /// The times that a removal takes away: the middle of what the store holds.
    static let removed = TimeRange(
        from: Timestamp(rawValue: time(20)), to: Timestamp(rawValue: time(60)))!

    /// Quarter hours across the end of 2025.
    static func time(_ index: Int) -> Int64 {
        newYear2025 + 365 * 86_400_000 + Int64(index - 50) * 900_000
    }

    /// The folder of its backup.
    var backupRoot: String { "backup-\(role)" }

    /// The point that a definition makes known, and the key of its document.
    var pointIndex: Int { 10 + role }
    var documentKey: String { "pair/\(role)" }

    /// What the call does to samples.
    var step: TraceStep {
        switch kind {
        case .append: .append(batch, .durable, .replace)
        case .remove: .remove(nil, PairedCall.removed)
        case .retain: .retain(PairedCall.time(40))
        case .importColumns: .importColumns([1: imported], .replace)
        case .flush, .define, .backup, .close: .flush
        }
    }

    func carryOut(on store: Store, _ storage: SimulatedStorage) throws {
        switch kind {
        case .append: _ = try store.append(batch)
        case .flush: try store.flush()
        case .remove: try store.remove(in: PairedCall.removed)
        case .retain: try store.removeSamples(before: Timestamp(rawValue: PairedCall.time(40)))
        case .importColumns: try store.importColumns([1: imported])
        case .define: try define(store)
        case .backup: try store.backup(to: storage.view(root: backupRoot))
        case .close: store.close()
        }
    }

    private func define(_ store: Store) throws {
        let (point, key, role) = (point(pointIndex), documentKey, role)
        try store.updateCatalog { (catalog, change) throws(StoreError) in
            try catalog.define(
                point,
                as: PointVersion(
                    name: "pair", unit: "", dataType: .analog, validFrom: Timestamp(rawValue: 0)),
                into: &change)
            _ = try catalog.addSeries(for: point, into: &change)
            try catalog.setDocument(
                [UInt8(role)], for: key, validFrom: Timestamp(rawValue: 0), into: &change)
        }
    }

    /// New, replacing and repeated samples, in front of, inside and after what is removed.
    private var batch: SampleBatch {
        var batch = SampleBatch()
        for index in [10, 30, 45, 55, 70] {
            batch.append(SeriesID(rawValue: 1), time: PairedCall.time(index), value: value(index))
            // Known, bit for bit.
            batch.append(
                SeriesID(rawValue: 2), time: PairedCall.time(index),
                value: PairedCall.stored(index))
            batch.append(
                SeriesID(rawValue: 3), time: PairedCall.time(index) + Int64(role),
                value: value(index))
        }
        return batch
    }

    private var imported: SampleColumns {
        SampleColumns((15..<75).map { (PairedCall.time($0) + Int64($0 % 3), value($0)) })
    }

    private func value(_ index: Int) -> Double { Double(1000 * (role + 1) + index) }

    /// The value that every series has at a time before the calls.
    static func stored(_ index: Int) -> Double { Double(index % 7) / 2 }
}
