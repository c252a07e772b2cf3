/// The times of a frame on a grid, computed where they are asked for: pieces without gaps, and for a
/// jittered grid how far behind its slot each sample lies.
struct FrameClock: Sendable {
    struct Piece: Sendable {
        /// The first sample of the piece, and the time of its slot.
        var position: Int
        var time: Int64
    }

    /// By position; the first begins at 0. Empty where the times are no grid.
    private var pieces: [Piece] = []
    private var step: Int64 = 1
    /// The unit of the residuals; 0 where there are none.
    private var unit: Int64 = 0
    /// The piece that the last answer fell into.
    private var current = 0

    var isEmpty: Bool { pieces.isEmpty }

    mutating func clear() { pieces.removeAll(keepingCapacity: true) }

    mutating func begin(step: Int64, unit: Int64 = 0) {
        clear()
        self.step = max(step, 1)
        self.unit = unit
        current = 0
    }

    mutating func append(_ position: Int, _ time: Int64) {
        pieces.append(Piece(position: position, time: time))
    }

    /// Calls `body` with the positions, first time and step of each piece of `count` samples.
    func forEachPiece(count: Int, _ body: (Range<Int>, Int64, Int64) -> Void) {
        for (index, piece) in pieces.enumerated() {
            let end = index + 1 < pieces.count ? pieces[index + 1].position : count
            body(piece.position..<end, piece.time, step)
        }
    }

    private func residual(_ position: Int, _ residuals: [Int32]) -> Int64 {
        unit == 0 ? 0 : Int64(residuals[position]) * unit
    }

    /// Positions mostly come in order, so the search goes on where it stands.
    @inline(__always)
    private mutating func moveToPiece(of position: Int) {
        while pieces[current].position > position { current -= 1 }
        while current + 1 < pieces.count, pieces[current + 1].position <= position { current += 1 }
    }

    /// The time of a sample.
    mutating func time(_ position: Int, _ residuals: [Int32]) -> Int64 {
        moveToPiece(of: position)
        let piece = pieces[current]
        return piece.time + Int64(position - piece.position) * step
            + residual(position, residuals)
    }

    /// The first of `count` samples at or after a time, from `position` on.
    mutating func firstPosition(
        atOrAfter edge: Int64, from position: Int, count: Int, _ residuals: [Int32]
    ) -> Int {
        moveToPiece(of: position)
        while true {
            let piece = pieces[current]
            guard edge > piece.time else { return max(piece.position, position) }
            let end = current + 1 < pieces.count ? pieces[current + 1].position : count
            let slots = (edge - piece.time) / step
            if slots < end - piece.position {
                var found = piece.position + Int(slots)
                // Its slot begins at or before the edge; the sample itself may lie behind it.
                let rest = edge - piece.time - slots * step
                if rest > residual(found, residuals) { found += 1 }
                if found < end { return max(found, position) }
            }
            guard current + 1 < pieces.count else { return count }
            current += 1
        }
    }
}
