import AlmanacAPI
import AsyncAlgorithms
import Hummingbird
import NIOCore

/// Hands the parts of a streamed reply to the task that writes them, one at a time: the source waits
/// until the one before was taken.
struct StreamParts: APIBodyWriter {
    let channel = AsyncChannel<[UInt8]>()

    func write(_ bytes: [UInt8]) async throws {
        await channel.send(bytes)
        // A send that was given up does not fail.
        try Task.checkCancellation()
    }
}

/// Ends a connection whose client does not take a part of a reply in time.
struct SlowClientTimer: Sendable {
    let channel: any Channel
    let timeout: Duration

    /// Begins to wait; cancelled if the part was taken.
    func start() -> Task<Void, any Error> {
        Task {
            try await Task.sleep(for: timeout)
            // The write that waits fails then.
            channel.close(mode: .all, promise: nil)
        }
    }
}
