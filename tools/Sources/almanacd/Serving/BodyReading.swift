import Hummingbird
import NIOCore

/// The body of a request, in bounded memory.
enum BodyReading: Sendable {
    case whole([UInt8])
    /// It is larger than the bound.
    ///
    /// - Parameter isRead: whether its end has come: most clients read a reply only after they have sent
    ///   all, so what is a little too large is read and forgotten.
    case tooLarge(isRead: Bool)
    /// The client has gone, or sent no valid HTTP.
    case broken

    /// How much is read of a body that is too large, in bounds.
    private static let patience = 4

    static func read(_ body: RequestBody, upTo bound: Int) async -> BodyReading {
        var bytes: [UInt8] = []
        var count = 0
        do {
            for try await part in body {
                count += part.readableBytes
                if count <= bound {
                    bytes += part.readableBytesView
                } else {
                    bytes = []
                    if count > bound * patience { return .tooLarge(isRead: false) }
                }
            }
        } catch { return .broken }
        return count > bound ? .tooLarge(isRead: true) : .whole(bytes)
    }
}
