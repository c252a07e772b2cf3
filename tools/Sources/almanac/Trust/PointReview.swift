import Almanac
import Dispatch
import SegmentStore
import Synchronization
import TimeSeriesModel

/// The quality reports of many points, made on all cores and handed over in the points' order.
struct PointReview {
    let snapshot: Snapshot
    let store: String
    let points: [CatalogPoint]
    let span: ReviewSpan
    /// What had to be left out.
    let log = DamageLog()

    /// Reports that wait for their turn; what a point's samples take is given back with its report.
    private static let countAtATime = 32
    /// A point with more samples than this is looked at alone, so that memory does not grow with
    /// the number of cores.
    private static let sampleCountAtOnceMax = 1_000_000

    /// Lends each report to a closure that says whether to go on.
    func forEach(
        _ progress: ProgressLine,
        _ body: (CatalogPoint, QualityReport) throws(ToolFailure) -> Bool
    ) throws(ToolFailure) {
        defer { progress.clear() }
        let review = try withHistoryErrors(of: store) { () throws(HistoryError) in
            try HistoryReview(
                of: HistorySnapshot(of: snapshot, skipping: log), in: span.asked, now: span.end)
        }
        for start in stride(from: 0, to: points.count, by: PointReview.countAtATime) {
            progress.show(start, of: points.count)
            let part = points[start..<min(start + PointReview.countAtATime, points.count)]
            for (point, result) in zip(part, try reports(of: part, review)) {
                let report = try withHistoryErrors(of: store) { () throws(HistoryError) in
                    try result.get()
                }
                guard try body(point, report) else { return }
            }
        }
    }

    private func reports(
        of points: ArraySlice<CatalogPoint>, _ review: HistoryReview
    ) throws(ToolFailure) -> [Result<QualityReport, HistoryError>] {
        var small: [Int] = []
        var large: [Int] = []
        for place in points.indices {
            if try isLarge(points[place]) { large.append(place) } else { small.append(place) }
        }
        let made = Mutex([Int: Result<QualityReport, HistoryError>]())
        let make = { @Sendable (place: Int) in
            let result = Result { () throws(HistoryError) in
                try review.report(of: points[place].address)
            }
            made.withLock { $0[place] = result }
        }
        let places = small
        DispatchQueue.concurrentPerform(iterations: places.count) { make(places[$0]) }
        for place in large { make(place) }
        let results = made.withLock { $0 }
        return points.indices.map { results[$0]! }
    }

    private func isLarge(_ point: CatalogPoint) throws(ToolFailure) -> Bool {
        guard let series = point.series else { return false }
        let chunks = try withStoreErrors(of: store) { () throws(StoreError) in
            try snapshot.chunks(of: series)
        }
        return chunks.reduce(0) { $0 + $1.sampleCount } > PointReview.sampleCountAtOnceMax
    }

    /// Names what had to be left out, of samples and of the recorded reasons.
    ///
    /// - Throws: with `findings`, after everything else was printed, where something was.
    func reportDamage() throws(ToolFailure) {
        let reasons = log.damages.filter { $0.file.hasPrefix(StoreLayout.recordFolder) }
        for damage in reasons.prefix(10) {
            Notes.error("\(store): recorded reasons were left out: \(damage)")
        }
        try log.report(of: store, snapshot.catalog)
        guard reasons.isEmpty else {
            throw ToolFailure(.findings, "\(store): `almanac verify` lists all damage")
        }
    }
}

/// Runs work of the façade and says what a refusal means.
func withHistoryErrors<Result>(
    of store: String, _ body: () throws(HistoryError) -> Result
) throws(ToolFailure) -> Result {
    do throws(HistoryError) { return try body() } catch { throw ToolFailure(error, store: store) }
}

extension ToolFailure {
    /// What the façade's refusal means to the person who typed the command.
    init(_ error: HistoryError, store: String) {
        if let cause = error.underlying as? StoreError {
            self.init(cause, store: store)
            return
        }
        switch error.code {
        case .damaged:
            self.init(.findings, "\(store): damaged: \(error); `almanac verify` tells more")
        case .clockBehind: self.init(.findings, "\(store): \(error)")
        case .limitExceeded, .invalidParameter: self.init(.usage, "\(store): \(error)")
        default: self.init(.inputOutput, "\(store): \(error)")
        }
    }
}
