import ColumnCodec
import DurableFiles
import Synchronization

/// Runs work on all cores and hands the results on in order.
struct OrderedWorkers: Sendable {
    /// Results that wait to be written hold about as many samples, encoded.
    static let batchSampleCount = 2 << 20

    /// Makes something of each item side by side and consumes the results in the items' order.
    ///
    /// Items are taken in batches of about two million samples, which bounds the memory of what has
    /// been made and not consumed. The first error ends it.
    static func run<Item: Sendable, Made: Sendable>(
        _ items: some Sequence<Item>, sampleCount: (Item) -> Int,
        make: @Sendable (Item) throws(StoreError) -> Made,
        consume: (Made) throws(StoreError) -> Void
    ) throws(StoreError) {
        var batch: [Item] = []
        var samples = 0
        for item in items {
            batch.append(item)
            samples += sampleCount(item)
            guard samples >= batchSampleCount else { continue }
            try run(batch, make, consume)
            batch.removeAll(keepingCapacity: true)
            samples = 0
        }
        try run(batch, make, consume)
    }

    private static func run<Item: Sendable, Made: Sendable>(
        _ batch: [Item], _ make: @Sendable (Item) throws(StoreError) -> Made,
        _ consume: (Made) throws(StoreError) -> Void
    ) throws(StoreError) {
        let made = Guarded([Result<Made, StoreError>?](repeating: nil, count: batch.count))
        ParallelWork.perform(batch.count) { index in
            let result = Result { () throws(StoreError) in try make(batch[index]) }
            made.withLock { $0[index] = result }
        }
        for result in made.withLock({ $0 }) { try consume(try result!.get()) }
    }
}

/// Lends chunk encoders with their buffers to workers.
final class EncoderPool: Sendable {
    private let idle = Guarded<[ChunkEncoder]>([])

    func withEncoder<Result, Failure: Error>(
        _ body: (inout ChunkEncoder) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var encoder = idle.withLock { $0.popLast() } ?? ChunkEncoder()
        defer { idle.withLock { $0.append(encoder) } }
        return try body(&encoder)
    }
}
