import DurableFiles
public import TimeSeriesModel

/// One committed state of a store, frozen: later writes do not appear in it, and it keeps no writer
/// waiting. All reads are synchronous, may touch the disk, and may be made from any thread.
///
/// A read that meets damage throws ``StoreError`` with code `damaged`, file and offset; given a
/// ``DamageLog`` it leaves the damaged samples out, says so in the log and goes on.
public final class Snapshot: Sendable {
    /// Who is who: series, devices, points.
    public let catalog: Catalog
    /// What was found damaged when the store was opened.
    public let problems: [Damage]
    /// The samples that reading everything gives.
    public let sampleCount: Int
    /// The position in the log up to which batches are seen.
    public let position: LSN

    let files: PublishedFiles
    let heads: VisibleHeads
    /// Ascending; with what the heads have of each.
    let years: [YearView]
    /// Bytes of the log that are not in segments yet.
    let logByteCount: Int

    /// Entries of the journal that the log alone has.
    let journalFrames: JournalFrames

    /// Frames of the catalog files that are no catalog records: tombstones, and what a later version
    /// may have added.
    let otherCatalogFrames: [RecordFrame]
    /// A later minor version wrote the catalog files: this program may read them and not copy them
    /// anew. Never set in the process that writes.
    let isCatalogOfLaterVersion: Bool

    /// Of a snapshot that was opened beside a writer: how it notices a later commit.
    let mark: StoreMark?
    /// What the catalog's files alone have, without the log; with ``mark`` only.
    let storedCatalog: CatalogContent?

    /// Records of the log that cannot be read: whose samples they held nobody knows.
    private let lostInLog: [Damage]

    /// Random, given when the store was made; its backups have it too.
    public var storeID: UInt64 { manifest.storeID }

    /// The format number in the store's manifest.
    public var format: Int { manifest.format }

    /// Where retention ends: the store keeps no sample before it, and leaves out those that are
    /// appended or imported. nil where nothing was removed by age yet.
    public var floor: Timestamp? { manifest.floor.map { Timestamp(rawValue: $0) } }

    var manifest: Manifest { files.manifest }
    var storage: any Storage { files.storage }
    var scratches: ScratchPool { files.scratches }

    init(
        _ files: PublishedFiles, catalog: Catalog, heads: VisibleHeads = .none,
        headSampleCount: Int = 0, logByteCount: Int = 0,
        journalFrames: JournalFrames = JournalFrames(),
        otherCatalogFrames: [RecordFrame] = [], isCatalogOfLaterVersion: Bool = false,
        problems: [Damage] = [], mark: StoreMark? = nil, storedCatalog: CatalogContent? = nil
    ) {
        self.otherCatalogFrames = otherCatalogFrames
        self.isCatalogOfLaterVersion = isCatalogOfLaterVersion
        self.mark = mark
        self.storedCatalog = storedCatalog
        self.journalFrames = journalFrames
        self.files = files
        self.catalog = catalog
        self.heads = heads
        self.logByteCount = logByteCount
        self.problems = problems + files.problems
        lostInLog = problems.filter { $0.reason == .badLog && $0.losesSamples }
        position = max(heads.lsn, files.manifest.flushedLSN)
        sampleCount = files.sampleCount + headSampleCount
        years = heads.generations.isEmpty ? files.years : files.years(with: heads)
    }

    /// The years that overlap `first...last`, ascending.
    func years(from first: Int64, through last: Int64) -> [YearView] {
        years.filter { $0.year.start.rawValue <= last && $0.year.end.rawValue > first }
    }

    /// Tells a read what could have held samples of any series.
    func reportLosses(to log: DamageLog?) throws(StoreError) {
        for damage in lostInLog { try log.report(damage) }
    }

    /// The newest time of a series in a UTC year; `Int64.min` where it has none.
    func lastTime(of series: SeriesID, inYear year: Int) throws(StoreError) -> Int64 {
        guard let view = years.first(where: { $0.year.number == year }) else { return .min }
        return try view.lastTime(of: series)
    }
}

/// The files of one publish, open: what all snapshots between two publishes share.
final class PublishedFiles: Sendable {
    let manifest: Manifest
    /// Ascending, without heads.
    let years: [YearView]
    let storage: any Storage
    let scratches: ScratchPool
    /// The newest sample of each series in segments.
    let latest = LatestValues()
    let sampleCount: Int

    init(
        manifest: Manifest, years: [YearView], storage: any Storage, scratches: ScratchPool
    ) {
        self.manifest = manifest
        self.years = years
        self.storage = storage
        self.scratches = scratches
        sampleCount = manifest.sampleCounts.values.reduce(0, +)
    }

    var problems: [Damage] {
        years.flatMap(\.missing) + years.flatMap { $0.segments.flatMap(\.problems) }
    }

    var segments: [Segment] { years.flatMap(\.segments) }

    /// The years with what the heads have of them, and those that only the heads have.
    func years(with heads: VisibleHeads) -> [YearView] {
        var numbers = Set(years.map(\.year.number))
        for generation in heads.generations { numbers.formUnion(generation.years) }
        return numbers.sorted().map { number in
            let known = years.first { $0.year.number == number }
            return YearView(
                year: UTCYear(number), segments: known?.segments ?? [],
                missing: known?.missing ?? [], heads: heads)
        }
    }
}
