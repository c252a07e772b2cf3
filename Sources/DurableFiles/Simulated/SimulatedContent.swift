import Synchronization

/// The bytes of a simulated file, in pages that copies share until one of them writes.
///
/// Sharing makes a copy of a whole disk cost a few array headers, so that thousands of crash states
/// can be tried; pages that were never written, or are only reserved, take no memory.
struct SimulatedContent: Sendable {
    static let pageByteCount = 4096
    static let sectorByteCount = 512
    private static let zeroPage = [UInt8](repeating: 0, count: pageByteCount)

    private(set) var byteCount = 0

    /// One per started page. Nil is a hole, which takes no space. Bytes behind the end are zero.
    private var pages: [[UInt8]?] = []

    /// Remembers the fingerprint for all copies until one of them changes.
    private var remembered = RememberedFingerprint()

    /// The pages that take space.
    private(set) var allocatedPageCount = 0

    /// What lies in a range; less than asked for only at the end of the file.
    func bytes(at offset: Int, byteCount count: Int) -> [UInt8] {
        var position = offset
        // Compared so that a length beyond all measure does not overflow.
        let end = offset + min(count, max(0, byteCount - offset))
        var bytes: [UInt8] = []
        bytes.reserveCapacity(end - position)
        while position < end {
            let (page, start) = position.quotientAndRemainder(dividingBy: Self.pageByteCount)
            let length = min(Self.pageByteCount - start, end - position)
            bytes.append(contentsOf: (pages[page] ?? Self.zeroPage)[start..<start + length])
            position += length
        }
        return bytes
    }

    /// Writes a part of the bytes: those that go to `range` of the file.
    mutating func write(_ bytes: [UInt8], at offset: Int, within range: Range<Int>? = nil) {
        let whole = offset..<offset + bytes.count
        let target = range.map { whole.clamped(to: $0) } ?? whole
        guard !target.isEmpty else { return }
        remembered = RememberedFingerprint()
        if target.upperBound > byteCount { resize(to: target.upperBound) }
        var position = target.lowerBound
        while position < target.upperBound {
            let (page, start) = position.quotientAndRemainder(dividingBy: Self.pageByteCount)
            let length = min(Self.pageByteCount - start, target.upperBound - position)
            let source = position - offset
            update(page, start, with: bytes[source..<source + length])
            position += length
        }
    }

    private mutating func update(_ page: Int, _ start: Int, with bytes: ArraySlice<UInt8>) {
        allocate(page)
        // The page leaves its place while it changes, so that it has one owner and is not copied.
        var content = pages[page] ?? Self.zeroPage
        pages[page] = nil
        unsafe content.withUnsafeMutableBytes { target in
            unsafe bytes.withUnsafeBytes { source in
                // The subscript checks that the part lies in the page; it is as long as the source.
                let part = unsafe target[start..<start + source.count]
                unsafe UnsafeMutableRawBufferPointer(rebasing: part).copyMemory(from: source)
            }
        }
        pages[page] = content
    }

    /// Zeros a range, as far as the file reaches.
    mutating func clear(_ range: Range<Int>) {
        let target = range.clamped(to: 0..<byteCount)
        guard !target.isEmpty else { return }
        write([UInt8](repeating: 0, count: target.count), at: target.lowerBound)
    }

    /// Cuts the file, or makes it longer by a hole.
    mutating func resize(to newByteCount: Int) {
        remembered = RememberedFingerprint()
        let pageCount = Self.pageCount(newByteCount)
        if newByteCount < byteCount {
            let lastPageEnd = min(pageCount * Self.pageByteCount, byteCount)
            if pageCount > 0, pages[pageCount - 1] != nil { clear(newByteCount..<lastPageEnd) }
            allocatedPageCount -= pages[pageCount...].count { $0 != nil }
            pages.removeLast(pages.count - pageCount)
        } else {
            pages.append(contentsOf: repeatElement(nil, count: pageCount - pages.count))
        }
        byteCount = newByteCount
    }

    /// Takes space for the first bytes; a shorter file becomes that long.
    mutating func preallocate(_ newByteCount: Int) {
        if newByteCount > byteCount { resize(to: newByteCount) }
        for page in 0..<Self.pageCount(newByteCount) { allocate(page) }
    }

    private mutating func allocate(_ page: Int) {
        guard pages[page] == nil else { return }
        pages[page] = Self.zeroPage
        allocatedPageCount += 1
    }

    /// How many bytes from `offset` on find space when this many pages are free.
    func writableByteCount(at offset: Int, byteCount count: Int, freePageCount: Int) -> Int {
        var free = freePageCount
        var position = offset
        while position < offset + count {
            let page = position / Self.pageByteCount
            if page >= pages.count || pages[page] == nil {
                if free == 0 { break }
                free -= 1
            }
            position = min((page + 1) * Self.pageByteCount, offset + count)
        }
        return position - offset
    }

    private static func pageCount(_ byteCount: Int) -> Int {
        (byteCount + pageByteCount - 1) / pageByteCount
    }

    /// Whether a page takes space: it was written or reserved.
    func isAllocated(page: Int) -> Bool { page < pages.count && pages[page] != nil }

    func checkInvariants() {
        precondition(pages.count == Self.pageCount(byteCount), "every started page has its place")
        precondition(
            allocatedPageCount == pages.count { $0 != nil }, "the pages that take space are counted"
        )
        if let last = pages.last, let page = last {
            let used = byteCount - (pages.count - 1) * Self.pageByteCount
            precondition(page[used...].allSatisfy { $0 == 0 }, "bytes behind the end are zero")
        }
    }
}

extension SimulatedContent {
    /// A number for length and bytes. Holes and zeros are the same.
    ///
    /// Computed once for all copies of the same content: crash states share most of theirs.
    var fingerprint: UInt64 {
        let known = remembered.value.load(ordering: .relaxed)
        if known != 0 { return known }
        var result = SimulatedRandom.mix(UInt64(byteCount) &+ 1)
        for (number, page) in pages.enumerated() {
            // Reserved pages share their memory, which the comparison looks at first.
            guard let page, page != Self.zeroPage else { continue }
            result = SimulatedRandom.mix(result ^ Self.mixWords(of: page) &+ UInt64(number))
        }
        remembered.value.store(result, ordering: .relaxed)
        return result
    }

    private static func mixWords(of page: [UInt8]) -> UInt64 {
        var mixed: UInt64 = 0
        unsafe page.withUnsafeBytes { bytes in
            for offset in stride(from: 0, to: pageByteCount, by: 8) {
                // A page is a whole number of words, so every load lies inside it.
                let word = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
                mixed = (mixed ^ word) &* 0x9FB2_1C65_1E98_DF25
                mixed ^= mixed >> 32
            }
        }
        return mixed
    }
}

/// A place for a fingerprint; 0 until it is known.
private final class RememberedFingerprint: Sendable {
    let value = Atomic<UInt64>(0)
}
