import Glibc

// What tells this process from every other, on this machine and over its restarts.

extension LockHolder {
    /// This process.
    static func current() -> LockHolder {
        let number = getpid()
        return LockHolder(
            processID: number, processNamespace: namespaceOfThisProcess(), bootID: bootID(),
            startTime: ProcessStatus(of: number)?.startTime ?? 0,
            program: String(firstLine(of: "/proc/self/comm")), liveness: .alive)
    }

    /// The same holder with what can be seen of its process now.
    func observed() -> LockHolder {
        var holder = self
        holder.liveness = observedLiveness()
        return holder
    }

    private func observedLiveness() -> Liveness {
        let boot = Self.bootID()
        if boot.isEmpty || bootID.isEmpty { return .unknown }
        // No process outlives its machine's run.
        if boot != bootID { return .gone }
        // A number means another process, or none, in another container.
        if processNamespace != Self.namespaceOfThisProcess() { return .unknown }
        if let status = ProcessStatus(of: processID) {
            return status.startTime == startTime && !status.hasEnded ? .alive : .gone
        }
        // Nothing in the process table: gone, unless the table hides other users' processes.
        return kill(processID, 0) == 0 || errno == EPERM ? .unknown : .gone
    }

    private static func bootID() -> String {
        firstLine(of: "/proc/sys/kernel/random/boot_id")
    }

    private static func namespaceOfThisProcess() -> String {
        let text = unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { buffer in
            let count = unsafe buffer.withMemoryRebound(to: CChar.self) {
                unsafe readlink("/proc/self/ns/pid", $0.baseAddress!, $0.count)
            }
            // readlink writes no more than the capacity and returns how much.
            return count > 0 ? unsafe String(decoding: buffer[..<count], as: UTF8.self) : ""
        }
        return text
    }
}

/// What the system's process table says about one process.
struct ProcessStatus {
    /// Clock ticks from the start of the machine to that of the process.
    var startTime: UInt64

    /// Whether it has ended and only waits for its parent to notice. Its files are closed.
    var hasEnded: Bool

    /// Nil if there is no such process, or none that may be seen.
    init?(of processID: Int32) {
        let line = firstLine(of: "/proc/\(processID)/stat")
        // The program's name stands in brackets and may itself hold brackets and blanks; what
        // follows the last bracket does not. Field 3 is the state, field 22 the start.
        guard let bracket = line.lastIndex(of: ")") else { return nil }
        let fields = line[line.index(after: bracket)...].split(separator: " ")
        guard fields.count > 19, let start = UInt64(fields[19]) else { return nil }
        startTime = start
        hasEnded = fields[0] == "Z" || fields[0] == "X"
    }
}

/// The first line of a small file that the system makes up; empty if it cannot be read.
private func firstLine(of path: String) -> String {
    let number = retryingInterrupts { Int(unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)) }
    guard number >= 0 else { return "" }
    let descriptor = Descriptor(Int32(number))
    return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 1024) { buffer in
        let count = descriptor.call { unsafe Glibc.read($0, buffer.baseAddress!, buffer.count) }
        guard count > 0 else { return "" }
        // read wrote no more than the capacity and returned how much.
        let text = unsafe String(decoding: buffer[..<count], as: UTF8.self)
        return String(text.prefix { $0 != "\n" })
    }
}
