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

    var isEmpty: Bool { pieces.isEmpty }

    mutating func clear() { pieces.removeAll(keepingCapacity: true) }

    mutating func begin(step: Int64, unit: Int64 = 0) {
        clear()
        self.step = max(step, 1)
        self.unit = unit
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

    /// The piece that is the whole frame, where it has no gap.
    var onlyPiece: Stretch? {
        pieces.count == 1 ? Stretch(time: pieces[0].time, step: step, unit: unit) : nil
    }
}

extension FrameClock {
    /// Samples without a gap from position 0 on.
    struct Stretch: FrameTimes {
        var time: Int64
        var step: Int64
        var unit: Int64

        @inline(__always)
        func time(_ position: Int, _ residuals: Span<Int32>) -> Int64 {
            let slot = time &+ Int64(position) &* step
            return unit == 0 ? slot : slot &+ Int64(residuals[position]) &* unit
        }

        /// The first of `count` samples at or after a time, from `position` on; best a `guess`
        /// further.
        @inline(__always)
        func firstPosition(
            atOrAfter edge: Int64, from position: Int, count: Int, guess: Int,
            _ residuals: Span<Int32>
        ) -> Int {
            let guessed = position + guess
            if guessed > 0, guessed < count, time(guessed - 1, residuals) < edge,
                time(guessed, residuals) >= edge
            {
                return guessed
            }
            guard edge > time else { return position }
            let slots = (edge - time) / step
            guard slots < Int64(count) else { return count }
            // The slot begins at or before the edge; its sample may lie before or behind it.
            let found = Int(slots)
            return max(position, time(found, residuals) < edge ? found + 1 : found)
        }
    }

    /// Finds its way among the pieces of a clock.
    struct Cursor: FrameTimes {
        private let clock: FrameClock
        /// The piece that the last answer fell into.
        private var current = 0

        init(_ clock: FrameClock) { self.clock = clock }

        /// Positions mostly come in order, so the search goes on where it stands.
        @inline(__always)
        private mutating func moveToPiece(of position: Int) {
            let pieces = clock.pieces
            while pieces[current].position > position { current -= 1 }
            while current + 1 < pieces.count, pieces[current + 1].position <= position {
                current += 1
            }
        }

        private func stretch(_ index: Int) -> Stretch {
            Stretch(
                time: clock.pieces[index].time - Int64(clock.pieces[index].position) * clock.step,
                step: clock.step, unit: clock.unit)
        }

        /// The time of a sample.
        mutating func time(_ position: Int, _ residuals: Span<Int32>) -> Int64 {
            moveToPiece(of: position)
            return stretch(current).time(position, residuals)
        }

        /// The first of `count` samples at or after a time, from `position` on.
        mutating func firstPosition(
            atOrAfter edge: Int64, from position: Int, count: Int, guess: Int,
            _ residuals: Span<Int32>
        ) -> Int {
            moveToPiece(of: position)
            while true {
                let piece = clock.pieces[current]
                guard edge > piece.time else { return max(piece.position, position) }
                let end =
                    current + 1 < clock.pieces.count ? clock.pieces[current + 1].position : count
                let found = stretch(current).firstPosition(
                    atOrAfter: edge, from: position, count: end, guess: guess, residuals)
                if found < end { return found }
                guard current + 1 < clock.pieces.count else { return count }
                current += 1
            }
        }
    }
}

/// Times that stand decoded in a column.
struct DecodedTimes: FrameTimes {
    @inline(__always)
    func time(_ position: Int, _ times: Span<Int64>) -> Int64 { times[position] }

    func firstPosition(
        atOrAfter edge: Int64, from position: Int, count: Int, guess: Int, _ times: Span<Int64>
    ) -> Int {
        let guessed = position + guess
        if guessed > 0, guessed < count, times[guessed - 1] < edge, times[guessed] >= edge {
            return guessed
        }
        var step = 1
        var low = position
        while low + step <= count, times[low + step - 1] < edge {
            low += step
            step *= 2
        }
        var high = min(low + step - 1, count)
        while low < high {
            let middle = low + (high - low) / 2
            if times[middle] < edge { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
