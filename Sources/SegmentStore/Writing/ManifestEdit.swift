import TimeSeriesModel

/// What a publish changes in the manifest in force.
struct ManifestEdit {
    var added: [ManifestFile] = []
    /// Names of files that no longer count; they are unlinked once the publish is safe.
    var dropped: Set<String> = []
    /// How many more (or fewer) samples reading everything gives, per year.
    var sampleCountChanges: [Int: Int] = [:]
    /// LSNs up to here are used up.
    var lastLSN: LSN?
    /// Below it no sample is taken any more, in milliseconds. Never moves back.
    var floor: Int64?

    /// The manifest after the edit, of the next generation.
    func applied(to manifest: Manifest) -> Manifest {
        var next = manifest
        next.generation += 1
        next.dropped = dropped.sorted()
        next.files.removeAll { dropped.contains($0.name) }
        next.files += added
        for (year, change) in sampleCountChanges where change != 0 {
            next.sampleCounts[year, default: 0] += change
        }
        if let lastLSN {
            next.nextLSN = max(next.nextLSN, lastLSN + 1)
            next.flushedLSN = max(next.flushedLSN, lastLSN)
        }
        next.sampleCounts = next.sampleCounts.filter { $0.value != 0 }
        if let floor { next.floor = max(next.floor ?? .min, floor) }
        return next
    }
}
