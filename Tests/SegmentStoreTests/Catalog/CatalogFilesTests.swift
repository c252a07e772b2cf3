import DurableFiles
import Testing
import TimeSeriesModel

@testable import SegmentStore

@Suite("CatalogFiles") struct CatalogFilesTests {
    /// Three appends of one frame each, the second of a few points.
    static func filled() throws -> (storage: SimulatedStorage, manifest: Manifest, catalog: Catalog)
    {
        let storage = try ManifestStoreTests.storage()
        let files = CatalogFiles(storage)
        var manifest = try files.create(for: Manifest(storeID: 5, nextLSN: 100, flushedLSN: 90))
        var catalog = Catalog()
        for step: UInt32 in 1...3 {
            var change = CatalogChange()
            try catalog.setName("device \(step)", of: DeviceID(step), into: &change)
            _ = try catalog.addSeries(for: CatalogTests.address(step, 1), into: &change)
            try catalog.define(
                CatalogTests.address(step, 1), as: CatalogTests.version("p"), into: &change)
            manifest = try files.append(change, lsn: LSN(step), to: manifest)
        }
        return (storage, manifest, catalog)
    }

    static func isEqual(_ left: Catalog, _ right: Catalog) -> Bool {
        left.liveRecords == right.liveRecords
    }

    @Test("what was appended is loaded from two files of the same shape")
    func roundTrip() throws {
        let (storage, manifest, catalog) = try Self.filled()
        let content = try CatalogFiles(storage).load(manifest)
        #expect(Self.isEqual(content.catalog, catalog))
        #expect(content.damage.isEmpty && content.lastLSN == 3)
        #expect(manifest.files.count == 2 && manifest.nextFileID == 3)
        #expect(Set(manifest.files.map(\.salt)).count == 2)
        #expect(Set(manifest.files.map(\.byteCount)).count == 1)
        #expect(
            manifest.files.map(\.firstLSN) == [1, 1] && manifest.files.map(\.lastLSN) == [3, 3])
        #expect(try Manifest(decoding: manifest.encode(), file: "m") == manifest)
        #expect(storage.openFileCount == 0)
    }

    @Test("every byte of one file changed or cut off costs nothing, and shows", arguments: [0, 1])
    func oneBad(index: Int) throws {
        let (storage, manifest, catalog) = try Self.filled()
        let name = manifest.files[index].name
        let whole = try #require(storage.files[name])
        for place in whole.indices {
            storage.overwrite(name, at: place, with: [whole[place] ^ 0x10])
            let content = try CatalogFiles(storage).load(manifest)
            #expect(Self.isEqual(content.catalog, catalog), "byte \(place)")
            #expect(content.damage.allSatisfy { $0.file == name && !$0.losesSamples })
            // Padding belongs to no frame; everything else is reported once.
            #expect(content.damage.count == 1 || content.damage.isEmpty && whole[place] == 0)
            storage.overwrite(name, at: place, with: [whole[place]])
        }
        for length in stride(from: whole.count - 1, through: 0, by: -1) {
            storage.cut(name, to: length)
            let content = try CatalogFiles(storage).load(manifest)
            #expect(Self.isEqual(content.catalog, catalog), "length \(length)")
            #expect(content.damage.contains { $0.reason == .truncated && $0.offset == length })
            #expect(content.damage.allSatisfy { $0.file == name && !$0.losesSamples })
        }
        try storage.unlink(name)
        let content = try CatalogFiles(storage).load(manifest)
        #expect(Self.isEqual(content.catalog, catalog))
        #expect(content.damage.map(\.reason) == [.missingFile])
    }

    @Test("different frames bad in the two files cost nothing")
    func differentFrames() throws {
        let (storage, manifest, catalog) = try Self.filled()
        storage.flipBit(0, ofByte: 64 + 30, of: manifest.files[0].name)
        let last = manifest.files[1].byteCount - 16
        storage.flipBit(0, ofByte: last, of: manifest.files[1].name)
        let content = try CatalogFiles(storage).load(manifest)
        #expect(Self.isEqual(content.catalog, catalog))
        #expect(content.damage.map(\.file) == manifest.files.map(\.name))
        #expect(content.damage.allSatisfy { $0.reason == .badCatalog && !$0.losesSamples })
    }

    @Test("a frame bad in both files is lost and reported, the rest is used")
    func bothBad() throws {
        let (storage, manifest, catalog) = try Self.filled()
        let second = 64 + (manifest.files[0].byteCount - 64) / 3
        for row in manifest.files { storage.flipBit(3, ofByte: second + 26, of: row.name) }
        let content = try CatalogFiles(storage).load(manifest)
        #expect(content.damage.map(\.offset) == [second, second])
        #expect(content.damage.allSatisfy { $0.reason == .badCatalog && $0.losesSamples })
        #expect(content.catalog.seriesCount == catalog.seriesCount - 1)
        #expect(content.catalog.name(of: 3) == "device 3")
        // What was lost does not free its series id.
        #expect(content.catalog.nextSeriesID.rawValue == 4)
        let fresh = try CatalogFiles(storage).replace(content, in: manifest)
        #expect(fresh.dropped.isEmpty && storage.files[manifest.files[0].name] != nil)
        let again = try CatalogFiles(storage).load(fresh)
        #expect(again.damage.isEmpty && Self.isEqual(again.catalog, content.catalog))
    }

    @Test("both files gone or empty is all lost, but no error")
    func allLost() throws {
        let (storage, manifest, _) = try Self.filled()
        for row in manifest.files { storage.cut(row.name, to: 0) }
        let content = try CatalogFiles(storage).load(manifest)
        #expect(content.catalog.pointCount == 0)
        #expect(content.damage.contains { $0.losesSamples })
        for row in manifest.files { try storage.unlink(row.name) }
        #expect(try CatalogFiles(storage).load(manifest).damage.contains { $0.losesSamples })
    }

    @Test("files in each other's place are damage, not records")
    func swapped() throws {
        let (storage, manifest, _) = try Self.filled()
        let names = manifest.files.map(\.name)
        try storage.rename(names[0], to: "tmp/a")
        try storage.rename(names[1], to: names[0])
        try storage.rename("tmp/a", to: names[1])
        let content = try CatalogFiles(storage).load(manifest)
        #expect(content.catalog.pointCount == 0)
        #expect(content.damage.filter { $0.reason == .badHeader }.count == 2)
        #expect(content.damage.contains { $0.losesSamples })
    }

    @Test("bytes behind the committed size belong to nobody and are cut by the next append")
    func uncommitted() throws {
        let (storage, manifest, catalog) = try Self.filled()
        var change = CatalogChange()
        var other = catalog
        try other.setName("never published", of: 9, into: &change)
        _ = try CatalogFiles(storage).append(change, lsn: 4, to: manifest)
        #expect(Self.isEqual(try CatalogFiles(storage).load(manifest).catalog, catalog))
        let tombstone = RecordFrame(type: .tombstone, lsn: 5, payload: [1, 2, 3])
        let next = try CatalogFiles(storage).append([tombstone], to: manifest)
        let content = try CatalogFiles(storage).load(next)
        #expect(content.tombstones == [tombstone] && content.damage.isEmpty)
        #expect(Self.isEqual(content.catalog, catalog))
    }

    @Test("a record of a later version is unsupported, or carried along")
    func later() throws {
        let (storage, manifest, _) = try Self.filled()
        let files = CatalogFiles(storage)
        let kept = try files.append(
            [RecordFrame(type: .catalog, lsn: 5, payload: [200, 1, 7])], to: manifest)
        #expect(try files.load(kept).catalog.liveRecords.last == .other(kind: 200, body: [7]))
        let refused = try files.append(
            [RecordFrame(type: .catalog, lsn: 6, payload: [100, 0])], to: kept)
        do {
            _ = try files.load(refused)
            Issue.record("an unknown kind was taken")
        } catch { #expect(error.code == .unsupported && error.offset == kept.files[0].byteCount) }
    }

    @Test("an intact record that cannot be is reported, the rest is used")
    func contradiction() throws {
        let (storage, manifest, catalog) = try Self.filled()
        let wrong = CatalogRecord.series(SeriesID(rawValue: 1), CatalogTests.address(8, 8))
        let frames = CatalogRecord.payloads(of: [wrong]).map {
            RecordFrame(type: .catalog, lsn: 7, payload: $0)
        }
        let next = try CatalogFiles(storage).append(frames, to: manifest)
        let content = try CatalogFiles(storage).load(next)
        #expect(Self.isEqual(content.catalog, catalog))
        #expect(content.damage.map(\.reason) == [.badCatalog])
    }

    @Test("files are rewritten once they have passed 1 MiB and twice what is live")
    func rewrite() throws {
        let (storage, start, _) = try Self.filled()
        let files = CatalogFiles(storage)
        var catalog = try files.load(start).catalog
        var manifest = try files.append(
            [RecordFrame(type: .tombstone, lsn: 5, payload: [1])], to: start)
        #expect(try files.rewriteIfDue(catalog, otherFrames: [], in: manifest) == manifest)
        for round in 0..<18 {
            var change = CatalogChange()
            for device: UInt32 in 1...100 {
                let name = String(repeating: "long ", count: 120) + "\(round) \(device)"
                try catalog.setName(name, of: DeviceID(device), into: &change)
            }
            manifest = try files.append(change, lsn: 50, to: manifest)
        }
        let old = manifest.files.map(\.name)
        #expect(manifest.files[0].byteCount > CatalogFiles.rewriteByteCountMin)
        let tombstones = try files.load(manifest).tombstones
        let fresh = try files.rewriteIfDue(catalog, otherFrames: tombstones, in: manifest)
        #expect(fresh.dropped == old && fresh.files.count == 2)
        #expect(fresh.files[0].byteCount < 100_000)
        let content = try files.load(fresh)
        #expect(Self.isEqual(content.catalog, catalog) && content.tombstones == tombstones)
        #expect(content.damage.isEmpty && fresh.nextFileID == 5)
        #expect(try files.rewriteIfDue(catalog, otherFrames: [], in: fresh) == fresh)
        #expect(try storage.list("tmp").isEmpty)
    }

    @Test("loads 100,000 points")
    func many() throws {
        let storage = try ManifestStoreTests.storage()
        let files = CatalogFiles(storage)
        var catalog = Catalog()
        var change = CatalogChange()
        let clock = ContinuousClock()
        let made = try clock.measure {
            for device: UInt32 in 1...1000 {
                try catalog.setName("device \(device)", of: DeviceID(device), into: &change)
                for number: UInt32 in 1...100 {
                    let address = CatalogTests.address(device, number)
                    _ = try catalog.addSeries(for: address, into: &change)
                    try catalog.define(
                        address, as: CatalogTests.version("point \(number)"), into: &change)
                }
            }
        }
        var manifest = try files.create(for: Manifest(storeID: 5, nextLSN: 9))
        let written = try clock.measure {
            manifest = try files.append(change, lsn: 1, to: manifest)
        }
        var content = CatalogContent(catalog: Catalog())
        let loaded = try clock.measure { content = try files.load(manifest) }
        var named = 0
        let found = clock.measure {
            for device in 1...1000 {
                named += content.catalog.addresses(named: "device \(device)/point 50").count
            }
        }
        print(
            "catalog of 100,000 points: made \(made), written \(written), loaded \(loaded),",
            "1,000 look-ups by name \(found), \(manifest.files[0].byteCount) bytes a file")
        #expect(named == 1000)
        #expect(content.catalog.pointCount == 100_000 && content.catalog.seriesCount == 100_000)
    }
}
