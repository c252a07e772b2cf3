import SegmentStore
import Testing

@Suite("StoreFile") struct StoreFileTests {
    static let files: [(StoreFile, String)] = [
        (.log(0x1C), "log/0000001c.log"),
        (.segment(year: 2025, 0x1A), "seg/2025-0000001a.seg"),
        (.catalog(3), "rec/catalog-00000003.rec"),
        (.journal(year: 2025, 0xFFFF_FFFF), "rec/journal-2025-ffffffff.rec"),
    ]

    @Test("prints and reads each of our names", arguments: files)
    func roundTrip(file: StoreFile, path: String) {
        #expect(file.path == path)
        #expect(StoreFile(path: path) == file)
        #expect(StoreFile(folder: file.folder, name: file.name) == file)
    }

    @Test(
        "refuses what is not exactly our name",
        arguments: [
            "", "/", "log/", "log/1c.log", "log/0000001C.log", "log/0000001c.seg", "0000001c.log",
            "seg/0000001c.log", "seg/25-0000001a.seg", "seg/02025-0000001a.seg",
            "seg/+202-0000001a.seg", "seg/2025-0000001a.seg.entries", "rec/catalog-3.rec",
            "rec/catalog-2025-00000003.rec", "rec/journal-00000003.rec",
            "../rec/catalog-00000003.rec",
            "rec/catalog-00000003.rec/", "seg/-2025-0000001a.seg", "rec/journal--00000003.rec",
        ])
    func refusal(path: String) { #expect(StoreFile(path: path) == nil) }

    @Test("a file is written in tmp under its own name")
    func temporary() {
        #expect(StoreLayout.temporary(.log(1)) == "tmp/00000001.log")
    }
}
