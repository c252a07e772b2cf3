import ColumnCodec
import DurableFiles
import Glibc
import SegmentStore
import Synchronization
import TestSupport
import Testing
import TimeSeriesModel

@Suite("A shortage of space, descriptors or memory") struct ShortageTests {
    /// A process that had no descriptor for a second recorded nothing any more until it was started
    /// anew: a publish took every error but a full disk for lost data.
    @Test(
        "before a publish is in force is thrown, and the next try succeeds",
        arguments: [EMFILE, ENFILE, ENOMEM])
    func temporary(errno: Int32) throws {
        var count = 0
        for call in Call.allCases {
            var number = 1
            while true {
                let wasHit = try shorten(call, at: number, errno)
                guard wasHit else { break }
                count += 1
                number += 1
            }
            #expect(number > 1, "\(call)")
        }
        #expect(count > 40)
    }

    enum Call: String, CaseIterable { case flush, compact, remove, importColumns, append }

    private static let kinds: Set<SimulatedOperation.Kind> = [.open, .create, .map, .list]

    /// - Returns: whether the call made so many operations that need a descriptor.
    private func shorten(_ call: Call, at number: Int, _ errno: Int32) throws -> Bool {
        let storage = SimulatedStorage(seed: 81)
        let store = try Store.open(in: storage, options: StoreTrace.options)
        let series = try StoreTrace.define(store)
        for tick in 0..<3 {
            _ = try store.append(ticks(series, tick))
            try store.record([
                JournalEntry(.event, at: Timestamp(rawValue: newYear2025), "{}")
            ])
            if tick < 2 { try store.flush() }
        }
        let truth = try store.snapshot().everything()
        let seen = Atomic(0)
        storage.onOperation { operation, _ in
            guard Self.kinds.contains(operation.kind) else { return nil }
            let place = seen.add(1, ordering: .relaxed).newValue
            return place == number ? .fail(errno: errno) : nil
        }
        var due = truth
        var failed = false
        do { try carryOut(call, store, series, &due) } catch let error as StoreError {
            failed = true
            #expect(error.code == .io, "\(call), \(number): \(error)")
            #expect(error.underlying?.errno == errno, "\(call), \(number): \(error)")
        }
        storage.onOperation(nil)
        let place = "\(call), \(number)"
        if failed {
            #expect(try store.snapshot().everything() == truth, "\(place)")
            try carryOut(call, store, series, &due)
        }
        let snapshot = store.snapshot()
        #expect(try snapshot.everything() == due, "\(place)")
        #expect(snapshot.sampleCount == due.values.reduce(0) { $0 + $1.count }, "\(place)")
        #expect(try snapshot.journal(in: .all).count == 3, "\(place)")
        store.close()
        #expect(try Snapshot.open(in: storage).everything() == due, "\(place)")
        #expect(try Snapshot.open(in: storage).verify(deep: true).damages == [], "\(place)")
        return seen.load(ordering: .relaxed) >= number
    }

    private func carryOut(
        _ call: Call, _ store: Store, _ series: [SeriesID], _ due: inout Truth
    ) throws {
        switch call {
        case .flush: try store.flush()
        case .compact: try store.compact()
        case .remove:
            try store.remove(series[0], in: .all)
            due[0] = [:]
        case .importColumns:
            let columns = quarterHours(300, from: newYear2025 - 900_000 * 300)
            try store.importColumns([1: columns])
            due[1]?.merge(columns.byTime) { $1 }
        case .append:
            // Enough for a new log file and a flush.
            for tick in 3..<80 {
                _ = try store.append(ticks(series, tick))
                for index in 0..<3 {
                    due[index]?[newYear2025 + Int64(tick) * 1000] = TruthSample(
                        bits: Double(tick).bitPattern, quality: 0)
                }
            }
        }
    }

    private func ticks(_ series: [SeriesID], _ tick: Int) -> SampleBatch {
        var batch = SampleBatch()
        for id in series {
            batch.append(id, time: newYear2025 + Int64(tick) * 1000, value: Double(tick))
        }
        return batch
    }

    /// The flush that an append starts could fail after the batch was acknowledged, and the append
    /// threw: the caller believed that nothing had been stored.
    @Test(
        "or any other failure of the flush after it leaves an append its receipt",
        arguments: [EROFS, EACCES, EIO, ENOSPC, EMFILE])
    func receipt(errno: Int32) throws {
        let storage = SimulatedStorage(seed: 82)
        let store = try Store.open(in: storage, options: StoreTrace.options)
        let series = try StoreTrace.define(store)
        storage.onOperation { operation, _ in
            let isSegment = operation.kind == .create && operation.path.hasSuffix(".seg")
            return isSegment ? .fail(errno: errno) : nil
        }
        #expect(store.maintenanceFailure == nil)
        for tick in 0..<50 {
            let receipt = try store.append(ticks(series, tick))
            #expect(receipt.stored == 3)
        }
        let failure = try #require(store.maintenanceFailure)
        #expect(failure.underlying?.errno == errno)
        storage.onOperation(nil)
        // The next flush is due when as much has come again.
        for tick in 50..<90 { _ = try store.append(ticks(series, tick)) }
        #expect(store.maintenanceFailure == nil)
        #expect(store.snapshot().sampleCount == 270)
        store.close()
        #expect(try Snapshot.open(in: storage).verify(deep: true).damages == [])
    }

    /// The recovery at open had to write what the log held to segments, so a store whose process had
    /// been killed could not even be read while the disk was full.
    @Test("after an unclean stop does not keep a store from opening, and ends by itself")
    func opening() throws {
        let origin = SimulatedStorage(seed: 83)
        var options = StoreTrace.options
        options.diskReserveByteCount = 0
        let first = try Store.open(in: origin, options: options)
        let series = try StoreTrace.define(first)
        for tick in 0..<4 {
            _ = try first.append(ticks(series, tick))
            if tick == 1 { try first.flush() }
        }
        try first.record([JournalEntry(.event, at: Timestamp(rawValue: newYear2025), "{}")])
        try first.updateCatalog { (catalog, change) throws(StoreError) in
            try catalog.setDocument(
                [1, 2], for: "log/1", validFrom: Timestamp(rawValue: 0), into: &change)
        }
        let truth = try first.snapshot().everything()
        let disk = origin.disk.afterCrash(.everything)
        let used = disk.capacity - disk.availableByteCount
        var opened = 0
        for room in stride(from: 0, through: 120_000, by: 4096) {
            let storage = SimulatedStorage(disk: disk)
            storage.setCapacity(used + room)
            let store = try Store.open(in: storage, options: options)
            let snapshot = store.snapshot()
            #expect(try snapshot.everything() == truth, "room \(room)")
            #expect(snapshot.sampleCount == 12, "room \(room)")
            #expect(try snapshot.journal(in: .all).count == 1, "room \(room)")
            #expect(snapshot.catalog.document("log/1") == [1, 2], "room \(room)")
            do {
                _ = try store.append(ticks(series, 4))
                opened += 1
            } catch {
                #expect(error.code == .diskFull, "room \(room): \(error)")
                try expectRefusals(store, series, "room \(room)")
                let reader = try Snapshot.open(in: storage.view(inNewProcess: true))
                #expect(try reader.everything() == truth, "room \(room)")
                for survival in [CrashSurvival.nothing, .everything] {
                    let after = SimulatedStorage(disk: storage.disk.afterCrash(survival))
                    #expect(try Snapshot.open(in: after).everything() == truth)
                }
                storage.setCapacity(used + 10_000_000)
                _ = try store.append(ticks(series, 4))
            }
            #expect(store.snapshot().sampleCount == 15, "room \(room)")
            let crashed = storage.crash(.nothing)
            let again = try Store.open(in: crashed, options: options)
            #expect(again.snapshot().sampleCount == 15, "room \(room)")
            #expect(try again.snapshot().everything().values.allSatisfy { $0.count == 5 })
            again.close()
            #expect(try Snapshot.open(in: crashed).verify(deep: true).damages == [])
        }
        #expect(opened > 0)
    }

    /// What is refused until the recovery is in segments: a record after torn ones would look like
    /// one after a hole.
    private func expectRefusals(_ store: Store, _ series: [SeriesID], _ what: String) throws {
        let entry = JournalEntry(.event, at: Timestamp(rawValue: newYear2025), "{}")
        for attempt in [
            { try store.record([entry]) }, { _ = try StoreTrace.define(store) },
            { try store.flush() },
        ] as [() throws -> Void] {
            let error = #expect(throws: StoreError.self, "\(what)") { try attempt() }
            #expect(error?.code == .diskFull, "\(what)")
        }
    }

    @Test("half way through a publish, with the disk full at the next open, keeps both states")
    func halfPublished() throws {
        let storage = SimulatedStorage(seed: 84)
        let store = try Store.open(in: storage)
        let series = try StoreTrace.define(store)
        _ = try store.append(ticks(series, 0))
        let disks = Mutex<[SimulatedDisk]>([])
        storage.onOperation { operation, disk in
            disks.withLock { $0.append(disk) }
            return nil
        }
        try store.flush()
        let all = disks.withLock { $0 }
        var options = StoreOptions()
        options.diskReserveByteCount = 0
        for (number, disk) in all.enumerated() {
            let full = SimulatedStorage(disk: disk.afterCrash(.everything))
            full.setCapacity(0)
            let opened = try Store.open(in: full, options: options)
            #expect(opened.snapshot().sampleCount == 3, "\(number)")
            #expect(try opened.snapshot().everything()[2]?.count == 1, "\(number)")
            full.setCapacity(10_000_000)
            #expect(try opened.append(ticks(series, 1)).stored == 3, "\(number)")
            opened.close()
            let again = try Store.open(in: full)
            #expect(again.snapshot().sampleCount == 6, "\(number)")
            again.close()
            #expect(try Snapshot.open(in: full).verify(deep: true).damages == [], "\(number)")
        }
        store.close()
    }
}
