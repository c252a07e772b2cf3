import ColumnCodec
import TimeSeriesModel

extension YearView {
    /// Lends the samples of a series in this year; whether to go on with the next.
    func forEachRun(
        of series: SeriesID, _ bounds: ReadBounds, _ order: ReadOrder, _ scratches: ScratchPool,
        _ log: DamageLog?, checking cancellation: CancellationCheck = .none,
        _ body: (FrameBuffer, Range<Int>) throws(StoreError) -> Bool
    ) throws(StoreError) -> Bool {
        try reportLosses(to: log, from: bounds.first, through: bounds.last)
        var cursors: [SegmentCursor] = []
        for segment in segments {
            if let cursor = try SegmentCursor(
                segment, series, bounds, order, scratch: scratches.take(), checking: cancellation)
            {
                cursors.append(cursor)
            }
            try segment.reportLosses(to: log)
        }
        if let head = headCursor(of: series, bounds, order) { cursors.append(head) }
        defer { for cursor in cursors { scratches.give(back: cursor.scratch) } }
        if cursors.count == 1 {
            while try cursors[0].fill(log) {
                let positions = cursors[0].positions
                guard try body(cursors[0].frame, positions) else { return false }
                cursors[0].consume(positions.count)
            }
            return true
        }
        return try merge(&cursors, order, log, body)
    }

    private func headCursor(
        of series: SeriesID, _ bounds: ReadBounds, _ order: ReadOrder
    ) -> SegmentCursor? {
        let own = ReadBounds(
            first: max(bounds.first, year.start.rawValue),
            last: min(bounds.last, year.end.rawValue - 1))
        guard own.first <= own.last else { return nil }
        return heads.columns(of: series, in: own).map {
            SegmentCursor(head: $0, series, own, order)
        }
    }

    /// Interleaves cursors of ascending priority: of equal times the last one's sample counts.
    private func merge(
        _ cursors: inout [SegmentCursor], _ order: ReadOrder, _ log: DamageLog?,
        _ body: (FrameBuffer, Range<Int>) throws(StoreError) -> Bool
    ) throws(StoreError) -> Bool {
        var live: [Int] = []
        for index in cursors.indices where try cursors[index].fill(log) { live.append(index) }
        while !live.isEmpty {
            var winner = live[0]
            for index in live.dropFirst()
            where !comes(cursors[winner].nextTime, before: cursors[index].nextTime, order) {
                winner = index
            }
            let time = cursors[winner].nextTime
            var run = cursors[winner].positions
            for index in live where index != winner {
                if cursors[index].nextTime == time { cursors[index].consume(1) }
            }
            for index in live where index != winner && !cursors[index].positions.isEmpty {
                let before = cursors[winner].positions(before: cursors[index].nextTime)
                if before.count < run.count { run = before }
            }
            // Another cursor whose frame just ended may continue before this run's end.
            if live.contains(where: { $0 != winner && cursors[$0].positions.isEmpty }) {
                run = order == .forward ? run.prefixRange(1) : run.suffixRange(1)
            }
            guard try body(cursors[winner].frame, run) else { return false }
            cursors[winner].consume(run.count)
            var stillLive: [Int] = []
            for index in live where try cursors[index].fill(log) { stillLive.append(index) }
            live = stillLive
        }
        return true
    }

    private func comes(_ time: Int64, before other: Int64, _ order: ReadOrder) -> Bool {
        order == .forward ? time < other : time > other
    }
}

extension Range<Int> {
    fileprivate func prefixRange(_ count: Int) -> Range { lowerBound..<lowerBound + count }
    fileprivate func suffixRange(_ count: Int) -> Range { upperBound - count..<upperBound }
}
