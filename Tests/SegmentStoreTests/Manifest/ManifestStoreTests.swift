import DurableFiles
import Testing

@testable import SegmentStore

@Suite("ManifestStore") struct ManifestStoreTests {
    static func storage() throws -> SimulatedStorage {
        let storage = SimulatedStorage()
        for folder in StoreLayout.folders { try storage.createFolder(folder) }
        try storage.syncFolder(StoreLayout.root)
        return storage
    }

    /// A store in which the given copies stand, as bytes.
    static func storage(_ copies: [String: [UInt8]]) throws -> SimulatedStorage {
        let storage = try storage()
        for (name, bytes) in copies {
            let file = try storage.open(name, .create)
            try file.write(bytes, at: 0)
            file.close()
        }
        return storage
    }

    static func code(_ storage: SimulatedStorage) -> StoreError.Code? {
        do throws(StoreError) {
            _ = try ManifestStore.read(from: storage)
            return nil
        } catch { return error.code }
    }

    @Test("a published manifest is read from either copy, without damage")
    func published() throws {
        let storage = try Self.storage()
        try ManifestStore.publish(.sample(), to: storage)
        let reading = try ManifestStore.read(from: storage)
        #expect(reading.manifest == .sample())
        #expect(reading.damage.isEmpty)
        #expect(try storage.list("tmp").isEmpty)
        #expect(storage.openFileCount == 0)
    }

    @Test("a publish writes and syncs both copies, then renames both, then syncs the folder")
    func order() throws {
        let storage = try Self.storage()
        let before = storage.changeCount
        try ManifestStore.publish(.sample(), to: storage)
        let kinds = storage.trace.filter { ($0.changeNumber ?? 0) > before }.map(\.kind)
        let copy: [SimulatedOperation.Kind] = [.create, .write, .sync]
        #expect(kinds == copy + copy + [.rename, .rename, .syncFolder])
    }

    @Test("one missing, cut or flipped copy costs nothing and is reported", arguments: [0, 1])
    func oneBad(index: Int) throws {
        let good = Manifest.sample().encode()
        let bad = StoreLayout.manifests[index]
        let other = StoreLayout.manifests[1 - index]
        var changed: [[UInt8]?] = [nil]
        for length in stride(from: 0, to: good.count, by: 97) {
            changed.append(Array(good.prefix(length)))
        }
        for place in stride(from: 0, to: good.count, by: 53) {
            var flipped = good
            flipped[place] ^= 4
            changed.append(flipped)
        }
        changed.append([UInt8](repeating: 0, count: 4096))
        for bytes in changed {
            let storage = try Self.storage(
                [other: good].merging(bytes.map { [bad: $0] } ?? [:]) { $1 })
            let reading = try ManifestStore.read(from: storage)
            #expect(reading.manifest == .sample() && reading.source == other)
            #expect(reading.damage.map(\.file) == [bad])
            #expect(reading.damage.first?.reason == (bytes == nil ? .missingFile : .badManifest))
            #expect(reading.damage.first?.losesSamples == false)
        }
    }

    @Test("the higher generation counts, whichever copy has it", arguments: [0, 1])
    func generations(index: Int) throws {
        let newer = StoreLayout.manifests[index]
        let older = StoreLayout.manifests[1 - index]
        let storage = try Self.storage([
            newer: Manifest.sample(generation: 13).encode(),
            older: Manifest.sample(generation: 12).encode(),
        ])
        let reading = try ManifestStore.read(from: storage)
        #expect(reading.manifest.generation == 13 && reading.source == newer)
        #expect(reading.damage.isEmpty && reading.isHalfPublished)
    }

    @Test("copies of one generation with another content are reported")
    func sameGeneration() throws {
        var other = Manifest.sample()
        other.floor = nil
        let storage = try Self.storage([
            "MANIFEST": Manifest.sample().encode(), "MANIFEST.2": other.encode(),
        ])
        let reading = try ManifestStore.read(from: storage)
        #expect(reading.source == "MANIFEST" && reading.damage.count == 1)
    }

    @Test("nothing of ours is no store; data without a manifest is damage")
    func nothing() throws {
        #expect(Self.code(SimulatedStorage()) == .noStore)
        let storage = try Self.storage()
        #expect(Self.code(storage) == .noStore)
        try storage.open("seg/2025-00000001.seg", .create).close()
        #expect(Self.code(storage) == .damaged)
    }

    @Test("without a valid copy the reason is told: damaged, foreign, unsupported")
    func noneValid() throws {
        let good = Manifest.sample().encode()
        let cut = Array(good.dropLast())
        #expect(Self.code(try Self.storage(["MANIFEST": cut, "MANIFEST.2": cut])) == .damaged)
        #expect(Self.code(try Self.storage(["MANIFEST.2": cut])) == .damaged)
        #expect(Self.code(try Self.storage(["MANIFEST": [UInt8]("hello".utf8)])) == .foreign)
        let later = ManifestTests.resealed("\"format\": 1", by: "\"format\": 2")
        #expect(Self.code(try Self.storage(["MANIFEST": later])) == .unsupported)
        // The older copy would be the store's past, so it is not taken instead.
        let both = try Self.storage(["MANIFEST": later, "MANIFEST.2": good])
        #expect(Self.code(both) == .unsupported)
        var stranger = Manifest.sample()
        stranger.storeID = 1
        let mixed = try Self.storage(["MANIFEST": good, "MANIFEST.2": stranger.encode()])
        #expect(Self.code(mixed) == .foreign)
    }

    @Test("a copy that the system does not read is an error, not damage")
    func unreadable() throws {
        let storage = try Self.storage()
        try ManifestStore.publish(.sample(), to: storage)
        storage.inject(.fail(errno: 5), atEvery: [.read])
        #expect(Self.code(storage) == .io)
    }

    @Test("a crash at any step of a publish leaves the old manifest or the new one")
    func crashes() throws {
        let steps = try { () throws -> Int in
            let storage = try Self.storage()
            try ManifestStore.publish(.sample(generation: 1), to: storage)
            let before = storage.changeCount
            try ManifestStore.publish(.sample(generation: 2), to: storage)
            return storage.changeCount - before
        }()
        for step in 1...steps {
            for seed in 0..<8 as Range<UInt64> {
                let storage = try Self.storage()
                try ManifestStore.publish(.sample(generation: 1), to: storage)
                storage.inject(.crash, atChange: storage.changeCount + step)
                #expect(throws: StoreError.self) {
                    try ManifestStore.publish(.sample(generation: 2), to: storage)
                }
                let after = storage.crash(seed: seed)
                let reading = try ManifestStore.read(from: after)
                #expect(reading.manifest == .sample(generation: reading.manifest.generation))
                #expect((1...2).contains(reading.manifest.generation), "step \(step), seed \(seed)")
                try ManifestStore.publish(.sample(generation: 3), to: after)
                #expect(try ManifestStore.read(from: after).damage.isEmpty)
            }
        }
    }
}
