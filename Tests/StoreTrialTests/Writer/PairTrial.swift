import ColumnCodec
import Dispatch
import DurableFiles
import Glibc
import SegmentStore
import Synchronization
import TestSupport
import TimeSeriesModel

/// What happens to one operation of the first call.
enum PairFault: CustomStringConvertible {
    case none
    case fail(Int32)
    case shortWrite(Int32)
    case crash

    var description: String {
        switch self {
        case .none: "no fault"
        case .fail(let number): "errno \(number)"
        case .shortWrite(let number): "half a write, errno \(number)"
        case .crash: "crash"
        }
    }

    /// Every way in which an operation can go wrong.
    static func all(for operation: SimulatedOperation) -> [PairFault] {
        var faults: [PairFault] = [.none, .fail(EIO)]
        switch operation.kind {
        case .open, .map, .list: faults.append(.fail(EMFILE))
        case .create: faults += [.fail(EMFILE), .fail(ENOSPC)]
        case .write: faults += [.fail(ENOSPC), .shortWrite(ENOSPC), .shortWrite(EIO)]
        case .rename, .preallocate, .sync, .syncFolder: faults.append(.fail(ENOSPC))
        default: break
        }
        if operation.kind.isChange { faults.append(.crash) }
        return faults
    }

    func simulated(_ operation: SimulatedOperation) -> SimulatedFault? {
        switch self {
        case .none: nil
        case .fail(let number): .fail(errno: number)
        case .shortWrite(let number):
            .shortWrite(byteCount: operation.byteCount / 2, errno: number)
        case .crash: .crash
        }
    }
}

/// Two calls on one store: the second starts at one operation of the first, which then goes wrong.
struct PairTrial {
    let first: PairedCall
    let second: PairedCall
    let fault: PairFault
    /// The operation of the first call, from 1.
    let number: Int

    /// A store with two years in segments of several roles, closed.
    static func prepared() throws -> SimulatedDisk {
        let storage = SimulatedStorage(seed: 5)
        let store = try Store.open(in: storage, options: options)
        _ = try StoreTrace.define(store)
        let columns = SampleColumns(
            (0..<80).map { (PairedCall.time($0), PairedCall.stored($0)) })
        try store.importColumns([0: columns, 1: columns, 2: columns])
        store.close()
        return storage.disk
    }

    static var options: StoreOptions {
        var options = StoreTrace.options
        options.diskReserveByteCount = 0
        options.headSampleCountMax = 48
        return options
    }

    /// The store as the calls find it, with something in heads, catalog and journal.
    static func opened(_ disk: SimulatedDisk) throws -> (Store, SimulatedStorage, TraceState) {
        let storage = SimulatedStorage(disk: disk)
        let store = try Store.open(in: storage, options: options)
        var batch = SampleBatch()
        // The next append passes the bound of the heads.
        for index in [5, 50] + (81..<92) {
            for id in 1...3 {
                batch.append(SeriesID(rawValue: UInt32(id)), time: PairedCall.time(index), value: 8)
            }
        }
        _ = try store.append(batch)
        try store.record([JournalEntry(.event, at: Timestamp(rawValue: newYear2025), "{}")])
        var state = TraceState()
        let columns = SampleColumns(
            (0..<80).map { (PairedCall.time($0), PairedCall.stored($0)) })
        state.apply(.importColumns([0: columns, 1: columns, 2: columns], .replace))
        state.apply(.append(batch, .durable, .replace))
        return (store, storage, state)
    }

    /// The operations of a call that has the store for itself.
    static func operations(of call: PairedCall, _ disk: SimulatedDisk) throws
        -> [SimulatedOperation]
    {
        let (store, storage, _) = try opened(disk)
        let found = Mutex<[SimulatedOperation]>([])
        storage.onOperation { operation, _ in
            found.withLock { $0.append(operation) }
            return nil
        }
        try call.carryOut(on: store, storage)
        storage.onOperation(nil)
        store.close()
        return found.withLock { $0 }
    }

    // MARK: - Running

    /// - Throws: what is wrong afterwards.
    func run(_ disk: SimulatedDisk) throws {
        let (store, storage, before) = try PairTrial.opened(disk)
        let (one, two) = (SecondThread(), SecondThread())
        let count = Atomic(0)
        let failedSync = Mutex<String?>(nil)
        let syncedAgain = Atomic(false)
        storage.onOperation { [self] operation, _ in
            let place = count.add(1, ordering: .sequentiallyConsistent).newValue
            if operation.kind == .sync, failedSync.withLock({ $0 }) == operation.path {
                syncedAgain.store(true, ordering: .relaxed)
            }
            guard place == number else { return nil }
            two.start { try second.carryOut(on: store, storage) }
            // Lets the second call come as far as it can.
            two.waitBriefly(milliseconds: 3)
            if operation.kind == .sync, case .fail(EIO) = fault {
                failedSync.withLock { $0 = operation.path }
            }
            return fault.simulated(operation)
        }
        one.start { try first.carryOut(on: store, storage) }
        guard let firstError = one.wait() else { throw TestFailure("\(first) does not end") }
        guard count.load(ordering: .sequentiallyConsistent) >= number else {
            store.close()
            return
        }
        guard let secondError = two.wait() else { throw TestFailure("\(second) does not end") }
        storage.onOperation(nil)
        if syncedAgain.load(ordering: .relaxed) {
            throw TestFailure("a file was synced again after its sync had failed")
        }
        let outcome = PairOutcome(
            before: before, calls: [first, second], errors: [firstError, secondError])
        try outcome.check(store, storage)
    }
}
