import ColumnCodec
import TimeSeriesModel

/// Walks the samples of one series in one segment or in the heads, frame by frame, in either
/// direction.
struct SegmentCursor {
    /// `nil` for the heads, which are one decoded frame from the start.
    let segment: Segment?
    private let series: SeriesID
    private let bounds: ReadBounds
    private let order: ReadOrder
    private let entries: [IndexEntry]
    private let cancellation: CancellationCheck
    private var nextEntry: Int
    private var head: ChunkHead?
    private var entry: IndexEntry?
    private var frames = 0..<0
    private(set) var scratch: ReadScratch
    /// What of the decoded frame is still to be read.
    private(set) var positions = 0..<0

    /// `nil` where the segment has nothing of the series in the bounds.
    init?(
        _ segment: Segment, _ series: SeriesID, _ bounds: ReadBounds, _ order: ReadOrder,
        scratch: ReadScratch, checking cancellation: CancellationCheck = .none
    ) throws(StoreError) {
        entries = try segment.entries(of: series, from: bounds.first, through: bounds.last)
        guard !entries.isEmpty else { return nil }
        self.segment = segment
        self.cancellation = cancellation
        self.series = series
        self.bounds = bounds
        self.order = order
        self.scratch = scratch
        nextEntry = order == .forward ? 0 : entries.count - 1
    }

    /// What the heads have of the series in the bounds; not empty.
    init(head columns: SampleColumns, _ series: SeriesID, _ bounds: ReadBounds, _ order: ReadOrder)
    {
        segment = nil
        cancellation = .none
        entries = []
        self.series = series
        self.bounds = bounds
        self.order = order
        scratch = ReadScratch()
        scratch.frame = FrameBuffer(columns)
        positions = 0..<columns.count
        nextEntry = -1
    }

    var frame: FrameBuffer { _read { yield scratch.frame } }

    /// The time of the next sample. Only while ``positions`` is not empty.
    var nextTime: Int64 {
        scratch.frame.times[order == .forward ? positions.lowerBound : positions.upperBound - 1]
    }

    /// Makes sure that there is a sample to read; false at the end.
    mutating func fill(_ log: DamageLog?) throws(StoreError) -> Bool {
        while positions.isEmpty {
            if frames.isEmpty, try !openNextChunk(log) { return false }
            try decodeNextFrame(log)
        }
        return true
    }

    /// Marks samples as read, from the front in reading direction.
    mutating func consume(_ count: Int) {
        positions =
            order == .forward
            ? positions.lowerBound + count..<positions.upperBound
            : positions.lowerBound..<positions.upperBound - count
    }

    /// The positions that come before a time in reading direction.
    func positions(before time: Int64) -> Range<Int> {
        let times = scratch.frame.times
        switch order {
        case .forward:
            return positions.lowerBound..<times.firstPosition(in: positions) { $0 >= time }
        case .backward:
            return times.firstPosition(in: positions) { $0 > time }..<positions.upperBound
        }
    }

    private mutating func openNextChunk(_ log: DamageLog?) throws(StoreError) -> Bool {
        while let segment, entries.indices.contains(nextEntry) {
            try cancellation.check()
            let entry = entries[nextEntry]
            nextEntry += order == .forward ? 1 : -1
            let bounds = bounds
            do throws(ChunkFailure) {
                let head = try segment.load(
                    frames: { $0.frames(in: bounds) }, of: entry, series: series, into: &scratch)
                self.head = head
                self.entry = entry
                frames = head.layout.frames(in: bounds)
                return true
            } catch {
                try log.report(error)
            }
        }
        return false
    }

    private mutating func decodeNextFrame(_ log: DamageLog?) throws(StoreError) {
        guard let segment, let head, let entry else { return }
        let number = order == .forward ? frames.lowerBound : frames.upperBound - 1
        frames =
            order == .forward
            ? number + 1..<frames.upperBound : frames.lowerBound..<number
        do throws(CodecError) {
            try scratch.decode(frame: number, of: head.layout)
            positions = bounds.positions(in: scratch.frame.times)
        } catch {
            // A chunk whose checksum is right and whose frames do not decode was written by a faulty
            // program: the rest of it is not to be trusted either.
            frames = 0..<0
            try log.report(
                segment.undecodable(error, entry, series))
        }
    }
}

extension ChunkLayout {
    /// The frames that can hold samples of the bounds.
    func frames(in bounds: ReadBounds) -> Range<Int> {
        let first = frame(atOrBefore: bounds.first) ?? 0
        guard let last = frame(atOrBefore: bounds.last) else { return 0..<0 }
        return first..<last + 1
    }
}

extension DamageLog? {
    func report(_ failure: ChunkFailure) throws(StoreError) {
        switch failure {
        case .damage(let damage): try report(damage)
        case .store(let error): throw error
        }
    }
}
