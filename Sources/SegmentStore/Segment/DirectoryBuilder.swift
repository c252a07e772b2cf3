import TimeSeriesModel

/// Builds the directory of a segment: for each range of 1,008 series ids that occurs a page with
/// the ordinal of the first entry of each id, and a root that says which page serves which range.
struct DirectoryBuilder {
    struct Page {
        var firstSeries: UInt32
        var numbers: [UInt32]
        var end: UInt32
    }

    private static let capacity = UInt32(IndexPage.numberCapacity)

    /// Ordinal of the first entry of each series that occurs, by ascending id.
    private var starts: [(series: UInt32, entry: UInt32)] = []

    mutating func begin(_ series: SeriesID, atEntry entry: Int) {
        starts.append((series.rawValue, UInt32(entry)))
    }

    /// An id without entries gets the ordinal of the next one's first: an empty span.
    func finish(entryCount: Int) -> (directory: [Page], root: [Page]) {
        var directory: [Page] = []
        var root: [UInt32] = []
        var next = 0
        while next < starts.count {
            let range = starts[next].series / DirectoryBuilder.capacity
            let firstSeries = range * DirectoryBuilder.capacity
            var numbers: [UInt32] = []
            while next < starts.count,
                starts[next].series / DirectoryBuilder.capacity == range
            {
                let slot = Int(starts[next].series - firstSeries)
                numbers.append(
                    contentsOf: repeatElement(starts[next].entry, count: slot + 1 - numbers.count))
                next += 1
            }
            let end = next < starts.count ? starts[next].entry : UInt32(entryCount)
            numbers.append(
                contentsOf: repeatElement(end, count: IndexPage.numberCapacity - numbers.count))
            root.append(
                contentsOf: repeatElement(IndexPage.none, count: Int(range) - root.count))
            root.append(UInt32(directory.count))
            directory.append(Page(firstSeries: firstSeries, numbers: numbers, end: end))
        }
        return (directory, DirectoryBuilder.pages(ofRoot: root))
    }

    private static func pages(ofRoot root: [UInt32]) -> [Page] {
        stride(from: 0, to: root.count, by: IndexPage.numberCapacity).map { start in
            let end = min(start + IndexPage.numberCapacity, root.count)
            return Page(
                firstSeries: UInt32(start) * capacity, numbers: Array(root[start..<end]), end: 0)
        }
    }
}
