import ColumnCodec
import DurableFiles
import SegmentStore
import TestSupport
import Testing
import TimeSeriesModel

@Suite("Catalog documents") struct CatalogDocumentTests {
    private static let before = Timestamp("2025-01-01")!
    private static let after = Timestamp("2025-06-01")!

    private func set(_ text: String, _ key: String, _ time: Timestamp, in store: Store) throws {
        try store.updateCatalog { (catalog, change) throws(StoreError) in
            try catalog.setDocument([UInt8](text.utf8), for: key, validFrom: time, into: &change)
        }
    }

    @Test("have versions, survive reopening, and can be taken away")
    func versions() throws {
        let storage = SimulatedStorage(seed: 1)
        var store = try Store.open(in: storage)
        try set("new", "p/1", Self.after, in: store)
        try set("old", "p/1", Self.before, in: store)
        try set("x", "q/1", Self.before, in: store)
        let position = store.snapshot().position
        try set("new", "p/1", Self.after, in: store)
        #expect(store.snapshot().position == position, "the same again writes nothing")
        for round in 0..<3 {
            let catalog = store.snapshot().catalog
            #expect(catalog.document("p/1") == [UInt8]("new".utf8), "round \(round)")
            #expect(catalog.document("p/1", at: Self.before) == [UInt8]("old".utf8))
            #expect(catalog.document("p/1", at: Timestamp(rawValue: 0)) == [UInt8]("old".utf8))
            #expect(catalog.documentKeys(withPrefix: "p/") == ["p/1"])
            #expect(catalog.documentVersions("p/1").count == 2)
            #expect(catalog.document("p/2") == nil)
            if round == 0 { try store.flush() }
            if round == 1 {
                store.close()
                store = try Store.open(in: storage)
            }
        }
        try set("", "q/1", Self.after, in: store)
        #expect(store.snapshot().catalog.document("q/1") == nil)
        #expect(store.snapshot().catalog.documentKeys(withPrefix: "q") == [])
        #expect(store.snapshot().catalog.document("q/1", at: Self.before) != nil)
    }

    @Test("and points are changed at once or not at all, whatever a crash cuts")
    func atomic() throws {
        let storage = SimulatedStorage(seed: 2)
        var store = try Store.open(in: storage)
        try set("x", "first", Self.before, in: store)
        let changes = storage.changeCount
        let many = (0..<3000).map { "key/\($0)" }
        try store.updateCatalog { (catalog, change) throws(StoreError) in
            for key in many {
                try catalog.setDocument(
                    [UInt8](repeating: 7, count: 60), for: key, validFrom: Self.before,
                    into: &change)
            }
        }
        #expect(storage.changeCount - changes <= 3)
        let disk = storage.disk
        for seed in 1...40 as ClosedRange<UInt64> {
            store = try Store.open(in: SimulatedStorage(disk: disk.afterCrash(.random(seed))))
            #expect(store.snapshot().catalog.documentKeys(withPrefix: "key/").count == 3000)
        }
        #expect(throws: StoreError.self) {
            try store.updateCatalog { (catalog, change) throws(StoreError) in
                try catalog.setDocument([1], for: "ok", validFrom: Self.before, into: &change)
                try catalog.setDocument([1], for: "", validFrom: Self.before, into: &change)
            }
        }
        #expect(store.snapshot().catalog.document("ok") == nil)
    }
}
