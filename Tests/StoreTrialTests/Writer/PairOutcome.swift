import ColumnCodec
import DurableFiles
import SegmentStore
import TestSupport
import TimeSeriesModel

/// What may be in a store after two calls, by what they returned, and whether it is.
struct PairOutcome {
    let before: TraceState
    let calls: [PairedCall]
    /// Per call; nil for one that was acknowledged.
    let errors: [StoreError?]

    private static let probeTime = PairedCall.time(95)

    func check(_ store: Store, _ storage: SimulatedStorage) throws {
        if storage.hasCrashed {
            try checkReopened(storage, hasFailed: true, probed: false)
            store.close()
            return
        }
        let done = calls.indices.filter { errors[$0] == nil }
        let allowed = states(certain: done, possible: [])
        var found = try checkWhole(store.snapshot(), allowed, done, done, "in the process")
        var batch = SampleBatch()
        batch.append(SeriesID(rawValue: 1), time: PairOutcome.probeTime, value: 1)
        var hasFailed = false
        var isProbed = false
        do {
            _ = try store.append(batch)
            isProbed = true
            found[0]?[PairOutcome.probeTime] = TruthSample(bits: (1.0).bitPattern, quality: 0)
            guard try store.snapshot().everything() == found else {
                throw TestFailure("the next batch is not there, or not alone")
            }
        } catch let error as StoreError {
            guard error.code == .failed || error.code == .closed else {
                throw TestFailure("the next batch: \(error)")
            }
            hasFailed = error.code == .failed || hasUncertainError
        }
        try checkReopened(storage, hasFailed: hasFailed, probed: isProbed)
        store.close()
    }

    private var hasUncertainError: Bool {
        errors.contains { $0?.code == .io || $0?.code == .diskFull }
    }

    // MARK: - After a kill or a crash

    /// What was acknowledged is there; what was not is there only if the store failed over it.
    private func checkReopened(
        _ storage: SimulatedStorage, hasFailed: Bool, probed: Bool
    ) throws {
        let done = calls.indices.filter { errors[$0] == nil }
        let refusals: Set<StoreError.Code> = [.failed, .closed, .busy]
        let possible =
            !hasFailed
            ? []
            : calls.indices.filter {
                errors[$0].map { !refusals.contains($0.code) } ?? false
            }
        var allowed = states(certain: done, possible: possible)
        if probed {
            for index in allowed.indices {
                allowed[index][0, default: [:]][PairOutcome.probeTime] = TruthSample(
                    bits: (1.0).bitPattern, quality: 0)
            }
        }
        var images = [
            ("nothing", storage.disk.afterCrash(.nothing)),
            ("everything", storage.disk.afterCrash(.everything)),
            ("something", storage.disk.afterCrash(.random(7))),
        ]
        if !storage.hasCrashed { images.append(("killed", storage.disk)) }
        for (name, image) in images {
            let disk = SimulatedStorage(disk: image)
            let store = try Store.open(in: disk, options: PairTrial.options)
            _ = try checkWhole(store.snapshot(), allowed, done, done + possible, name)
            store.close()
            let report = try Snapshot.open(in: disk).verify(deep: true)
            guard report.isWhole else { throw TestFailure("\(name): \(report.damages)") }
            for index in done where calls[index].kind == .backup {
                try checkBackup(of: calls[index], disk)
            }
        }
    }

    private func checkBackup(of call: PairedCall, _ disk: SimulatedStorage) throws {
        let folder = disk.view(root: call.backupRoot)
        guard try Store.verifyBackup(in: folder).isWhole else {
            throw TestFailure("the backup is not whole")
        }
        let found = try Snapshot.open(in: folder).everything().withoutEmpty
        let others = calls.indices.filter { errors[$0] == nil }
        let allowed = states(certain: [], possible: others)
        guard allowed.contains(where: { $0.withoutEmpty == found }) else {
            throw TestFailure("the backup holds \(found.mapValues(\.count))")
        }
    }

    // MARK: - One state

    private func checkWhole(
        _ snapshot: Snapshot, _ allowed: [Truth], _ certain: [Int], _ possible: [Int],
        _ what: String
    ) throws -> Truth {
        let found = try snapshot.everything()
        guard allowed.contains(where: { $0.withoutEmpty == found.withoutEmpty }) else {
            throw TestFailure(
                "\(what): \(found.mapValues(\.count)) found, one of "
                    + "\(allowed.map { $0.mapValues(\.count) }) expected; errors \(errors)")
        }
        let count = found.values.reduce(0) { $0 + $1.count }
        guard snapshot.sampleCount == count else {
            throw TestFailure("\(what): the count is \(snapshot.sampleCount), \(count) found")
        }
        for (index, call) in calls.enumerated() where call.kind == .define {
            let isKnown = snapshot.catalog.series(of: point(call.pointIndex)) != nil
            let hasDocument = snapshot.catalog.document(call.documentKey) != nil
            guard isKnown == hasDocument, isKnown || !certain.contains(index),
                !isKnown || possible.contains(index)
            else {
                throw TestFailure("\(what): point \(isKnown), document \(hasDocument)")
            }
        }
        guard try snapshot.journal(in: .all).count == 1 else {
            throw TestFailure("\(what): the journal has not its one entry")
        }
        return found
    }

    /// The states that some order of the certain calls, with any of the possible ones, leaves.
    private func states(certain: [Int], possible: [Int]) -> [Truth] {
        var found: [Truth] = []
        for order in [[0, 1], [1, 0]] {
            for subset in 0..<4 {
                let taken = order.filter { subset & (1 << $0) != 0 }
                guard certain.allSatisfy(taken.contains),
                    taken.allSatisfy({ certain.contains($0) || possible.contains($0) })
                else { continue }
                var state = before
                for index in taken { state.apply(calls[index].step) }
                found.append(state.samples)
                found += statesAfterFailedRetention(taken)
            }
        }
        return found
    }

    /// A retention refuses what is older from its beginning on, also if it fails in the end.
    private func statesAfterFailedRetention(_ taken: [Int]) -> [Truth] {
        guard let retention = calls.indices.first(where: { calls[$0].kind == .retain }),
            errors[retention] != nil, !taken.contains(retention)
        else { return [] }
        return taken.map { index in
            var floored = TraceState()
            floored.floor = PairedCall.time(40)
            floored.samples = before.samples
            floored.apply(calls[index].step)
            return floored.samples
        }
    }
}

extension Truth {
    fileprivate var withoutEmpty: Truth { filter { !$0.value.isEmpty } }
}
