internal import BACnetMessages
internal import TimeSeriesModel

extension LogBackfill {
    /// Reads on from the time of the last known record, or everything if there is none.
    mutating func goByTime() -> [Action] {
        if cursor != nil, cursor?.localTime == nil { return scan() }
        return request(.byTime(overlaps: cursor != nil))
    }

    /// Takes the records after a time, the last known one of which is to be among them.
    mutating func takeByTime(_ page: LogPage, overlaps: Bool) -> [Action] {
        guard let first = page.entries.first else {
            guard overlaps || cursor == nil else { return finish(.done) }
            // Neither the last known record nor a later one: the device's clock was set back, or it
            // does not read by time.
            return scan()
        }
        var entries = page.entries[...]
        var isLost = false
        if let cursor, let known = cursor.localTime {
            if let time = first.localTime, time < known - 10 { return scan() }
            var seen = 0
            while overlaps, seen < cursor.countAtTime, entries.first?.localTime == known {
                entries = entries.dropFirst()
                seen += 1
            }
            isLost = overlaps && seen == 0
        }
        guard !isDisordered(page.entries) else { return scan() }
        let isEnd =
            page.hasLast || (!page.moreFollow && page.entries.count < requestedCount(overlaps))
        guard !entries.isEmpty else {
            return isEnd ? finish(.done) : request(.byTime(overlaps: false))
        }
        let number = page.firstSequence.map {
            LogSequence.number($0, advancedBy: Int64(page.entries.count) - 1)
        }
        let actions = takeEntries(
            entries, lost: isLost ? .unknownCount : .nothing, lastNumber: number)
        return actions + (isEnd ? finish(.done) : request(.byTime(overlaps: true)))
    }

    private func requestedCount(_ overlaps: Bool) -> Int {
        pageCount + (overlaps ? cursor?.countAtTime ?? 0 : 0)
    }
}
