import Logging
import SegmentStore

extension DataManager {
    /// Refuses samples whose log does not have their point, or never had it.
    func check(_ samples: [PointSample]) throws(HistoryError) {
        var known: Set<LoggedPoint> = []
        let snapshot = view
        for sample in samples {
            if let seconds = sample.intervalSeconds, seconds < 0 {
                throw HistoryError(
                    .invalidParameter, "an interval of \(seconds) s found, 0 or more expected",
                    parameter: "intervalSeconds")
            }
            guard let log = sample.trendLogID,
                known.insert(LoggedPoint(log: log, point: sample.point)).inserted
            else { continue }
            guard try snapshot.storedLog(log) != nil else { throw HistoryError.unknown(log) }
            guard try snapshot.itemSpans(of: sample.point, in: log).isEmpty else { continue }
            throw HistoryError(
                .invalidParameter,
                "point \(sample.point) found, one of the points of trend log \(log.rawValue) "
                    + "expected",
                parameter: "trendLogID")
        }
    }

    /// Notes a gap for samples that a full disk refused.
    func noteRefusal(of samples: [PointSample], _ error: StoreError, in store: Store) {
        guard error.code == .diskFull || error.code == .diskReserve else { return }
        let snapshot = store.snapshot()
        var newest: [PointAddress: Int64] = [:]
        for sample in samples where newest[sample.point] == nil {
            guard let series = snapshot.catalog.series(of: sample.point) else { continue }
            // Without an answer, because a year is damaged, the miss counts as the newest.
            newest[sample.point] =
                (try? snapshot.latestSample(of: series))?.time.rawValue ?? .min
        }
        ledger.noteRefused(samples, after: newest, uptime: time.uptime)
    }

    /// Records how a batch came, and what an author changed with it. The samples are stored: what the
    /// journal does not take now comes with the counts.
    func record(
        _ samples: [PointSample], _ receipt: Receipt,
        _ notes: [(place: Int, kind: SampleNote.Kind)], _ origin: SampleOrigin,
        _ author: Author?, in store: Store
    ) {
        guard receipt.stored + receipt.replaced > 0 else { return }
        guard origin != .live || author != nil else { return }
        let changes = BatchChange.changes(of: samples, receipt, notes)
        let now = time.now
        do throws(StoreError) {
            var entries: [JournalEntry] = []
            if origin != .live {
                entries.append(try origin.event(of: changes, receipt, at: now).journalEntry())
            }
            if let author {
                for change in changes {
                    entries.append(try change.auditEntry(by: author, at: now).journalEntry())
                }
            }
            do throws(StoreError) { try record(entries, in: store) } catch {
                logger.warning("how a batch came is not in the journal yet: \(error.message)")
                ledger.keep(entries, uptime: time.uptime)
            }
        } catch {
            logger.error("how a batch came cannot be recorded: \(error.message)")
        }
    }
}

private struct LoggedPoint: Hashable {
    var log: TrendLogID
    var point: PointAddress
}

/// The change of one point by a batch.
private struct BatchChange {
    let point: PointAddress
    var newCount = 0
    var replacedCount = 0
    var first: Timestamp
    var last: Timestamp

    /// Of the samples that are new or replaced others, by point.
    static func changes(
        of samples: [PointSample], _ receipt: Receipt,
        _ notes: [(place: Int, kind: SampleNote.Kind)]
    ) -> [BatchChange] {
        var unchanged = Set(receipt.rejected.map(\.index))
        var replaced: Set<Int> = []
        for note in notes {
            switch note.kind {
            case .duplicate, .kept: unchanged.insert(note.place)
            case .replaced: replaced.insert(note.place)
            case .late: break
            }
        }
        var changes: [PointAddress: BatchChange] = [:]
        for (place, sample) in samples.enumerated() where !unchanged.contains(place) {
            let time = sample.timestamp
            var change =
                changes[sample.point]
                ?? BatchChange(point: sample.point, first: time, last: time)
            change.first = min(change.first, time)
            change.last = max(change.last, time)
            if replaced.contains(place) { change.replacedCount += 1 } else { change.newCount += 1 }
            changes[sample.point] = change
        }
        return changes.values.sorted { $0.point < $1.point }
    }

    func auditEntry(by author: Author, at now: Timestamp) -> AuditEntry {
        AuditEntry(
            at: now, operation: "store", by: author, point: point,
            oldValue: replacedCount > 0 ? "\(replacedCount) other values" : nil,
            newValue: "\(newCount + replacedCount) samples from \(first) to \(last)")
    }
}

extension SampleOrigin {
    /// The event of a batch that was not live.
    fileprivate func event(
        of changes: [BatchChange], _ receipt: Receipt, at now: Timestamp
    ) -> Event {
        event(
            of: receipt.stored + receipt.replaced, in: changes.map(\.point),
            from: changes.map(\.first).min() ?? now, to: changes.map(\.last).max() ?? now, at: now)
    }
}
