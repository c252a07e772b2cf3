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
    /// The first log file that may hold anything above the flushed LSN. Never moves back.
    var firstLogID: FileID?
    /// The change of the time before which samples are refused; `nil` leaves it as it is.
    var floor: FloorChange?

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
        if let firstLogID { next.firstLogID = max(next.firstLogID, firstLogID) }
        if let floor { next.floor = floor.applied(to: next.floor) }
        return next
    }
}

/// A change of the time before which samples are refused, in milliseconds.
enum FloorChange {
    /// By retention; a floor that is later already stays.
    case raise(to: Int64)
    /// By an operator; `nil` removes it.
    case lower(to: Int64?)

    /// - Returns: the floor after the change.
    func applied(to floor: Int64?) -> Int64? {
        switch self {
        case .raise(let bound): max(floor ?? .min, FloorChange.storable(bound))
        case .lower(let bound):
            bound.flatMap { bound in floor.map { min($0, FloorChange.storable(bound)) } }
        }
    }

    /// The nearest time that the manifest, which is JSON, stores exactly.
    private static func storable(_ time: Int64) -> Int64 {
        min(max(time, -JSONValue.integerMax), JSONValue.integerMax)
    }
}
