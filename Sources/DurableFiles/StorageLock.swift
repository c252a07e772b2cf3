/// A lock that is held.
public protocol StorageLock: AnyObject, Sendable {
    /// The path of the lock's file.
    var path: String { get }

    /// What the lock's file says about this holder.
    var holder: LockHolder { get }

    /// Lets go. Also happens at the end of the object's life; a second call does nothing.
    func release()
}

/// The process that a lock's file names.
public struct LockHolder: Hashable, Sendable {
    /// The process's number, in its own process namespace.
    public var processID: Int32

    /// The process namespace the number is of; empty if unknown. Containers have their own.
    public var processNamespace: String

    /// The running of the machine that the process was seen in.
    public var bootID: String

    /// When the process started, in clock ticks since the machine did; tells it from a later
    /// process of the same number.
    public var startTime: UInt64

    /// The process's program.
    public var program: String

    /// Whether the process lives, as far as can be seen from here.
    public var liveness: Liveness

    /// Whether the process certainly lives.
    public var isAlive: Bool { liveness == .alive }

    /// What is known about a holder's process.
    public enum Liveness: Hashable, Sendable {
        /// It runs.
        case alive
        /// It has ended, or the machine has been started anew since.
        case gone
        /// It cannot be seen from here: another container, or a hidden process table.
        case unknown
    }

    public init(
        processID: Int32, processNamespace: String, bootID: String, startTime: UInt64,
        program: String, liveness: Liveness
    ) {
        self.processID = processID
        self.processNamespace = processNamespace
        self.bootID = bootID
        self.startTime = startTime
        self.program = program
        self.liveness = liveness
    }
}

extension LockHolder: CustomStringConvertible {
    public var description: String {
        let state =
            switch liveness {
            case .alive: "running"
            case .gone: "ended"
            case .unknown: "not visible from here"
            }
        return "process \(processID) (\(program), \(state))"
    }
}
