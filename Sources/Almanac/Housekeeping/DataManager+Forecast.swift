import SegmentStore

extension DataManager {
    /// How the store grows, a day and a point, and when its disk will be full if that goes on.
    ///
    /// Told from the sizes that ``runHousekeeping()`` has measured, half a day apart, over 90 days.
    /// Before it has measured for a day, from what the store takes for the time that its samples
    /// span; `nil` for less than a day of samples.
    ///
    /// - Throws: `io` where the file system does not tell its space.
    public func forecast() throws(HistoryError) -> DiskForecast? {
        let disk = try surroundings.disk(path)
        let reserve =
            configuration.diskReserveByteCount
            ?? StoreOptions.defaultDiskReserveByteCount(ofDisk: disk.totalByteCount)
        let available = disk.availableByteCount - reserve
        let snapshot = engineSnapshot
        let count = snapshot.catalog.seriesCount
        let measured = diskWatch.forecast(pointCount: count, availableByteCount: available)
        if let measured { return measured }
        let summary: StoreSummary
        do throws(StoreError) { summary = try snapshot.summary() } catch {
            throw HistoryError(error)
        }
        // A sample of 2099 would spread what the store takes over decades.
        let review = try view.clockReview(at: time.now, tolerance: tolerance)
        guard let first = summary.firstTime, let last = review.newestTime, first <= last else {
            return nil
        }
        var history = DiskHistory()
        history.add(.init(time: first, byteCount: 0))
        history.add(.init(time: last, byteCount: summary.byteCount))
        // Measurements further apart than the history reaches push each other out.
        let span = last.milliseconds.minus(first.milliseconds)
        guard span > DiskHistory.span.milliseconds else {
            return history.forecast(pointCount: count, availableByteCount: available)
        }
        let share = Double(DiskHistory.span.milliseconds) / Double(span)
        let from = Timestamp(milliseconds: last.milliseconds.minus(DiskHistory.span.milliseconds))
        let before = Int(Double(summary.byteCount) * (1 - share))
        return DiskHistory([
            .init(time: from, byteCount: before),
            .init(time: last, byteCount: summary.byteCount),
        ]).forecast(pointCount: count, availableByteCount: available)
    }
}
