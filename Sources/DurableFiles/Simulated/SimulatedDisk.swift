import Glibc

/// All that a simulated machine's disk holds, as a value: names, files, what of both is durable.
///
/// Copies share their pages, so one can be kept for every step of a run.
public struct SimulatedDisk: Sendable {
    /// The names in each folder, by the folder's path; the machine's root is "".
    var folders: [String: [String: SimulatedName]] = ["": [:]]

    /// The files, by number. One lives as long as a name may come back to it or it is open.
    var nodes: [Int: SimulatedNode] = [:]

    /// The bytes that fit.
    public var capacity: Int

    /// Whether files can share blocks, as on Btrfs and XFS.
    public internal(set) var canClone = false

    /// Counts the times the machine was started.
    var bootNumber = 1

    /// Decides what a failing sync leaves.
    var random: SimulatedRandom

    private var nextNode = 1
    private var nextSequence = 1

    init(seed: UInt64, capacity: Int) {
        random = SimulatedRandom(seed: seed)
        self.capacity = capacity
    }
}

/// The number of a system error, as the simulated disk throws it.
struct ErrorNumber: Error {
    var value: Int32
    init(_ value: Int32) { self.value = value }
}

/// What a name stands for.
enum SimulatedEntry: Hashable, Sendable {
    case file(Int)
    case folder
}

/// One name in a folder: what programs see, and what a crash may leave of it.
struct SimulatedName: Sendable {
    /// What programs see; nil if it is free.
    private(set) var live: SimulatedEntry?

    /// What it was when its folder was last synced.
    private(set) var durable: SimulatedEntry?

    /// What it became since, with the place of each change in the order of the disk.
    private(set) var pending: [(sequence: Int, entry: SimulatedEntry?)] = []

    mutating func become(_ entry: SimulatedEntry?, sequence: Int) {
        live = entry
        pending.append((sequence, entry))
    }

    /// A name whose last change was dropped by a failed sync is not made durable by the next.
    mutating func sync() {
        if let last = pending.last { durable = last.entry }
        pending.removeAll()
    }

    /// Leaves on the medium what a failing sync may leave, and forgets that the rest is missing.
    mutating func failSync(_ random: inout SimulatedRandom) {
        durable = survivor(&random)
        pending.removeAll()
    }

    /// One of the values that a crash may leave.
    func survivor(_ random: inout SimulatedRandom) -> SimulatedEntry? {
        guard !pending.isEmpty else { return durable }
        let choice = random.below(pending.count + 1)
        return choice == 0 ? durable : pending[choice - 1].entry
    }

    func survivor(before sequence: Int) -> SimulatedEntry? {
        guard let last = pending.last(where: { $0.sequence < sequence }) else { return durable }
        return last.entry
    }

    /// The value with every change that was not dropped by a failed sync.
    var latest: SimulatedEntry? { pending.last.map(\.entry) ?? durable }

    /// Whether a crash can still leave this file under this name.
    var entries: [SimulatedEntry] {
        [live, durable].compactMap(\.self) + pending.compactMap(\.entry)
    }

    init() {}

    /// A name as a crash left it.
    init(settled entry: SimulatedEntry) {
        live = entry
        durable = entry
    }
}

extension SimulatedDisk {
    /// The next place in the order of all changes.
    mutating func takeSequence() -> Int {
        defer { nextSequence += 1 }
        return nextSequence
    }

    var sequenceEnd: Int { nextSequence }

    /// Gives the files of another disk their numbers here, without handing them out again.
    mutating func continueNumbers(of other: SimulatedDisk) {
        nextNode = other.nextNode
        nextSequence = other.nextSequence
    }

    /// A new, empty file without a name.
    mutating func makeNode() -> Int {
        defer { nextNode += 1 }
        nodes[nextNode] = SimulatedNode()
        return nextNode
    }

    /// Space that is taken by files with a name or in use.
    private var allocatedPageCount: Int {
        nodes.values.reduce(0) { sum, node in
            node.linkCount + node.openCount > 0 ? sum + node.current.allocatedPageCount : sum
        }
    }

    var freePageCount: Int {
        max(0, capacity / SimulatedContent.pageByteCount - allocatedPageCount)
    }

    public var availableByteCount: Int { freePageCount * SimulatedContent.pageByteCount }

    /// Whether a crash could take anything away.
    public var hasUnsyncedChanges: Bool {
        nodes.values.contains { !$0.pending.isEmpty }
            || folders.values.contains { $0.values.contains { !$0.pending.isEmpty } }
    }

    /// Forgets files that no name, no crash and no program can reach.
    mutating func dropUnreachableNodes() {
        var reachable = Set(nodes.filter { $0.value.openCount > 0 }.keys)
        for names in folders.values {
            for case .file(let number) in names.values.flatMap(\.entries) {
                reachable.insert(number)
            }
        }
        nodes = nodes.filter { reachable.contains($0.key) }
    }
}

extension SimulatedDisk {
    /// Checks what holds between calls: files know their names, contents their pages.
    public func checkInvariants() {
        var linkCounts: [Int: Int] = [:]
        for names in folders.values {
            for name in names.values {
                if case .file(let number) = name.live { linkCounts[number, default: 0] += 1 }
                for case .file(let number) in name.entries {
                    precondition(nodes[number] != nil, "a name that may return has its file")
                }
            }
        }
        for (number, node) in nodes {
            precondition(node.linkCount == linkCounts[number, default: 0], "files know their names")
            node.current.checkInvariants()
            node.durable.checkInvariants()
        }
    }
}
