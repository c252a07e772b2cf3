import Glibc
import Synchronization

/// What simulated storages, files and locks share: one disk, and the processes that use it.
final class SimulatedMachine: Sendable {
    typealias Hook = @Sendable (SimulatedOperation, SimulatedDisk) -> SimulatedFault?

    private let state: Guarded<State>

    struct State {
        var disk: SimulatedDisk
        var isCrashed = false
        var hook: Hook?
        var operationCount = 0
        var changeCount = 0
        var trace: [SimulatedOperation] = []
        var processCount = 0
        var runningProcesses: Set<Int32> = []

        /// The process that holds the lock of a file, by the file's number.
        var locks: [Int: Int32] = [:]

        var bootID: String { "simulated-\(disk.bootNumber)" }
    }

    /// The trace is halved when it is longer than this.
    private static let traceCountMax = 4096

    init(disk: SimulatedDisk) { state = Guarded(State(disk: disk)) }

    /// Looks at or changes the machine from outside, uncounted.
    func withState<R: Sendable>(_ body: (inout State) -> R) -> R {
        state.withLock { body(&$0) }
    }

    func startProcess() -> Int32 {
        withState { state in
            state.processCount += 1
            let number = Int32(1000 + state.processCount)
            state.runningProcesses.insert(number)
            return number
        }
    }

    /// Runs one operation of a process: counts it, asks the hook, does it.
    ///
    /// The hook is asked without the lock held, so it may look at the storage; `body` gets what it
    /// answered as far as that is for the body to do.
    func perform<R: Sendable>(
        _ call: SimulatedCall,
        _ body: (inout State, SimulatedFault?) throws(ErrorNumber) -> R
    ) throws(StorageError) -> R {
        let (operation, disk, hook) = try state.withLock { state throws(StorageError) in
            try Self.begin(call, &state)
        }
        let fault = hook.flatMap { hook in disk.flatMap { hook(operation, $0) } }
        return try state.withLock { state throws(StorageError) in
            try Self.finish(call, fault, &state, body)
        }
    }

    private static func begin(
        _ call: SimulatedCall, _ state: inout State
    ) throws(StorageError) -> (SimulatedOperation, SimulatedDisk?, Hook?) {
        try refuseIfDead(call, state)
        state.operationCount += 1
        if call.kind.isChange { state.changeCount += 1 }
        let operation = SimulatedOperation(
            number: state.operationCount,
            changeNumber: call.kind.isChange ? state.changeCount : nil, kind: call.kind,
            root: call.root, path: call.path, newPath: call.newPath, offset: call.offset,
            byteCount: call.byteCount)
        if state.trace.count == traceCountMax { state.trace.removeFirst(traceCountMax / 2) }
        state.trace.append(operation)
        // Held only while the hook looks: a copy that is alive would make the next change copy too.
        return (operation, state.hook == nil ? nil : state.disk, state.hook)
    }

    private static func finish<R>(
        _ call: SimulatedCall, _ fault: SimulatedFault?, _ state: inout State,
        _ body: (inout State, SimulatedFault?) throws(ErrorNumber) -> R
    ) throws(StorageError) -> R {
        try refuseIfDead(call, state)
        do throws(ErrorNumber) {
            switch fault {
            case .crash:
                defer { state.isCrashed = true }
                // What was under way may survive. Whether it would have failed is of no interest:
                // the caller learns of the crash only.
                if !call.kind.isSync { _ = try? body(&state, nil) }
                throw ErrorNumber(0)
            case .fail(let number) where number != EINTR:
                failSync(call, &state)
                throw ErrorNumber(number)
            default:
                return try body(&state, fault)
            }
        } catch {
            if state.isCrashed { throw crashed(call) }
            throw StorageError(error.value, call.operation, path: call.path, root: call.root)
        }
    }

    private static func failSync(_ call: SimulatedCall, _ state: inout State) {
        if call.kind == .syncFolder { state.disk.failFolderSync(call.place) }
        if call.kind == .sync, let node = call.node {
            state.disk.nodes[node]?.failSync(&state.disk.random)
        }
    }

    private static func refuseIfDead(
        _ call: SimulatedCall, _ state: State
    ) throws(StorageError) {
        guard !state.isCrashed, state.runningProcesses.contains(call.process) else {
            throw crashed(call)
        }
    }

    private static func crashed(_ call: SimulatedCall) -> StorageError {
        StorageError(
            code: .crashed, call.operation, path: call.path, root: call.root, errno: 0,
            because: "the simulated machine or process has crashed")
    }
}

/// What a simulated process asks for.
struct SimulatedCall {
    var kind: SimulatedOperation.Kind
    var process: Int32
    var root: String
    var path: String
    var newPath: String?
    var offset = 0
    var byteCount = 0

    /// The number of the file, where it is an open one.
    var node: Int?

    var operation: String { kind.rawValue }

    /// The path below the machine's root.
    var place: String { SimulatedDisk.join(root, path) }

    var newPlace: String { SimulatedDisk.join(root, newPath ?? "") }
}
