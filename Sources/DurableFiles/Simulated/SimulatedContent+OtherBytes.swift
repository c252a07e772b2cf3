// Blocks that hold what another file wrote there.
extension SimulatedContent {
    /// Puts bytes of other files where a crash of `node` may show them, in half of all files.
    ///
    /// Pages that the file has taken since its last sync may hold what was there before, sector by
    /// sector as far as the new bytes did not arrive. Any page of a file whose blocks were free may
    /// have been written over.
    mutating func showOtherBytes(
        of node: SimulatedNode, from others: [SimulatedContent], _ random: inout SimulatedRandom
    ) {
        guard !others.isEmpty, node.wasFreed || !node.pending.isEmpty, random.below(2) == 0 else {
            return
        }
        // Often a whole file takes the place of another, so that its header is where a header was.
        let other = others[random.below(others.count)]
        let shift = random.below(4) == 0 ? random.below(4) : 0
        let size = Self.sectorByteCount
        for sector in 0..<(byteCount + size - 1) / size {
            let range = sector * size..<min((sector + 1) * size, byteCount)
            let page = range.lowerBound / Self.pageByteCount
            if !node.wasFreed {
                guard !node.durable.isAllocated(page: page),
                    bytes(at: range.lowerBound, byteCount: range.count).allSatisfy({ $0 == 0 })
                else { continue }
            }
            guard random.below(8) != 0 else { continue }
            let found = other.bytes(
                at: min(range.lowerBound + shift * Self.pageByteCount, other.byteCount),
                byteCount: range.count)
            write(found, at: range.lowerBound, within: range)
        }
    }
}
