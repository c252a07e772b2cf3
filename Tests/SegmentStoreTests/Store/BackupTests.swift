import ColumnCodec
import DurableFiles
import Foundation
import SegmentStore
import TestSupport
import Testing
import TimeSeriesModel

/// Backups lost what only the log had: every catalog document (trend logs, profiles, settings) and
/// the names of devices without points. The copy still passed its verification.
@Suite("Backups of a whole store") struct BackupTests {
    enum Way: CaseIterable, Sendable {
        case store, snapshot, otherProcess, links, restored, restoredUntil, restoredLiveFolder
    }

    /// All that a copy has to hold.
    private struct Content: Equatable {
        var samples: Truth
        var documents: [String: [[UInt8]]]
        var deviceNames: [UInt32: String]
        var points: [PointAddress: [PointVersion]]
        var journal: [JournalEntry]

        init(_ snapshot: Snapshot) throws {
            let catalog = snapshot.catalog
            samples = try snapshot.everything()
            documents = [:]
            for key in ["log/1", "log/2", "profile/1", "settings"] {
                documents[key] = catalog.documentVersions(key).map(\.content)
            }
            deviceNames = [:]
            for id in catalog.deviceIDs { deviceNames[id.rawValue] = catalog.name(of: id) }
            points = [:]
            for id in catalog.deviceIDs {
                for point in catalog.points(of: id) { points[point.address] = point.versions }
            }
            journal = try snapshot.journal(in: .all)
        }
    }

    private static let moment = Timestamp(rawValue: newYear2025)

    private func set(_ key: String, _ content: [UInt8], in store: Store) throws {
        try store.updateCatalog { (catalog, change) throws(StoreError) in
            try catalog.setDocument(content, for: key, validFrom: Self.moment, into: &change)
        }
    }

    /// Something of every kind: `round` 0 is flushed, the later ones are in the log alone.
    private func fill(_ store: Store, round: Int) throws {
        let number = UInt8(round + 1)
        try set("log/1", [1, number], in: store)
        try set("log/2", round == 2 ? [] : [2, number], in: store)
        try set("profile/1", [3, number], in: store)
        try set("settings", [4, number], in: store)
        let series = try store.define([
            PointDefinition(
                address: point(round), deviceName: "plant \(round)",
                version: PointVersion(
                    name: "supply \(round)", unit: "degC", dataType: .analog,
                    validFrom: Self.moment))
        ])
        try store.updateCatalog { (catalog, change) throws(StoreError) in
            try catalog.setName(
                "gateway \(round)", of: DeviceID(UInt32(100 + round)), into: &change)
        }
        try store.record([
            JournalEntry(.event, at: Self.moment, "{\"round\":\(round)}"),
            JournalEntry(
                .gap, at: Timestamp(rawValue: newYear2025 - 1000), "{\"gap\":\(round)}"),
        ])
        var batch = SampleBatch()
        for slot in 0..<20 {
            batch.append(
                series[0], time: newYear2025 + Int64(slot) * 60_000, value: Double(round))
        }
        _ = try store.append(batch)
    }

    private func copy(
        _ store: Store, _ storage: SimulatedStorage, by way: Way
    ) throws -> SimulatedStorage {
        let target = storage.view(root: "copy")
        switch way {
        case .store: try store.backup(to: target)
        case .snapshot: try store.snapshot().backup(to: target)
        case .otherProcess, .restored, .restoredUntil, .restoredLiveFolder:
            try Snapshot.open(in: storage.view(inNewProcess: true)).backup(to: target)
        case .links: try store.snapshot().backup(to: target, linksSegments: true)
        }
        return target
    }

    @Test(
        "have every document, name, sample and journal entry that only the log has",
        arguments: Way.allCases, [true, false])
    func complete(way: Way, hasSegments: Bool) throws {
        let storage = SimulatedStorage(seed: 1)
        let store = try Store.open(in: storage)
        if hasSegments {
            try fill(store, round: 0)
            try store.flush()
        }
        try fill(store, round: 1)
        try fill(store, round: 2)
        let due = try Content(store.snapshot())
        var target = try copy(store, storage, by: way)
        if way == .restored || way == .restoredUntil {
            let end = way == .restored ? nil : Timestamp(rawValue: newYear2025 + 100 * 60_000)
            let back = storage.view(root: "back")
            try Store.restore(from: target, to: back, until: end)
            target = back
        } else if way == .restoredLiveFolder {
            // A folder that was copied as it was, with its log.
            let back = storage.view(root: "back")
            try Store.restore(from: storage.view(inNewProcess: true), to: back)
            target = back
        }
        #expect(try Store.verifyBackup(in: target).damages == [])
        let found = try Content(Snapshot.open(in: target))
        #expect(found == due)
        #expect(found.documents["log/1"] == [[1, 3]])
        // The copy is a store to go on with.
        let next = try Store.open(in: target)
        try fill(next, round: 3)
        next.close()
        let later = try Snapshot.open(in: target)
        #expect(later.catalog.name(of: DeviceID(103)) == "gateway 3")
        #expect(later.sampleCount == due.samples.values.reduce(0) { $0 + $1.count } + 20)
        #expect(try later.verify(deep: true).damages == [])
        #expect(try Content(store.snapshot()) == due)
        store.close()
    }

    /// Catalog files were opened by name while they were copied. A backup failed if a writer had
    /// replaced them since the snapshot was taken.
    @Test("hold the snapshot's state after the writer has replaced the catalog files")
    func replacedCatalog() throws {
        let storage = SimulatedStorage(seed: 2)
        let store = try Store.open(in: storage)
        try fill(store, round: 0)
        try store.flush()
        try fill(store, round: 1)
        let snapshot = store.snapshot()
        let due = try Content(snapshot)
        let before = try storage.list(StoreLayout.recordFolder)
        for round in 0..<20 {
            try set("profile/1", [UInt8](repeating: UInt8(round), count: 60_000), in: store)
            try store.flush()
        }
        let after = try storage.list(StoreLayout.recordFolder)
        #expect(
            !before.filter { $0.hasPrefix("catalog") }.contains(where: after.contains),
            "the catalog files were to be replaced")
        let target = storage.view(root: "copy")
        try snapshot.backup(to: target)
        #expect(try Store.verifyBackup(in: target).isWhole)
        #expect(try Content(Snapshot.open(in: target)) == due)
        store.close()
    }

    @Test("are whole if one of the two catalog files is damaged")
    func damagedCatalogCopy() throws {
        let storage = SimulatedStorage(seed: 3)
        let store = try Store.open(in: storage)
        try fill(store, round: 0)
        store.close()
        let name = try #require(
            storage.list(StoreLayout.recordFolder).first { $0.hasPrefix("catalog") })
        #expect(storage.flipBit(2, ofByte: 64 + 30, of: StoreLayout.recordFolder + "/" + name))
        let snapshot = try Snapshot.open(in: storage)
        #expect(!snapshot.problems.isEmpty)
        let target = storage.view(root: "copy")
        try snapshot.backup(to: target)
        #expect(try Store.verifyBackup(in: target).damages == [])
        #expect(try Content(Snapshot.open(in: target)) == Content(snapshot))
    }

    @Test("show a flipped bit of each record file when they are verified")
    func damagedRecordFile() throws {
        let storage = SimulatedStorage(seed: 4)
        let store = try Store.open(in: storage)
        try fill(store, round: 0)
        let target = storage.view(root: "copy")
        try store.backup(to: target)
        store.close()
        for name in try target.list(StoreLayout.recordFolder) {
            let path = StoreLayout.recordFolder + "/" + name
            // Bytes 40...55 of a header are covered by its checksum alone.
            #expect(target.flipBit(1, ofByte: 70, of: path))
            let report = try Store.verifyBackup(in: target)
            #expect(report.damages.contains { $0.file == path }, "\(name)")
            #expect(target.flipBit(1, ofByte: 70, of: path))
        }
        #expect(try Store.verifyBackup(in: target).isWhole)
    }

    @Test("are refused if a journal file is missing, before anything is written")
    func missingJournal() throws {
        let storage = SimulatedStorage(seed: 10)
        let store = try Store.open(in: storage)
        try fill(store, round: 0)
        try store.flush()
        let name = try #require(
            storage.list(StoreLayout.recordFolder).first { $0.hasPrefix("journal") })
        try storage.unlink(StoreLayout.recordFolder + "/" + name)
        let target = storage.view(root: "copy")
        let error = #expect(throws: StoreError.self) {
            try store.snapshot().backup(to: target)
        }
        #expect(error?.code == .damaged && error?.file?.hasSuffix(name) == true)
        #expect(target.files.isEmpty)
        store.close()
    }

    @Test("leave out the journals that retention has removed since the snapshot")
    func droppedJournal() throws {
        let storage = SimulatedStorage(seed: 11)
        let store = try Store.open(in: storage)
        try fill(store, round: 0)
        try store.flush()
        let snapshot = store.snapshot()
        let before = try storage.list(StoreLayout.recordFolder)
        try store.removeSamples(before: Self.moment)
        let after = try storage.list(StoreLayout.recordFolder)
        try #require(before.contains { $0.hasPrefix("journal-2024") && !after.contains($0) })
        let target = storage.view(root: "copy")
        try snapshot.backup(to: target)
        #expect(try Store.verifyBackup(in: target).damages == [])
        let copy = try Snapshot.open(in: target)
        #expect(try copy.journal(in: .all).map(\.text) == ["{\"round\":0}"])
        #expect(copy.sampleCount == snapshot.sampleCount)
        store.close()
    }

    /// The copy was opened with the reserve of a building's disk, 128 MiB, so that a small medium
    /// took no copy of a store with a log, whatever room it had.
    @Test("fit a small medium if it has room")
    func smallMedium() throws {
        let storage = SimulatedStorage(seed: 5)
        let store = try Store.open(in: storage)
        try fill(store, round: 0)
        let medium = SimulatedStorage(seed: 6, capacity: 2 << 20)
        try store.snapshot().backup(to: medium)
        #expect(try Content(Snapshot.open(in: medium)) == Content(store.snapshot()))
        // Segments were copied to it, so this copies them once more, beside the backup.
        let back = medium.view(root: "back")
        try Store.restore(from: medium, to: back)
        #expect(try Content(Snapshot.open(in: back)) == Content(store.snapshot()))
        store.close()
    }

    /// The copies of a large store that is written beside them must not stop the store.
    @Test("leave the store its reserve on the same disk, and are not begun without room")
    func room() throws {
        var options = StoreOptions()
        options.diskReserveByteCount = 1 << 20
        options.logFileByteCount = 6000
        let storage = SimulatedStorage(seed: 7)
        let store = try Store.open(in: storage, options: options)
        try store.importColumns([0: quarterHours(40_000)])
        let used = storage.disk.capacity - storage.disk.availableByteCount
        let segments = try storage.list(StoreLayout.segmentFolder)
        let byteCount = segments.reduce(0) {
            $0 + (storage.files[StoreLayout.segmentFolder + "/" + $1]?.count ?? 0)
        }
        try #require(byteCount > 20_000)
        storage.setCapacity(used + (1 << 20) + byteCount)
        let target = storage.view(root: "copy")
        let error = #expect(throws: StoreError.self) { try store.backup(to: target) }
        #expect(error?.code == .diskReserve, "\(String(describing: error))")
        let rest = storage.disk.availableByteCount
        #expect(rest > (1 << 20) + byteCount / 2, "nothing of the size of the store was written")
        var batch = SampleBatch()
        batch.append(store.snapshot().testSeries(0), time: newYear2025 - 1, value: 1)
        #expect(try store.append(batch).stored == 1)
        // Another disk may be filled, as far as it has room.
        let small = SimulatedStorage(seed: 8, capacity: byteCount / 2)
        let full = #expect(throws: StoreError.self) { try store.backup(to: small) }
        #expect(full?.code == .diskFull, "\(String(describing: full))")
        let large = SimulatedStorage(seed: 8, capacity: byteCount + 200_000)
        try store.backup(to: large)
        #expect(try Store.verifyBackup(in: large).isWhole)
        // Links take no room.
        try store.backup(to: storage.view(root: "links"), linksSegments: true)
        store.close()
    }

    @Test("clone segments if the file system can, and share no later change")
    func clones() throws {
        let storage = SimulatedStorage(seed: 9)
        storage.setCanClone(true)
        let store = try Store.open(in: storage)
        try store.importColumns([0: quarterHours(5000)])
        let truth = try store.snapshot().everything()
        let target = storage.view(root: "copy")
        let first = storage.operationCount
        try store.backup(to: target)
        let copying = storage.trace.filter {
            $0.number > first && $0.root == "copy" && $0.path.hasPrefix("seg/")
        }
        #expect(copying.contains { $0.kind == .clone })
        #expect(!copying.contains { $0.kind == .write })
        let segment = store.snapshot().segments[0].file
        store.close()
        #expect(storage.flipBit(3, ofByte: 200, of: segment))
        #expect(try Store.verifyBackup(in: target).isWhole)
        #expect(try Snapshot.open(in: target).everything() == truth)
    }

    /// Backups made by the library were hard links: a program that overwrote a file of the backup
    /// in place overwrote the store.
    @Test("share no file with the store unless links are asked for, which take no writes")
    func inodes() throws {
        try withTemporaryFolder { folder in
            let store = try Store.open(at: folder + "/s")
            try store.importColumns([0: quarterHours(500)])
            let file = store.snapshot().segments[0].file
            func facts(_ root: String) throws -> String {
                try output(of: "stat -c '%h %a' '\(folder)/\(root)/\(file)'")
                    .trimmingCharacters(in: .whitespacesAndNewlines)
            }
            let mode = try #require(try facts("s").split(separator: " ").last)
            try store.backup(to: folder + "/b")
            try Snapshot.open(at: folder + "/s").backup(to: folder + "/o")
            try Store.restore(from: folder + "/b", to: folder + "/r")
            for root in ["s", "b", "o", "r"] { #expect(try facts(root) == "1 \(mode)", "\(root)") }
            try store.backup(to: folder + "/l", linksSegments: true)
            #expect(try facts("s") == "2 444")
            #expect(try facts("b") == "1 \(mode)")
            // Linked files are read, merged and removed as others are.
            try store.importColumns([0: quarterHours(500, from: newYear2025 + 60_000)])
            try store.compact()
            store.close()
            #expect(try Store.verifyBackup(at: folder + "/l").isWhole)
        }
    }
}
