import Foundation

/// `bench memory`: what importing, merging and scanning a store take of memory, for stores of
/// growing size: each step in a process of its own, whose private memory is read at its peak.
struct MemoryRun {
    private static let slotsPerYear = 35_040

    func run() throws {
        let work = TemporaryFolder.path
        try DiskUsage.makeEmpty(work)
        defer { try? FileManager.default.removeItem(atPath: work) }
        print("samples       import     merge      scan   (peak private MB)")
        for series in [50, 200, 800] {
            let peaks = try ["import", "merge", "scan"].map { step in
                try MemoryStep.peak(step, "\(work)/\(series)", series: series)
            }
            let count = String(series * MemoryRun.slotsPerYear)
            print(
                count.padding(toLength: 10, withPad: " ", startingAt: 0)
                    + peaks.map { String(format: "%10.1f", $0) }.joined())
        }
    }
}
