public import ColumnCodec
public import TimeSeriesModel

extension Snapshot {
    /// Lends the samples of a series in a range to a closure, a run of a decoded frame at a time.
    ///
    /// Runs come in reading order; the positions of a run ascend in time in either direction. The
    /// closure returns whether to go on. Nothing is allocated per sample.
    ///
    /// - Throws: ``StoreError`` with code `damaged` at the first damage, unless `log` collects it;
    ///   `cancelled` before the next chunk if the calling task was cancelled.
    public func forEachRun(
        of series: SeriesID, in range: TimeRange, order: ReadOrder = .forward,
        skipping log: DamageLog? = nil,
        _ body: (FrameBuffer, Range<Int>) throws(StoreError) -> Bool
    ) throws(StoreError) {
        try forEachRun(of: series, in: range, order, skipping: log, checking: .task, body)
    }

    func forEachRun(
        of series: SeriesID, in range: TimeRange, _ order: ReadOrder = .forward,
        skipping log: DamageLog?, checking cancellation: CancellationCheck,
        _ body: (FrameBuffer, Range<Int>) throws(StoreError) -> Bool
    ) throws(StoreError) {
        guard let bounds = ReadBounds(range) else { return }
        try reportLosses(to: log)
        let years = years(from: bounds.first, through: bounds.last)
        for year in order == .forward ? years : years.reversed() {
            guard
                try year.forEachRun(
                    of: series, bounds, order, scratches, log, checking: cancellation, body)
            else { return }
        }
    }

    /// The samples of a series in a half-open range, in one set of columns.
    ///
    /// - Parameters:
    ///   - series: one of the catalog.
    ///   - range: half-open.
    ///   - limit: reading stops after so many samples.
    ///   - order: from which end of the range.
    ///   - log: gets damage, which is then left out.
    /// - Throws: as ``forEachRun(of:in:order:skipping:_:)``.
    public func samples(
        of series: SeriesID, in range: TimeRange, limit: Int? = nil, order: ReadOrder = .forward,
        skipping log: DamageLog? = nil
    ) throws(StoreError) -> SampleColumns {
        var samples = SampleColumns()
        var room = limit ?? .max
        guard room > 0 else { return samples }
        try forEachRun(of: series, in: range, order: order, skipping: log) {
            (frame, positions) throws(StoreError) in
            let count = min(room, positions.count)
            switch order {
            case .forward:
                samples.append(
                    contentsOf: frame, positions.lowerBound..<positions.lowerBound + count)
            case .backward:
                for position in positions.suffix(count).reversed() {
                    samples.append(
                        time: frame.times[position], value: frame.values[position],
                        quality: frame.qualities[position])
                }
            }
            room -= count
            return room > 0
        }
        return samples
    }
}
