import Hummingbird
import NIOCore
import Testing

@testable import almanacd

@Suite("BodyReading") struct BodyReadingTests {
    private struct Broken: Error {}

    /// A body in parts of so many bytes, which fails at its end if it is to.
    private func body(_ parts: [Int], fails: Bool = false) -> RequestBody {
        RequestBody(
            asyncSequence: AsyncThrowingStream<ByteBuffer, any Error> { stream in
                for (place, count) in parts.enumerated() {
                    stream.yield(ByteBuffer(repeating: UInt8(place), count: count))
                }
                stream.finish(throwing: fails ? Broken() : nil)
            })
    }

    @Test("keeps a body up to the bound, in the order of its parts", arguments: [0, 1, 9, 10])
    func whole(count: Int) async {
        let parts = [count / 2, 0, count - count / 2]
        guard case .whole(let bytes) = await BodyReading.read(body(parts), upTo: 10) else {
            Issue.record("\(count) bytes are refused")
            return
        }
        let expected = parts.enumerated().flatMap {
            [UInt8](repeating: UInt8($0.offset), count: $0.element)
        }
        #expect(bytes == expected)
    }

    @Test("reads what is a little too large to its end, so that its sender reads the reply")
    func littleTooLarge() async {
        for parts in [[11], [10, 1], [10, 30]] {
            guard case .tooLarge(let isRead) = await BodyReading.read(body(parts), upTo: 10) else {
                Issue.record("\(parts) are taken")
                continue
            }
            #expect(isRead)
        }
    }

    // A body without an end would be read for good.
    @Test("does not read on at four times the bound")
    func endless() async {
        let endless = RequestBody(
            asyncSequence: AsyncStream<ByteBuffer> { ByteBuffer(repeating: 0, count: 7) })
        guard case .tooLarge(let isRead) = await BodyReading.read(endless, upTo: 10) else {
            Issue.record("an endless body is taken")
            return
        }
        #expect(!isRead)
    }

    @Test("reports a body that breaks off")
    func broken() async {
        for parts in [[], [3], [30]] {
            guard case .broken = await BodyReading.read(body(parts, fails: true), upTo: 10) else {
                Issue.record("\(parts) and a failure are taken")
                continue
            }
        }
    }

    @Test("counts requests up to a bound and frees a place at each end")
    func count() {
        let count = RequestCount()
        #expect(count.enter(upTo: 2) && count.enter(upTo: 2))
        for _ in 0..<3 { #expect(!count.enter(upTo: 2)) }
        count.leave()
        #expect(count.enter(upTo: 2))
        #expect(!count.enter(upTo: 2))
    }

    @Test("a limit of time ends work that takes longer, and lets other work be")
    func limit() async {
        #expect(await withLimit(.seconds(600)) { 7 } == 7)
        // Ends by its cancellation alone.
        let late = await withLimit(.milliseconds(1)) { () -> Int in
            while !Task.isCancelled { await Task.yield() }
            return 7
        }
        #expect(late == nil)
    }
}
