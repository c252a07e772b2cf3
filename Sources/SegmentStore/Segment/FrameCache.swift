import DurableFiles
import Synchronization

/// Bytes of frames that look-ups have read, so that the next one in the same frame need not ask the
/// system. Bounded in bytes; nothing expires, because a segment never changes.
///
/// Scans neither use nor fill it. Safe to share between threads.
final class FrameCache: Sendable {
    /// A frame of a file. File numbers may be used again in other stores, salts are random.
    struct Key: Hashable {
        var salt: UInt64
        var offset: Int
    }

    /// What is asked for again moves from the old half to the young one; when the young half is
    /// full it becomes the old one, and what nobody asked for meanwhile is gone.
    private struct Halves {
        var young: [Key: [UInt8]] = [:]
        var old: [Key: [UInt8]] = [:]
        var youngByteCount = 0

        mutating func insert(_ bytes: [UInt8], for key: Key) {
            let cost = bytes.count + FrameCache.entryByteCount
            if youngByteCount + cost > FrameCache.byteCountMax / (2 * FrameCache.stripeCount) {
                old = young
                young = [:]
                youngByteCount = 0
            }
            if young.updateValue(bytes, forKey: key) == nil { youngByteCount += cost }
        }
    }

    private final class Stripe: Sendable {
        let halves = Guarded(Halves())
    }

    /// Of a store; the frames of about five million samples.
    static let byteCountMax = 4 << 20
    /// What an entry takes beside its bytes.
    private static let entryByteCount = 80
    private static let stripeCount = 8

    private let stripes = (0..<stripeCount).map { _ in Stripe() }

    private func stripe(of key: Key) -> Stripe {
        // Frames of a chunk are about a kilobyte apart.
        stripes[(key.offset >> 10) & (FrameCache.stripeCount - 1)]
    }

    subscript(key: Key) -> [UInt8]? {
        stripe(of: key).halves.withLock { halves in
            if let bytes = halves.young[key] { return bytes }
            guard let bytes = halves.old.removeValue(forKey: key) else { return nil }
            halves.insert(bytes, for: key)
            return bytes
        }
    }

    func insert(_ bytes: [UInt8], for key: Key) {
        stripe(of: key).halves.withLock { $0.insert(bytes, for: key) }
    }

    /// Bytes that are held, for tests.
    var byteCount: Int {
        stripes.reduce(0) { total, stripe in
            stripe.halves.withLock { halves in
                (halves.young.values.map(\.count) + halves.old.values.map(\.count))
                    .reduce(total) { $0 + $1 + FrameCache.entryByteCount }
            }
        }
    }
}
