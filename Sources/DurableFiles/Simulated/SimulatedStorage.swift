/// Storage in the memory of a simulated machine, which can crash, fill up and lie.
///
/// Everything that happens follows from the calls, the seed and the faults: the same run gives the
/// same disk. Several storages may share one machine, as programs with roots of their own.
public final class SimulatedStorage: Storage {
    /// The root folder's path on the machine.
    public let root: String

    /// Whether everything that would write is refused.
    public let isReadOnly: Bool

    let machine: SimulatedMachine
    let process: Int32

    /// A new machine with an empty root folder.
    ///
    /// `seed` decides what failing syncs leave. With `rootIsDurable: false` the root folder has
    /// just been made and may vanish in a crash before ``syncParentOfRoot()``.
    public convenience init(
        seed: UInt64 = 0, capacity: Int = 1 << 40, root: String = "store",
        rootIsDurable: Bool = true
    ) {
        var disk = SimulatedDisk(seed: seed, capacity: capacity)
        disk.addRoot(root, isDurable: rootIsDurable)
        self.init(disk: disk, root: root)
    }

    /// Starts a machine with a disk, for example one that a crash left.
    ///
    /// The root folder is made, durably, if the disk lacks it: what was in it is gone all the same.
    public convenience init(disk: SimulatedDisk, root: String = "store") {
        var disk = disk
        disk.addRoot(root, isDurable: true)
        let machine = SimulatedMachine(disk: disk.withNothingOpen())
        self.init(machine, machine.startProcess(), root: root, isReadOnly: false)
    }

    private init(
        _ machine: SimulatedMachine, _ process: Int32, root: String, isReadOnly: Bool
    ) {
        self.machine = machine
        self.process = process
        self.root = root
        self.isReadOnly = isReadOnly
    }

    /// Another storage of the same machine: of another program, or with a root of its own.
    public func view(
        root: String? = nil, readOnly: Bool = false, inNewProcess: Bool = false
    ) -> SimulatedStorage {
        if let root { machine.withState { $0.disk.addRoot(root, isDurable: true) } }
        return SimulatedStorage(
            machine, inNewProcess ? machine.startProcess() : process, root: root ?? self.root,
            isReadOnly: readOnly)
    }
}

extension SimulatedStorage {
    /// The disk at this moment, as a value: unsynced changes are still undecided in it.
    public var disk: SimulatedDisk { machine.withState { $0.disk } }

    /// Stops the machine and starts another with what the crash left.
    ///
    /// Every call to the stopped machine throws ``StorageError/Code/crashed``; its disk stays as it
    /// was, so that several crashes of the same moment can be tried.
    public func crash(_ survival: CrashSurvival) -> SimulatedStorage {
        let disk = machine.withState { state in
            state.isCrashed = true
            return state.disk
        }
        return SimulatedStorage(disk: disk.afterCrash(survival), root: root)
    }

    /// Stops the machine and starts another with something that a crash may leave.
    public func crash(seed: UInt64) -> SimulatedStorage { crash(.random(seed)) }

    /// Ends this storage's process only, as `kill -9` does, and starts another.
    ///
    /// Its files and locks are given back, nothing that it wrote is lost, and nothing becomes
    /// durable by it.
    public func kill() -> SimulatedStorage {
        machine.withState { state in
            state.runningProcesses.remove(process)
            state.locks = state.locks.filter { $0.value != process }
        }
        return SimulatedStorage(
            machine, machine.startProcess(), root: root, isReadOnly: isReadOnly)
    }

    /// Whether the machine or this process has stopped.
    public var hasCrashed: Bool {
        machine.withState { $0.isCrashed || !$0.runningProcesses.contains(process) }
    }
}

extension SimulatedDisk {
    /// Makes a root folder and the folders it lies in, where they are not there already.
    mutating func addRoot(_ root: String, isDurable: Bool) {
        precondition(!root.isEmpty, "a simulated root has a name, which a crash may take")
        var path = ""
        for part in root.split(separator: "/") {
            let parent = path
            path = Self.join(parent, String(part))
            if folders[path] == nil {
                folders[path] = [:]
                folders[parent]?[String(part)] = SimulatedName(settled: .folder)
            }
        }
        if !isDurable { loseDurability(ofFolder: path) }
    }

    private mutating func loseDurability(ofFolder path: String) {
        let (folder, name) = Self.split(path)
        var fresh = SimulatedName()
        fresh.become(.folder, sequence: takeSequence())
        folders[folder]?[name] = fresh
    }

    /// The same disk in a machine where no program runs yet.
    func withNothingOpen() -> SimulatedDisk {
        var disk = self
        for number in disk.nodes.keys where disk.nodes[number]?.openCount != 0 {
            disk.nodes[number]?.openCount = 0
        }
        return disk
    }
}
