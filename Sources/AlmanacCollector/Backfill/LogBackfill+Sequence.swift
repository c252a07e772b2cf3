internal import BACnetMessages
internal import TimeSeriesModel

extension LogBackfill {
    /// Takes the records from a number on.
    ///
    /// - Parameters:
    ///   - page: the reply.
    ///   - from: the number that was requested.
    ///   - overlaps: whether it is that of the last known record.
    ///   - lost: records between the last known one and that number.
    mutating func takeBySequence(
        _ page: LogPage, _ from: UInt32, overlaps: Bool, lost: Int64
    ) -> [Action] {
        guard let properties, let total = properties.totalRecordCount else { return goByTime() }
        guard let first = page.entries.first else {
            return contradicted("it has no record of the number \(from)")
        }
        var entries = page.entries[...]
        var number = page.firstSequence ?? from
        var lost = lost
        if overlaps, number == from {
            guard first.localTime == cursor?.localTime else {
                return contradicted("record \(from) is another than before")
            }
            entries = entries.dropFirst()
            number = LogSequence.number(number, advancedBy: 1)
        } else {
            // Records that were overwritten between two requests.
            let ahead = LogSequence.distance(from: from, to: number)
            guard ahead <= Int64(properties.bufferSize ?? properties.recordCount) else {
                return contradicted("record \(number) came for \(from)")
            }
            lost += overlaps ? ahead - 1 : ahead
            if let known = cursor?.localTime, let time = first.localTime,
                time < known - LogBackfill.clockChangeMax
            {
                return contradicted("record \(number) is older than one before it")
            }
        }
        guard !isDisordered(page.entries) else {
            return contradicted("its records are in no order")
        }
        let last = LogSequence.number(number, advancedBy: Int64(entries.count) - 1)
        var actions: [Action] = []
        if !entries.isEmpty || (cursor?.contradictions ?? 0) > 0 {
            cursor?.contradictions = 0
            actions = takeEntries(
                entries, lost: lost > 0 ? .count(lost) : .nothing, lastNumber: last)
        }
        let rest = LogSequence.distance(from: last, to: total)
        if page.hasLast || rest == 0 || rest > LogSequence.forwardMax {
            return actions + finish(.done)
        }
        if entries.isEmpty {
            // The reply had room for the known record alone.
            return request(.bySequence(from: number, overlaps: false, lost: 0))
        }
        // Where few records fit, the known one is not read again with each page.
        let overlapsNext = pageCount >= 8
        let next = overlapsNext ? last : LogSequence.number(last, advancedBy: 1)
        return actions
            + request(.bySequence(from: next, overlaps: overlapsNext, lost: 0))
    }

    /// A clock that is set back leaves later records with earlier times: by an hour in autumn, and by
    /// any time if it is set by hand.
    private static var clockChangeMax: Int64 { 2 * 3_600_000 }

    /// True if most records are older than the one before them: a clock that is set back makes one of
    /// them so, not most. Impossible times say nothing of the order.
    func isDisordered(_ entries: [LogEntry]) -> Bool {
        let day: Int64 = 86_400_000
        let possible = settings.earliestTime.milliseconds - day...now.milliseconds + 2 * day
        let times = entries.compactMap(\.localTime).filter(possible.contains)
        let backward = zip(times, times.dropFirst()).count { $0 > $1 }
        return backward > 1 && backward * 2 >= times.count - 1
    }

    /// The numbers say something else than the records: the log began anew, or its numbers lie. The
    /// records are read by time, and if that happens again and again, always.
    mutating func contradicted(_ words: String) -> [Action] {
        tally.note = words
        if cursor != nil {
            cursor?.contradictions += 1
            if cursor?.contradictions ?? 0 >= LogBackfill.contradictionCountMax {
                cursor?.method = .time
            }
        }
        return goByTime()
    }

    private static var contradictionCountMax: Int { 3 }
}
