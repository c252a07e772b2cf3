/// Single numbers out of packed columns, without unpacking the rest.
enum PackedLookup {
    /// Number `index` of a column of `count`, and leaves the reader behind the column.
    static func number(
        _ reader: inout ByteReader, count: Int, at index: Int, reference: Int64
    ) throws(CodecError) -> Int64 {
        var number = reference
        for start in stride(from: 0, to: count, by: 256) {
            let group = try PackedGroup(from: &reader)
            let words = try reader.take(group.wordByteCount)
            let isInside = index >= start && index < start + 256
            if isInside {
                number &+= Int64(
                    PackedKernels.value(words, width: group.width, at: index - start))
            }
            var position = -1
            for _ in 0..<group.patchCount {
                let patch = try PackedGroup.nextPatch(
                    from: &reader, after: position, count: min(256, count - start))
                position = patch.position
                if isInside, start + position == index {
                    number &+= patch.high &<< Int64(group.width)
                }
            }
        }
        return number
    }

    /// The first and the last number of a column of `count` over reference 0, and leaves the reader
    /// behind the column.
    static func ends(
        _ reader: inout ByteReader, count: Int
    ) throws(CodecError) -> (first: Int64, last: Int64) {
        var first: Int64 = 0
        var last: Int64 = 0
        for start in stride(from: 0, to: count, by: 256) {
            let group = try PackedGroup(from: &reader)
            let words = try reader.take(group.wordByteCount)
            let taken = min(256, count - start)
            if start == 0 { first = Int64(PackedKernels.value(words, width: group.width, at: 0)) }
            last = Int64(PackedKernels.value(words, width: group.width, at: taken - 1))
            var position = -1
            for _ in 0..<group.patchCount {
                let patch = try PackedGroup.nextPatch(from: &reader, after: position, count: taken)
                position = patch.position
                let high = patch.high &<< Int64(group.width)
                if start + position == 0 { first &+= high }
                if position == taken - 1 { last &+= high }
            }
        }
        return (first, last)
    }

    /// Number `index` of a column of differences that begins with `first`, and leaves the reader
    /// behind the column.
    static func number(
        _ reader: inout ByteReader, count: Int, at index: Int, reference: Int64, first: Int64
    ) throws(CodecError) -> Int64 {
        var number = first &+ Int64(index) &* reference
        for start in stride(from: 0, to: count, by: 256) {
            let group = try PackedGroup(from: &reader)
            let words = try reader.take(group.wordByteCount)
            let taken = min(256, max(0, index + 1 - start))
            number &+= Int64(
                bitPattern: PackedKernels.sum(words, width: group.width, count: taken))
            // The first of a column of differences is ignored.
            if start == 0 {
                number &-= Int64(PackedKernels.value(words, width: group.width, at: 0))
            }
            var position = -1
            for _ in 0..<group.patchCount {
                let patch = try PackedGroup.nextPatch(
                    from: &reader, after: position, count: min(256, count - start))
                position = patch.position
                if position < taken, start + position > 0 {
                    number &+= patch.high &<< Int64(group.width)
                }
            }
        }
        return number
    }
}
