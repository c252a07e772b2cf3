/// What a crash leaves of the changes that were not synced.
///
/// Whatever is not durable may also show the bytes of other files, with `random`: blocks that a file
/// has taken since its last sync hold what was there before, and those of a file that was unlinked
/// hold what was written over them since. ext4 with `data=writeback` leaves both.
public enum CrashSurvival: Hashable, Sendable {
    /// Nothing of them.
    case nothing
    /// All of them, as when only the program died.
    case everything
    /// Something that a machine may leave, drawn from a seed: either every sector and every name
    /// for itself, or everything up to a moment, as a journal keeps it.
    case random(UInt64)
}

extension SimulatedDisk {
    /// The disk as it may be found after a crash. Nothing is open, everything is durable.
    public func afterCrash(_ survival: CrashSurvival) -> SimulatedDisk {
        var fate = Fate(survival, sequences: sequencesAtStake)
        var result = SimulatedDisk(seed: fate.random.next(), capacity: capacity)
        result.bootNumber = bootNumber + 1
        result.continueNumbers(of: self)
        // Outer folders first: what lies in a folder whose name is lost is lost with it.
        for folder in folders.keys.sorted() where result.folders[folder] != nil {
            for (name, value) in folders[folder, default: [:]].sorted(by: { $0.key < $1.key }) {
                guard let entry = fate.survivor(of: value) else { continue }
                result.folders[folder]?[name] = SimulatedName(settled: entry)
                result.keep(entry, SimulatedDisk.join(folder, name))
            }
        }
        // What other files' blocks may show: the newest content of every file, deleted ones too.
        let others = nodes.keys.sorted().compactMap { nodes[$0]?.current }
            .filter { $0.byteCount > 0 }
        for number in result.nodes.keys.sorted() {
            guard let node = nodes[number], let linkCount = result.nodes[number]?.linkCount else {
                continue
            }
            result.nodes[number] = SimulatedNode(settled: fate.survivor(of: node, others))
            result.nodes[number]?.linkCount = linkCount
        }
        return result
    }

    private mutating func keep(_ entry: SimulatedEntry, _ path: String) {
        switch entry {
        case .folder: folders[path] = [:]
        case .file(let number): nodes[number, default: SimulatedNode()].linkCount += 1
        }
    }

    /// The first and one past the last of the changes that a crash may take.
    private var sequencesAtStake: ClosedRange<Int> {
        var first = sequenceEnd
        for node in nodes.values { first = min(first, node.pending.first?.sequence ?? first) }
        for names in folders.values {
            for name in names.values { first = min(first, name.pending.first?.sequence ?? first) }
        }
        return first...sequenceEnd
    }
}

/// How one crash decides over sectors and names.
private struct Fate {
    var random: SimulatedRandom
    private var kind: Kind

    private enum Kind {
        case nothing, everything, scattered
        case before(Int)
    }

    init(_ survival: CrashSurvival, sequences: ClosedRange<Int>) {
        random = SimulatedRandom(seed: 0)
        switch survival {
        case .nothing: kind = .nothing
        case .everything: kind = .everything
        case .random(let seed):
            random = SimulatedRandom(seed: seed)
            let isOrdered = random.below(4) == 0
            let cut = sequences.lowerBound + random.below(sequences.count)
            kind = isOrdered ? .before(cut) : .scattered
        }
    }

    mutating func survivor(of name: SimulatedName) -> SimulatedEntry? {
        switch kind {
        case .nothing: name.durable
        case .everything: name.latest
        case .scattered: name.survivor(&random)
        case .before(let cut): name.survivor(before: cut)
        }
    }

    mutating func survivor(
        of node: SimulatedNode, _ others: [SimulatedContent]
    ) -> SimulatedContent {
        switch kind {
        case .nothing: return node.durable
        case .everything: return node.latest
        case .scattered, .before:
            var content =
                if case .before(let cut) = kind {
                    node.survivor(before: cut, &random)
                } else {
                    node.survivor(&random)
                }
            content.showOtherBytes(of: node, from: others, &random)
            return content
        }
    }
}
