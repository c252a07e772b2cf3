import DurableFiles
import TimeSeriesModel

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

    let manifest: Manifest
    /// Ascending.
    let years: [YearView]
    let storage: any Storage
    let scratches: ScratchPool
    let latest: LatestValues

    init(
        manifest: Manifest, catalog: Catalog, years: [YearView], problems: [Damage],
        storage: any Storage, scratches: ScratchPool
    ) {
        self.manifest = manifest
        self.catalog = catalog
        self.years = years
        self.storage = storage
        self.scratches = scratches
        self.problems =
            problems + years.flatMap(\.missing) + years.flatMap { $0.segments.flatMap(\.problems) }
        latest = LatestValues(seriesCount: Int(manifest.nextSeriesID.rawValue))
    }

    /// The samples that reading everything gives, from the manifest's counts.
    public var sampleCount: Int { manifest.sampleCounts.values.reduce(0, +) }

    /// The years that overlap `first...last`, ascending.
    func years(from first: Int64, through last: Int64) -> [YearView] {
        years.filter { $0.year.start.rawValue <= last && $0.year.end.rawValue > first }
    }
}
