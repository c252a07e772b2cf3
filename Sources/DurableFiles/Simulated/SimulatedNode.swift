/// A simulated file without its names: what programs see, what the medium holds, and the changes
/// in between.
struct SimulatedNode: Sendable {
    /// What programs read: the system's cache.
    private(set) var current = SimulatedContent()

    /// What a crash leaves for certain.
    private(set) var durable = SimulatedContent()

    /// What was done since the last sync, oldest first.
    private(set) var pending: [PendingChange] = []

    /// Whether a failed sync dropped changes that programs may still see.
    private(set) var hasLostChanges = false

    /// Names that programs see.
    var linkCount = 0

    /// Open files.
    var openCount = 0

    /// Whether its blocks were free at some time: it had no name and was not open. If a crash brings a
    /// name back, another file may have been written over them.
    private(set) var wasFreed = false

    /// Notes that the file has no name and is not open, if that is so.
    mutating func noteFreed() {
        if linkCount == 0 && openCount == 0 { wasFreed = true }
    }

    /// A change of content or length.
    struct PendingChange: Sendable {
        /// Its place in the order of all changes of the disk.
        var sequence: Int
        var kind: Kind

        enum Kind: Sendable {
            case write(offset: Int, bytes: [UInt8])
            case resize(byteCount: Int)
            case preallocate(byteCount: Int)
        }
    }

    mutating func change(_ kind: PendingChange.Kind, sequence: Int) {
        current.apply(kind)
        pending.append(PendingChange(sequence: sequence, kind: kind))
    }

    /// Makes the changes durable, except those that an earlier failure dropped.
    mutating func sync() {
        if hasLostChanges {
            for change in pending { durable.apply(change.kind) }
        } else {
            durable = current
        }
        pending.removeAll()
    }

    /// What a failing sync does: any part reached the medium, and the system forgets that the rest
    /// did not. Programs go on seeing it, or see it gone once the cache is given up.
    mutating func failSync(_ random: inout SimulatedRandom) {
        durable = survivor(&random)
        pending.removeAll()
        hasLostChanges = true
        if random.below(2) == 0 { current = durable }
    }

    /// Damages cache and medium alike, as a failing medium does with what nobody writes.
    mutating func damage(_ body: (inout SimulatedContent) -> Bool) -> Bool {
        _ = body(&durable)
        return body(&current)
    }

    /// The file as the only thing known, after a crash left it so.
    init(settled content: SimulatedContent) {
        current = content
        durable = content
    }

    init() {}
}

extension SimulatedContent {
    mutating func apply(_ kind: SimulatedNode.PendingChange.Kind) {
        switch kind {
        case .write(let offset, let bytes): write(bytes, at: offset)
        case .resize(let byteCount): resize(to: byteCount)
        case .preallocate(let byteCount): preallocate(byteCount)
        }
    }
}
