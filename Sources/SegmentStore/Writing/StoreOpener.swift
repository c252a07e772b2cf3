import ColumnCodec
import DurableFiles
import TimeSeriesModel

/// Opens what a manifest names.
struct StoreOpener {
    let storage: any Storage
    let scratches: ScratchPool

    /// Opens every segment that is not open yet. A missing or damaged one is kept as a problem; the
    /// system's refusals are thrown.
    func files(
        of manifest: Manifest, reusing open: [Segment] = []
    ) throws(StoreError) -> PublishedFiles {
        let open = Dictionary(uniqueKeysWithValues: open.map { ($0.row.name, $0) })
        var segments: [Int: [Segment]] = [:]
        var missing: [Int: [Damage]] = [:]
        for row in manifest.files where row.kind == .segment {
            guard let year = row.year else { continue }
            do throws(StoreError) {
                if let segment = open[row.name] {
                    segments[year, default: []].append(segment)
                } else {
                    segments[year, default: []].append(try Segment.open(row, in: storage))
                }
            } catch {
                guard error.code == .damaged else { throw error }
                missing[year, default: []].append(Damage(missing: row, error))
            }
        }
        let years = Set(segments.keys).union(missing.keys).sorted().map { year in
            YearView(
                year: UTCYear(year),
                segments: (segments[year] ?? []).sorted { $0.priority < $1.priority },
                missing: missing[year] ?? [])
        }
        return PublishedFiles(
            manifest: manifest, years: years, storage: storage, scratches: scratches)
    }
}

extension Damage {
    fileprivate init(missing row: ManifestFile, _ error: StoreError) {
        self.init(
            file: row.name, offset: 0, reason: .missingFile, losesSamples: true,
            detail: error.message, from: row.firstTime.map(Timestamp.init(rawValue:)),
            to: row.lastTime.map(Timestamp.init(rawValue:)))
    }
}
