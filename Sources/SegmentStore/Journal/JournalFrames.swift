/// Journal frames that are only in the log, ascending by LSN, as a value that is cheap to share.
///
/// Every snapshot holds one, and the writer adds to its own after each. As one array it would be
/// copied at the next frame; here it is a few arrays, each at least twice as long as the next, of
/// which a frame touches the last ones. A frame is moved once per doubling.
struct JournalFrames: Sendable {
    private(set) var blocks: [[JournalFrame]] = []
    /// UTC years of their entries.
    private(set) var years: Set<Int> = []

    init() {}

    init(_ frames: [JournalFrame]) { append(frames) }

    /// Several in order, for instance those of the generations of a snapshot. Costs the number of
    /// their blocks.
    init(joining parts: some Sequence<JournalFrames>) {
        for part in parts {
            blocks += part.blocks
            years.formUnion(part.years)
        }
    }

    var isEmpty: Bool { blocks.isEmpty }
    var count: Int { blocks.reduce(0) { $0 + $1.count } }

    mutating func append(_ frames: [JournalFrame]) {
        guard !frames.isEmpty else { return }
        blocks.append(frames)
        years.formUnion(frames.lazy.map(\.year))
        while blocks.count > 1, blocks[blocks.count - 2].count < 2 * blocks[blocks.count - 1].count
        {
            let last = blocks.removeLast()
            blocks[blocks.count - 1] += last
        }
    }

    /// The frames above an LSN, ascending. Costs these and the number of blocks.
    func frames(above lsn: LSN) -> [JournalFrame] {
        var found: [JournalFrame] = []
        for block in blocks {
            guard let last = block.last, last.frame.lsn > lsn else { continue }
            found += block[JournalFrames.firstIndex(in: block, above: lsn)...]
        }
        return found
    }

    /// - Precondition: the last frame is above the LSN.
    private static func firstIndex(in block: [JournalFrame], above lsn: LSN) -> Int {
        var low = 0
        var high = block.count - 1
        while low < high {
            let middle = (low + high) / 2
            if block[middle].frame.lsn > lsn { high = middle } else { low = middle + 1 }
        }
        return low
    }
}

extension JournalFrames: Sequence {
    func makeIterator() -> some IteratorProtocol<JournalFrame> { blocks.joined().makeIterator() }
}
