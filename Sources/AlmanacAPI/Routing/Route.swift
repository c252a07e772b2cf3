/// A route: how it is called, what it requires, and what answers it.
public struct Route: Sendable {
    /// The form of its errors.
    enum Group: Sendable {
        /// The eight device routes: an envelope with `success`, `data`, `error`.
        case envelope
        /// `/api/v1`: problem documents (RFC 9457).
        case native
        /// Whether the process lives and what it does.
        case operation
    }

    public let methods: Set<APIRequest.Method>
    /// With names of its variable parts in braces, as `/api/device/{device_id}/data`: for logs and
    /// metrics.
    public let pattern: String
    public let access: APIAccess
    let group: Group
    let description: RouteDescription
    let parts: [Substring]
    let handle: @Sendable (HistoryAPI, RouteCall) async throws(APIFailure) -> APIReply

    init(
        _ methods: Set<APIRequest.Method>, _ pattern: String, _ access: APIAccess, _ group: Group,
        _ description: RouteDescription,
        handle: @escaping @Sendable (HistoryAPI, RouteCall) async throws(APIFailure) -> APIReply
    ) {
        self.methods = methods
        self.pattern = pattern
        self.access = access
        self.group = group
        self.description = description
        self.handle = handle
        parts = pattern.split(separator: "/", omittingEmptySubsequences: false)
    }

    /// The variable parts of a path that has the route's form, by name; nil for another path.
    func variables(of path: [Substring]) -> [String: String]? {
        guard path.count == parts.count else { return nil }
        var variables: [String: String] = [:]
        for (part, text) in zip(parts, path) {
            if part.first == "{" {
                guard let value = PercentCoding.decoded(text), !value.isEmpty else { return nil }
                variables[String(part.dropFirst().dropLast())] = value
            } else if part != text {
                return nil
            }
        }
        return variables
    }
}

/// What `/openapi.yaml` says of a route.
struct RouteDescription: Sendable {
    /// A parameter of the query.
    struct Parameter: Sendable {
        var name: String
        var type: String
        var summary: String
        var isRequired = false
    }

    var summary: String
    var parameters: [Parameter] = []
    /// The media types of status 200.
    var replies: [String] = [MediaType.json]
    /// The schema of a body, if there is one.
    var body: String?
    /// Statuses beside 200 and those that every route may have.
    var statuses: [Int] = []
}

/// A request that has found its route.
struct RouteCall: Sendable {
    let request: APIRequest
    let route: Route
    let variables: [String: String]
    let query: QueryItems
}

/// The result of a search for the route of a path.
public enum RouteMatch: Sendable {
    case found(Route)
    /// The path has routes, but none for the method.
    case methodNotAllowed(allowed: [APIRequest.Method])
    case notFound
}
