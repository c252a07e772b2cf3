import Glibc

extension SimulatedDisk {
    /// What programs read in a file.
    func content(of node: Int) throws(ErrorNumber) -> SimulatedContent {
        guard let file = nodes[node] else { throw ErrorNumber(ESTALE) }
        return file.current
    }

    mutating func change(_ node: Int, _ kind: SimulatedNode.PendingChange.Kind) {
        let sequence = takeSequence()
        nodes[node]?.change(kind, sequence: sequence)
    }

    /// Writes, with what a fault makes of it. On a full disk what fits is written.
    mutating func write(
        _ bytes: [UInt8], at offset: Int, of node: Int, _ fault: SimulatedFault?
    ) throws(ErrorNumber) {
        var content = bytes
        var place = offset
        var failure: Int32?
        switch fault {
        case .loseWrite: return
        case .misdirectWrite(let distance): place = max(0, offset + distance)
        case .flipBit(let bit): content.flip(bit)
        case .shortWrite(let byteCount, let number):
            content.removeLast(max(0, content.count - byteCount))
            failure = number
        default: break
        }
        let fitting = try self.content(of: node).writableByteCount(
            at: place, byteCount: content.count, freePageCount: freePageCount)
        if fitting < content.count {
            content.removeLast(content.count - fitting)
            failure = ENOSPC
        }
        change(node, .write(offset: place, bytes: content))
        if let failure { throw ErrorNumber(failure) }
    }

    mutating func preallocate(_ byteCount: Int, of node: Int) throws(ErrorNumber) {
        let fitting = try content(of: node).writableByteCount(
            at: 0, byteCount: byteCount, freePageCount: freePageCount)
        guard fitting == byteCount else { throw ErrorNumber(ENOSPC) }
        change(node, .preallocate(byteCount: byteCount))
    }
}

extension [UInt8] {
    /// Turns one bit over, if there is such a one.
    mutating func flip(_ bit: Int) {
        guard bit >= 0, bit / 8 < count else { return }
        self[bit / 8] ^= 1 << UInt8(bit % 8)
    }
}
