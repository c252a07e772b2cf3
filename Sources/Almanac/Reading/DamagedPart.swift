import SegmentStore

/// A part of the history that cannot be read, because its bytes are not what was written.
///
/// A read of several points, and a report, return what is whole and list what is not; a read of one
/// point's samples throws ``HistoryError`` with code `damaged` instead.
public struct DamagedPart: Hashable, Sendable {
    /// The point whose samples are lost; nil if samples of any point may be, or the recorded reasons
    /// of gaps.
    public var point: PointAddress?
    /// From the first lost sample to after the last one; nil if that is not known.
    public var range: TimeRange?
    /// Relative to the store's folder.
    public var file: String
    /// Bytes from the beginning of ``file``.
    public var offset: Int
    /// What was found and what was expected, in words for a person.
    public var message: String
}

extension DamagedPart {
    fileprivate init(_ damage: Damage, of point: PointAddress) {
        self.init(
            point: damage.series == nil ? nil : point, range: damage.lostRange, file: damage.file,
            offset: damage.offset, message: damage.detail)
    }
}

extension Damage {
    fileprivate var isOfRecords: Bool { file.hasPrefix(StoreLayout.recordFolder) }

    fileprivate var lostRange: TimeRange? {
        guard let from, let to else { return nil }
        return TimeRange(from: from, to: Timestamp(rawValue: to.rawValue.plus(1)))
    }
}

extension HistorySnapshot {
    /// The same state, read past damage.
    func skippingDamage() -> HistorySnapshot {
        log == nil ? HistorySnapshot(self, skipping: DamageLog()) : self
    }

    /// What reads of a point have stepped over so far and can have lost in a range: samples of the
    /// point, samples of unknown points, recorded reasons.
    func damagedParts(of point: PointAddress, in range: TimeRange) -> [DamagedPart] {
        guard let damages = log?.damages, !damages.isEmpty else { return [] }
        let series = catalog.series(of: point)
        return damages.compactMap { damage in
            guard damage.series == nil || damage.series == series,
                damage.losesSamples || damage.isOfRecords,
                damage.lostRange.map({ $0.intersection(range) != nil }) ?? true
            else { return nil }
            return DamagedPart(damage, of: point)
        }
    }

    /// The spans of a point's samples that reads have stepped over so far, as gaps.
    ///
    /// - Parameter ofAnyPoint: whether spans count in which samples of unknown points are lost.
    func damagedGaps(of point: PointAddress, ofAnyPoint: Bool = false) -> [Gap] {
        guard let losses = log?.losses, !losses.isEmpty else { return [] }
        let series = catalog.series(of: point)
        return losses.compactMap { damage in
            guard damage.series.map({ $0 == series }) ?? ofAnyPoint, let range = damage.lostRange
            else { return nil }
            return Gap(point: point, range: range, reason: .damaged, detail: "\(damage)")
        }
    }

    /// Runs a read for which damage is the reason of gaps. Only reading finds the damage, so a read
    /// that found some is run again.
    func repeatedAfterDamage<Result>(
        of points: [PointAddress], _ body: () throws(HistoryError) -> Result
    ) throws(HistoryError) -> Result {
        let known = points.flatMap { damagedGaps(of: $0, ofAnyPoint: true) }
        let result = try body()
        let found = points.flatMap { damagedGaps(of: $0, ofAnyPoint: true) }
        return found == known ? result : try body()
    }

    /// Reads what explains samples. If it is damaged and damage is collected, it is left out.
    func readable<Result>(
        else fallback: Result, _ body: () throws(HistoryError) -> Result
    ) throws(HistoryError) -> Result {
        // A journal that cannot be read is not read again for each point.
        if context.log == nil, log?.damages.contains(where: \.isOfRecords) == true {
            return fallback
        }
        do throws(HistoryError) { return try body() } catch {
            guard let log, error.code == .damaged, let file = error.file else { throw error }
            log.record(
                Damage(
                    file: file, offset: error.offset ?? 0, reason: .checksum, losesSamples: false,
                    detail: error.message))
            return fallback
        }
    }
}

extension [DamagedPart] {
    /// Each part once, in the order found.
    var withoutRepetitions: [DamagedPart] {
        var seen: Set<DamagedPart> = []
        return filter { seen.insert($0).inserted }
    }
}

extension [Gap] {
    /// Adds damaged spans that the samples which are left do not show: before the first of them, or
    /// without any.
    @discardableResult
    mutating func addUnseen(_ damaged: [Gap], in range: TimeRange) -> Bool {
        let unseen = damaged.compactMap { $0.clipped(to: range) }.filter { gap in
            !contains { $0.range.intersection(gap.range) != nil }
        }
        guard !unseen.isEmpty else { return false }
        self = (self + unseen).sorted { $0.range.from < $1.range.from }
        return true
    }
}

extension Gap {
    fileprivate func clipped(to range: TimeRange) -> Gap? {
        self.range.intersection(range).map {
            Gap(point: point, range: $0, reason: reason, detail: detail)
        }
    }
}
