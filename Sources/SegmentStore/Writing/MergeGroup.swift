import TimeSeriesModel

/// Segments of a year that are rewritten together: neighbors in priority.
///
/// A merged segment has one priority. Merging across a segment that stays would let samples of an
/// earlier one win over its own, so a damaged or missing segment divides the year.
struct MergeGroup {
    let view: YearView
    /// True if all of it can be read, as far as is known. A damaged segment is a group of its own.
    let isSound: Bool
}

extension Store.State {
    /// The segments of a year in groups, by ascending priority. None if the year has no segments.
    func mergeGroups(of year: UTCYear) -> [MergeGroup] {
        guard let all = files.years.first(where: { $0.year == year }) else { return [] }
        let missingFiles = Set(all.missing.map(\.file))
        let borders = manifest.files.filter { missingFiles.contains($0.name) }.map(\.lastLSN)
        var groups: [MergeGroup] = []
        var sound: [Segment] = []
        func close() {
            guard !sound.isEmpty else { return }
            groups.append(MergeGroup(view: all.part(sound), isSound: true))
            sound = []
        }
        for segment in all.segments {
            if let last = sound.last,
                borders.contains(where: { last.priority < $0 && $0 < segment.priority })
            {
                close()
            }
            if damagedSegments[segment.path] == nil {
                sound.append(segment)
            } else {
                close()
                groups.append(MergeGroup(view: all.part([segment]), isSound: false))
            }
        }
        close()
        return groups
    }
}

extension YearView {
    fileprivate func part(_ segments: [Segment]) -> YearView {
        YearView(year: year, segments: segments, missing: [])
    }
}
