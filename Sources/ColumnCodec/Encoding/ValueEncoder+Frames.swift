extension ValueEncoder {
    /// Writes frames in a codec to ``trial``; it has too few where they cannot be written so.
    mutating func write(
        _ candidate: Candidate, _ values: [Double], _ range: Range<Int>, _ limits: ChunkLimits,
        _ frames: [Int], _ scratch: inout [UInt8]
    ) {
        trial.begin(candidate.codec.rawValue)
        writeShared(candidate)
        for frame in frames {
            let samples = limits.samples(ofFrame: frame, of: range.count)
            guard writeFrame(candidate, values, range, samples) else { return }
            guard trial.openFrameByteCount <= limits.frameColumnByteCountMax else { return }
            trial.endFrame(&scratch)
        }
    }

    private mutating func writeShared(_ candidate: Candidate) {
        let form = finder.best.form.byte
        switch candidate.codec {
        case .scaledDelta, .scaled:
            trial.shared.append(form)
            trial.shared.appendSVarint(candidate.reference)
        case .scaledVarints, .runs: trial.shared.append(form)
        case .rank:
            trial.shared.append(form)
            trial.shared.appendVarint(rank.table.count)
            trial.shared.appendSVarint(rank.table[0])
            for i in rank.table.indices.dropFirst() {
                trial.shared.appendVarint(Int(rank.table[i] - rank.table[i - 1]))
            }
            trial.shared.appendSVarint(candidate.reference)
        case .float32: trial.shared.appendSVarint(candidate.reference)
        case .ratio:
            trial.shared.append(ratio.form.byte)
            trial.shared.append(UInt8(ratio.m))
            trial.shared.appendSVarint(candidate.reference)
        case .constant, .raw64, .raw32: break
        }
    }

    /// - Returns: whether the frame could be written.
    private mutating func writeFrame(
        _ candidate: Candidate, _ values: [Double], _ range: Range<Int>, _ samples: Range<Int>
    ) -> Bool {
        var isWritten = true
        switch candidate.codec {
        case .scaledDelta:
            trial.bytes.appendSVarint(finder.best.integers[samples.lowerBound])
            isWritten = packer.append(
                deltas, samples, reference: candidate.reference, isDelta: true, to: &trial.bytes)
            writeExceptions(finder.best.exceptions, values, range, samples)
        case .scaled:
            isWritten = packer.append(
                finder.best.integers, samples, reference: candidate.reference, isDelta: false,
                to: &trial.bytes)
            writeExceptions(finder.best.exceptions, values, range, samples)
        case .scaledVarints:
            trial.bytes.appendSVarint(finder.best.integers[samples.lowerBound])
            for i in samples.dropFirst() { trial.bytes.appendSVarint(deltas[i]) }
            writeExceptions(finder.best.exceptions, values, range, samples)
        case .runs:
            writeRuns(samples)
            writeExceptions(finder.best.exceptions, values, range, samples)
        case .rank:
            trial.bytes.appendVarint(Int(rank.ranks[samples.lowerBound]))
            isWritten = packer.append(
                rankDeltas, samples, reference: candidate.reference, isDelta: true,
                to: &trial.bytes)
            writeExceptions(finder.best.exceptions, values, range, samples)
        case .float32: isWritten = writeFloats(candidate, samples)
        case .ratio: isWritten = writeRatios(candidate, values, range, samples)
        case .raw64:
            for i in samples { trial.bytes.appendLittleEndian(values[range.lowerBound + i]) }
        case .raw32:
            for i in samples {
                trial.bytes.appendLittleEndian(Float(values[range.lowerBound + i]).bitPattern)
            }
        case .constant: break
        }
        return isWritten
    }

    /// varint count, then per exception u16 position in the frame, u64 bits.
    private mutating func writeExceptions(
        _ exceptions: [Int], _ values: [Double], _ range: Range<Int>, _ samples: Range<Int>
    ) {
        guard !exceptions.isEmpty else { return }
        let own = exceptions.filter { samples.contains($0) }
        trial.bytes.appendVarint(own.count)
        for i in own {
            trial.bytes.appendLittleEndian(UInt16(i - samples.lowerBound))
            trial.bytes.appendLittleEndian(values[range.lowerBound + i])
        }
    }

    /// varint runs, their svarint differences of k, then their varint lengths.
    private mutating func writeRuns(_ samples: Range<Int>) {
        let integers = finder.best.integers
        let starts = samples.filter { $0 == samples.lowerBound || deltas[$0] != 0 }
        trial.bytes.appendVarint(starts.count)
        var last: Int64 = 0
        for start in starts {
            trial.bytes.appendSVarint(integers[start] - last)
            last = integers[start]
        }
        for (start, end) in zip(starts, starts.dropFirst() + [samples.upperBound]) {
            trial.bytes.appendVarint(end - start)
        }
    }

    private mutating func writeFloats(_ candidate: Candidate, _ samples: Range<Int>) -> Bool {
        trial.bytes.appendSVarint(orders[samples.lowerBound])
        return packer.append(
            orderDeltas, samples, reference: candidate.reference, isDelta: true, to: &trial.bytes)
    }

    private mutating func writeRatios(
        _ candidate: Candidate, _ values: [Double], _ range: Range<Int>, _ samples: Range<Int>
    ) -> Bool {
        trial.bytes.appendSVarint(ratio.integers[samples.lowerBound])
        guard
            packer.append(
                ratioDeltas, samples, reference: candidate.reference, isDelta: true,
                to: &trial.bytes),
            packer.append(
                ratio.ulps, samples, reference: 0, isDelta: false, to: &trial.bytes)
        else { return false }
        writeExceptions(ratio.exceptions, values, range, samples)
        return true
    }
}
