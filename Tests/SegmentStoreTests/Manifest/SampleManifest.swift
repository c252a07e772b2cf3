import TimeSeriesModel

@testable import SegmentStore

extension Manifest {
    /// A small whole manifest with one file of every kind.
    static func sample(generation: UInt64 = 12) -> Manifest {
        var manifest = Manifest(
            storeID: 0x0123_4567_89AB_CDEF, generation: generation, nextFileID: 27,
            nextSeriesID: .init(rawValue: 4), nextLSN: 1001, flushedLSN: 1000,
            floor: -86_400_000, sampleCounts: [2025: 45, 2024: 123],
            dropped: ["seg/2024-00000001.seg"])
        manifest.files = [
            ManifestFile(
                name: "seg/2025-0000001a.seg", kind: .segment, id: 26, salt: 0x5AF0_0000_0000_0001,
                year: 2025, byteCount: 8192, hash: 0xEF46_DB37_51D8_E999, firstLSN: 1,
                lastLSN: 1000, sampleCount: 45, firstTime: 1_735_689_600_000,
                lastTime: 1_735_700_000_000, role: .merged),
            ManifestFile(
                name: "rec/catalog-00000002.rec", kind: .catalog, id: 2, salt: 7, byteCount: 64,
                role: .catalog),
            ManifestFile(
                name: "rec/journal-2025-00000004.rec", kind: .journal, id: 4, salt: 9, year: 2025,
                byteCount: 128, firstLSN: 5, lastLSN: 6, role: .journal),
        ]
        return manifest
    }
}
