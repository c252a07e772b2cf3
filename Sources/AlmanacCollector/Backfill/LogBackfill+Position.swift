internal import BACnetMessages
internal import TimeSeriesModel

/// A read of a log from its newest record backward, to find the last known one.
struct LogScan: Hashable, Sendable {
    /// The position of the last record of the next page.
    var end: UInt32
    /// The records that were read, oldest first.
    var entries: [LogEntry] = []
}

extension LogBackfill {
    /// Records of one scan; a log that is longer is read as far as this.
    private static var scanCountMax: Int { 200_000 }

    mutating func scan() -> [Action] {
        guard let properties else { return finish(.failed(.malformed("a log without a count"))) }
        return request(.byPosition(LogScan(end: properties.recordCount)))
    }

    /// Takes the records up to a position; the last of them is the first that is known already, so
    /// that records which moved meanwhile are noticed.
    mutating func takeByPosition(_ page: LogPage, _ scan: LogScan) -> [Action] {
        var found = page.entries
        guard !found.isEmpty else {
            return scan.entries.isEmpty ? finish(.done) : takeScan(scan.entries, isWhole: true)
        }
        if !scan.entries.isEmpty, let joint = found.last {
            // New records push the others one position down.
            guard let place = scan.entries.firstIndex(of: joint) else {
                return finish(.failed(.malformed("the records at its positions do not join")))
            }
            found += scan.entries[(place + 1)...]
        }
        let start = Int64(scan.end) - Int64(page.entries.count) + 1
        if let known = cursor?.localTime,
            let place = found.lastIndex(where: { $0.localTime == known })
        {
            return takeScan(Array(found[(place + 1)...]), isWhole: false)
        }
        guard scan.entries.isEmpty || page.entries.count > 1 else {
            return finish(.failed(.malformed("its replies have room for one record only")))
        }
        if start <= 1 || found.count >= LogBackfill.scanCountMax {
            return takeScan(found, isWhole: true)
        }
        return request(.byPosition(LogScan(end: UInt32(start), entries: found)))
    }

    /// - Parameter isWhole: whether the last known record was not among those of the log.
    private mutating func takeScan(_ entries: [LogEntry], isWhole: Bool) -> [Action] {
        guard !entries.isEmpty else { return finish(.done) }
        let isLost = isWhole && cursor?.localTime != nil
        var actions: [Action] = []
        for start in stride(from: 0, to: entries.count, by: LogBackfill.batchCountMax) {
            let end = min(start + LogBackfill.batchCountMax, entries.count)
            actions += takeEntries(
                entries[start..<end], lost: isLost && start == 0 ? .unknownCount : .nothing,
                lastNumber: nil)
        }
        return actions + finish(.done)
    }

    private static var batchCountMax: Int { 10_000 }
}
