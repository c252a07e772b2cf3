// What a crash may leave of the changes that were not synced.
//
// Nothing promises an order among them. The medium takes a file in sectors, each of them as it was
// after any of the changes, now and then only a part of it; the length is one the file had. To hit
// the likely states and the odd ones alike, a file draws one of four fates.
extension SimulatedNode {
    /// One of the contents that a crash may leave.
    func survivor(_ random: inout SimulatedRandom) -> SimulatedContent {
        guard !pending.isEmpty else { return durable }
        switch random.below(4) {
        case 0: return durable
        case 1: return latest
        case 2:
            return survivor(upTo: random.below(pending.count + 1), torn: random.next())
        default:
            return scatteredSurvivor(&random)
        }
    }

    /// The content with every change that was not dropped by a failed sync.
    var latest: SimulatedContent {
        hasLostChanges ? survivor(upTo: pending.count, torn: 0) : current
    }

    /// The content after the changes before a place in the order of the disk, and maybe a part of
    /// the next.
    func survivor(before sequence: Int, _ random: inout SimulatedRandom) -> SimulatedContent {
        let count = pending.prefix { $0.sequence < sequence }.count
        // Only the change at the very place can have been under way.
        let isUnderWay = count < pending.count && pending[count].sequence == sequence
        return survivor(upTo: count, torn: isUnderWay ? random.next() : 0)
    }

    /// The first `count` changes, then the first sectors of the next write; `torn` says how many.
    private func survivor(upTo count: Int, torn: UInt64) -> SimulatedContent {
        var content = durable
        for change in pending[..<count] { content.apply(change.kind) }
        if count < pending.count, case .write(let offset, let bytes) = pending[count].kind {
            let end = offset + Int(torn.multipliedFullWidth(by: UInt64(bytes.count + 1)).high)
            content.write(bytes, at: offset, within: offset..<end)
        }
        return content
    }

    /// Each sector on its own, at a version drawn for it.
    private func scatteredSurvivor(_ random: inout SimulatedRandom) -> SimulatedContent {
        let seed = random.next()
        var scattered = ScatteredContent(content: durable, changeCount: pending.count, seed: seed)
        var length = durable.byteCount
        var lengths = [length]
        for (index, change) in pending.enumerated() {
            scattered.apply(change.kind, index, lengthBefore: length)
            length = change.kind.length(after: length)
            lengths.append(length)
        }
        scattered.content.resize(to: lengths[random.below(lengths.count)])
        return scattered.content
    }
}

extension SimulatedNode.PendingChange.Kind {
    /// The file's length after this change.
    func length(after length: Int) -> Int {
        switch self {
        case .write(let offset, let bytes):
            bytes.isEmpty ? length : max(length, offset + bytes.count)
        case .resize(let byteCount): byteCount
        case .preallocate(let byteCount): max(length, byteCount)
        }
    }
}

/// A content that takes changes in a sector only up to the number drawn for that sector.
private struct ScatteredContent {
    var content: SimulatedContent
    var changeCount: Int
    var seed: UInt64

    mutating func apply(
        _ kind: SimulatedNode.PendingChange.Kind, _ index: Int, lengthBefore: Int
    ) {
        switch kind {
        case .write(let offset, let bytes):
            forEachSector(of: offset..<offset + bytes.count, index) { content, range in
                content.write(bytes, at: offset, within: range)
            }
        case .resize(let byteCount) where byteCount < lengthBefore:
            forEachSector(of: byteCount..<lengthBefore, index) { content, range in
                content.clear(range)
            }
        case .resize, .preallocate:
            break
        }
    }

    private mutating func forEachSector(
        of range: Range<Int>, _ index: Int,
        _ body: (inout SimulatedContent, Range<Int>) -> Void
    ) {
        guard !range.isEmpty else { return }
        let size = SimulatedContent.sectorByteCount
        for sector in range.lowerBound / size...(range.upperBound - 1) / size {
            let draw = SimulatedRandom.mix(seed ^ UInt64(sector) &* 0x9E37_79B9_7F4A_7C15)
            let kept = Int(draw.multipliedFullWidth(by: UInt64(changeCount + 1)).high)
            let whole = sector * size..<(sector + 1) * size
            if index < kept {
                body(&content, whole.clamped(to: range))
            } else if index == kept && draw & 3 == 0 {
                // One sector in four is torn in the middle of the change that came next.
                let cut = whole.lowerBound + Int(draw >> 2) & (size - 1)
                body(&content, (whole.lowerBound..<cut).clamped(to: range))
            }
        }
    }
}
