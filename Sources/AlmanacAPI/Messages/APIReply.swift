/// A reply to a request, without its transport.
public struct APIReply: Sendable {
    /// The HTTP status.
    public var status: Int
    /// All but `Content-Length` and `Transfer-Encoding`, which belong to the transport.
    public var headers: [(name: String, value: String)]
    public var body: APIBody

    public init(
        status: Int = 200, contentType: String, headers: [(name: String, value: String)] = [],
        body: APIBody
    ) {
        self.status = status
        self.headers = [("Content-Type", contentType)] + headers
        self.body = body
    }

    /// A reply without a body, as 304.
    public init(status: Int, headers: [(name: String, value: String)] = []) {
        self.status = status
        self.headers = headers
        body = .bytes([])
    }

    /// The first value of a header, whatever the case of its name.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}

/// The body of a reply.
public enum APIBody: Sendable {
    case bytes([UInt8])
    /// Written part by part while it is sent. What it throws ends the transfer, so that the client sees
    /// that the reply is not complete.
    case stream(@Sendable (_ writer: any APIBodyWriter) async throws -> Void)
}

/// Takes the parts of a body that is sent while it is made.
public protocol APIBodyWriter: Sendable {
    /// Returns when the transport takes more, so that a slow client slows the source.
    ///
    /// - Throws: if the client is gone, or reads too slowly.
    func write(_ bytes: [UInt8]) async throws
}

enum MediaType {
    static let json = "application/json"
    static let problem = "application/problem+json"
    static let lines = "application/x-ndjson"
    static let csv = "text/csv; charset=utf-8"
    static let events = "text/event-stream"
    static let yaml = "application/yaml"
    static let plain = "text/plain; charset=utf-8"
    static let metrics = "text/plain; version=0.0.4; charset=utf-8"
}
