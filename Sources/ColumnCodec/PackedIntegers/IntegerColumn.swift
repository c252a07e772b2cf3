/// Integers of a frame, unpacked. 32 bits each where all provably fit, which is nearly always: half
/// the memory, and the only integers that turn into doubles by vectors on every machine.
struct IntegerColumn: Sendable {
    enum Form: Sendable { case none, narrow, wide }

    /// Which of the two holds them. Whole groups: there may be more elements than integers.
    private(set) var form = Form.none
    private(set) var narrow: [Int32] = []
    private(set) var wide: [Int64] = []
    /// A bound of the size of unpacked narrow integers.
    private(set) var reach: Int64 = 0

    /// What a packed number is relative to.
    enum Kind {
        case plain
        /// The number before; number 0 of the column is ignored and stands for `first`.
        case delta(first: Int64)
    }

    @inline(__always)
    subscript(index: Int) -> Int64 {
        form == .narrow ? Int64(narrow[index]) : wide[index]
    }

    /// Reads `count` packed integers.
    mutating func unpack(
        _ reader: inout ByteReader, count: Int, reference: Int64, _ kind: Kind
    ) throws(CodecError) {
        var attempt = reader
        if try unpackNarrow(&attempt, count: count, reference: reference, kind) {
            form = .narrow
            reader = attempt
        } else {
            try unpackWide(&reader, count: count, reference: reference, kind)
            form = .wide
        }
    }

    /// Reads `count` integers in a mixed radix.
    mutating func unpack(
        _ reader: inout ByteReader, count: Int, _ radix: MixedRadix
    ) throws(CodecError) {
        form = .narrow
        reach = radix.limit
        growNarrow(count)
        for start in stride(from: 0, to: count, by: 256) {
            let group = try reader.take(radix.groupByteCount)
            try MixedRadixKernels.unpack(group, radix, into: &narrow, at: start)
            try expectUnusedZero(start..<min(start + 256, count))
        }
    }

    /// Makes room for `count` integers within ±`bound` that the caller sets.
    mutating func make(count: Int, within bound: UInt64) {
        if bound < UInt64(IntegerColumn.narrowMax) {
            form = .narrow
            reach = Int64(bound)
            growNarrow(count)
        } else {
            form = .wide
            growWide(count)
        }
    }

    mutating func clear() { form = .none }

    mutating func set(_ index: Int, _ value: Int64) {
        if form == .narrow {
            narrow[index] = Int32(truncatingIfNeeded: value)
        } else {
            wide[index] = value
        }
    }

    mutating func fill(_ range: Range<Int>, _ value: Int64) {
        if form == .narrow {
            IntegerKernels.fill(&narrow, range, Int32(truncatingIfNeeded: value))
        } else {
            IntegerKernels.fill(&wide, range, value)
        }
    }

    /// Replaces each of `count` places by what stands there in a table in ascending order.
    mutating func look(up table: [Int64], count: Int) throws(CodecError) {
        let source = form
        let bound = max(table[0].magnitude, table[table.count - 1].magnitude)
        if source == .wide || bound >= UInt64(IntegerColumn.narrowMax) {
            form = .wide
            growWide(count)
        }
        reach = Int64(clamping: bound)
        for i in 0..<count {
            let place = source == .narrow ? Int64(narrow[i]) : wide[i]
            guard place >= 0, place < table.count else {
                throw .malformed("rank: found \(place), expected 0..<\(table.count)")
            }
            set(i, table[Int(place)])
        }
    }
}

extension IntegerColumn {
    /// Sums of whole groups stay below 2^31 with it, so that nothing wraps unseen.
    private static let narrowMax: Int64 = 1 << 30

    /// - Returns: whether all integers fit; if not, the column and the reader are left anyhow.
    private mutating func unpackNarrow(
        _ reader: inout ByteReader, count: Int, reference: Int64, _ kind: Kind
    ) throws(CodecError) -> Bool {
        let bound = IntegerColumn.narrowMax
        guard reference > -bound, reference < bound else { return false }
        growNarrow(count)
        reach = 0
        var last: Int64? = nil
        if case .delta(let first) = kind {
            guard first > -bound, first < bound else { return false }
            last = first
        }
        for start in stride(from: 0, to: count, by: 256) {
            guard
                try unpackNarrowGroup(
                    &reader, start..<min(start + 256, count), reference, &last)
            else { return false }
        }
        return true
    }

    private mutating func unpackNarrowGroup(
        _ reader: inout ByteReader, _ positions: Range<Int>, _ reference: Int64,
        _ last: inout Int64?
    ) throws(CodecError) -> Bool {
        let group = try PackedGroup(from: &reader)
        let words = try reader.take(group.wordByteCount)
        guard group.width <= 28 else { return false }
        let start = positions.lowerBound
        let greatest = reference + (1 << Int64(group.width)) - 1
        var reach = max(abs(reference), abs(greatest))
        if let last { reach = 256 * reach + abs(last) }
        guard reach < IntegerColumn.narrowMax else { return false }
        self.reach = max(self.reach, reach)
        if let before = last, group.patchCount == 0, start > 0, positions.count == 256 {
            last = Int64(
                PackedKernels.unpackPrefix(
                    words, width: group.width, reference: Int32(reference), start: Int32(before),
                    into: &narrow, at: start))
            return true
        }
        PackedKernels.unpack(words, width: group.width, into: &narrow, at: start)
        try expectUnusedZero(positions)
        let added = try patchNarrow(&reader, group, positions)
        guard reach + added < IntegerColumn.narrowMax else { return false }
        self.reach = max(self.reach, reach + added)
        if let before = last {
            if start == 0 { narrow[0] = Int32(-reference) }
            _ = PackedKernels.prefix(
                &narrow, at: start, reference: Int32(reference), start: Int32(before))
            last = Int64(narrow[positions.upperBound - 1])
        } else {
            IntegerKernels.add(Int32(reference), to: &narrow, start..<start + 256)
        }
        return true
    }

    /// Sums up `count` packed differences' running sums without keeping them.
    /// - Returns: `nil` where 32 bits may not hold them; the reader is then left anyhow.
    mutating func summarize(
        _ reader: inout ByteReader, count: Int, reference: Int64, first: Int64
    ) throws(CodecError) -> SumKernels.Integers? {
        let bound = IntegerColumn.narrowMax
        guard reference > -bound, reference < bound, first > -bound, first < bound else {
            return nil
        }
        growNarrow(256)
        form = .none
        var result = SumKernels.Integers()
        result.first = first
        var last = first
        var lanes = SumLanes()
        for start in stride(from: 0, to: count, by: 256) {
            let group = try PackedGroup(from: &reader)
            let words = try reader.take(group.wordByteCount)
            guard group.width <= 28 else { return nil }
            let greatest = reference + (1 << Int64(group.width)) - 1
            let reach = 256 * max(abs(reference), abs(greatest)) + abs(last)
            guard reach < SumLanes.reachLimit else { return nil }
            let taken = min(256, count - start)
            if start % (SumLanes.rowCountMax * 8) == 0 {
                lanes.finish(into: &result)
                lanes = SumLanes()
            }
            if group.patchCount == 0, taken == 256 {
                // The first of a column of differences is ignored.
                let ignored =
                    start == 0
                    ? Int64(PackedKernels.value(words, width: group.width, at: 0)) + reference : 0
                last = Int64(
                    PackedKernels.summarizePrefix(
                        words, width: group.width, reference: Int32(reference),
                        start: Int32(last - ignored), into: &lanes))
                continue
            }
            PackedKernels.unpack(words, width: group.width, into: &narrow, at: 0)
            try expectUnusedZero(0..<taken)
            let added = try patchNarrow(&reader, group, 0..<taken)
            guard reach + added < SumLanes.reachLimit else { return nil }
            if start == 0 { narrow[0] = Int32(-reference) }
            if taken == 256 {
                last = Int64(
                    PackedKernels.summarizePrefix(
                        narrow, at: 0, reference: Int32(reference), start: Int32(last),
                        into: &lanes))
            } else {
                _ = PackedKernels.prefix(
                    &narrow, at: 0, reference: Int32(reference), start: Int32(last))
                last = Int64(narrow[taken - 1])
                let rest = SumKernels.summarize(narrow.span, 0..<taken, within: reach + added)
                result.sum &+= rest.sum
                result.least = min(result.least, rest.least)
                result.greatest = max(result.greatest, rest.greatest)
            }
        }
        lanes.finish(into: &result)
        result.last = last
        return result
    }

    /// - Returns: by how much all patches together can move a sum.
    private mutating func patchNarrow(
        _ reader: inout ByteReader, _ group: PackedGroup, _ positions: Range<Int>
    ) throws(CodecError) -> Int64 {
        var added: Int64 = 0
        var position = -1
        for _ in 0..<group.patchCount {
            let patch = try PackedGroup.nextPatch(
                from: &reader, after: position, count: positions.count)
            position = patch.position
            let index = positions.lowerBound + position
            let high = patch.high.multipliedReportingOverflow(by: 1 << Int64(group.width))
            // More patches come, and each must be read, so a sum that is too big is only noted.
            guard !high.overflow, abs(high.partialValue >> 1) < IntegerColumn.narrowMax / 2 else {
                added = .max / 2
                continue
            }
            let value = Int64(narrow[index]) + high.partialValue
            narrow[index] = Int32(truncatingIfNeeded: value)
            added = min(added + abs(value), .max / 2)
        }
        return added
    }

    private mutating func unpackWide(
        _ reader: inout ByteReader, count: Int, reference: Int64, _ kind: Kind
    ) throws(CodecError) {
        growNarrow(256)
        growWide(count)
        for start in stride(from: 0, to: count, by: 256) {
            let positions = start..<min(start + 256, count)
            let group = try PackedGroup(from: &reader)
            let words = try reader.take(group.wordByteCount)
            PackedKernels.unpack(words, width: group.width, into: &narrow, at: 0)
            try expectUnusedZero(0..<positions.count)
            for i in positions {
                wide[i] = Int64(UInt32(bitPattern: narrow[i - start])) &+ reference
            }
            var position = -1
            for _ in 0..<group.patchCount {
                let patch = try PackedGroup.nextPatch(
                    from: &reader, after: position, count: positions.count)
                position = patch.position
                wide[start + position] &+= patch.high &<< Int64(group.width)
            }
        }
        guard case .delta(let first) = kind else { return }
        wide[0] = first
        for i in 1..<max(count, 1) { wide[i] = wide[i] &+ wide[i - 1] }
    }

    /// The places behind the last value of a group are packed as 0: what is there else is damage.
    private func expectUnusedZero(_ positions: Range<Int>) throws(CodecError) {
        guard positions.count < 256 else { return }
        let end = positions.lowerBound + 256
        for i in positions.upperBound..<end where narrow[i] != 0 {
            throw .malformed("packed group: found a value behind the last, expected 0")
        }
    }

    private mutating func growWide(_ count: Int) {
        let needed = 256 * PackedGroup.count(ofValues: count)
        if wide.count < needed {
            wide.append(contentsOf: repeatElement(0, count: needed - wide.count))
        }
    }

    private mutating func growNarrow(_ count: Int) {
        let needed = 256 * PackedGroup.count(ofValues: count)
        if narrow.count < needed {
            narrow.append(contentsOf: repeatElement(0, count: needed - narrow.count))
        }
    }
}
