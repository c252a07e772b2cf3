/// A request of HTTP without its transport: complete, bounded, and with the rights of its caller.
public struct APIRequest: Sendable {
    public enum Method: String, Hashable, Sendable, CaseIterable {
        case get = "GET"
        case head = "HEAD"
        case post = "POST"
        case put = "PUT"
        case delete = "DELETE"
        case patch = "PATCH"
        case options = "OPTIONS"
        /// Any other; no route has it.
        case other = ""
    }

    public var method: Method
    /// Percent-encoded, without the query.
    public var path: String
    /// Percent-encoded, without the question mark; nil without one.
    public var query: String?
    /// The value of `Content-Type`.
    public var contentType: String?
    /// The value of `Last-Event-ID`.
    public var lastEventID: String?
    /// The value of `If-None-Match`.
    public var ifNoneMatch: String?
    /// The whole body; the transport has bounded it.
    public var body: [UInt8]
    /// What the transport has verified.
    public var access: APIAccess
    /// Names the request in logs and in problem documents.
    public var requestID: String

    public init(
        _ method: Method, _ path: String, query: String? = nil, contentType: String? = nil,
        lastEventID: String? = nil, ifNoneMatch: String? = nil, body: [UInt8] = [],
        access: APIAccess = .none, requestID: String = ""
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.contentType = contentType
        self.lastEventID = lastEventID
        self.ifNoneMatch = ifNoneMatch
        self.body = body
        self.access = access
        self.requestID = requestID
    }
}
