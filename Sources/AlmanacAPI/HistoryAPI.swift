public import Almanac

/// Bounds of what one request may ask for.
public struct APISettings: Sendable {
    /// Values or samples in one batch of the device routes.
    public var batchSizeMax = 1000
    /// Rows of one JSON reply, and of one batch of `/api/v1/samples`.
    public var rowCountMax = 50_000
    /// Points of one aligned query.
    public var pointCountMax = 1000
    /// The zone of local days if a request names none.
    public var timeZone = "UTC"
    /// The label of the site.
    public var siteName = "site"
    /// Between two signs of life in a live stream.
    public var heartbeat: Duration = .seconds(15)

    public init() {}
}

/// What a collector reports of itself; a program that has one adapts it.
public protocol CollectionSource: Sendable {
    /// One JSON object.
    func statusJSON() async -> [UInt8]

    /// Whether devices can be read at all: there is a network interface for them.
    func readsDevices() async -> Bool
}

/// The HTTP interface without HTTP: requests in, replies out.
///
/// Routes and their forms are described in `docs/http-api.md`, and by ``openAPI``.
public final class HistoryAPI: Sendable {
    public let history: DataManager
    public let settings: APISettings
    let collection: (any CollectionSource)?
    let metrics: PrometheusRegistry?
    let router = Router()

    /// - Parameters:
    ///   - history: what is read and written. It stays open.
    ///   - collection: nil without a collector.
    ///   - metrics: the backend that `/metrics` prints; nil leaves that route out of service.
    ///   - settings: bounds of requests.
    public init(
        history: DataManager, collection: (any CollectionSource)? = nil,
        metrics: PrometheusRegistry? = nil, settings: APISettings = APISettings()
    ) {
        self.history = history
        self.collection = collection
        self.metrics = metrics
        self.settings = settings
    }

    /// The description of all routes (OpenAPI 3.1, YAML).
    public var openAPI: String { OpenAPIText(router.routes).text }

    /// Finds a route before the body of a request is there: what is refused here needs none.
    ///
    /// - Parameters:
    ///   - method: of the request; HEAD has the routes of GET.
    ///   - path: percent-encoded, without the query.
    public func match(_ method: APIRequest.Method, _ path: String) -> RouteMatch {
        router.match(method, path).match
    }

    /// Answers a request. Errors are replies: in an envelope for the device routes, else problem
    /// documents.
    public func respond(to request: APIRequest) async -> APIReply {
        let found = router.match(request.method, request.path)
        do throws(APIFailure) {
            switch found.match {
            case .notFound:
                throw APIFailure(
                    404, code: "unknownRoute", "\(request.path): no such route; see /openapi.yaml")
            case .methodNotAllowed(let allowed):
                throw HistoryAPI.refusal(of: request.method, allowed)
            case .found(let route):
                try HistoryAPI.check(request.access, for: route)
                let call = RouteCall(
                    request: request, route: route, variables: found.variables,
                    query: try QueryItems(request.query))
                return try await route.handle(self, call)
            }
        } catch { return reply(to: request.path, error, requestID: request.requestID) }
    }

    /// A reply to a request that the transport refuses, as a body that is too large, in the form of the
    /// path's group.
    ///
    /// - Parameters:
    ///   - status: 400, 401, 403, 413, 429, 431, 503 or 504.
    ///   - code: a word for programs.
    ///   - message: what was found and what was expected.
    ///   - path: percent-encoded.
    ///   - requestID: names the request in logs.
    public func rejection(
        status: Int, code: String, message: String, path: String, requestID: String
    ) -> APIReply {
        reply(to: path, APIFailure(status, code: code, message), requestID: requestID)
    }

    private static func refusal(
        of method: APIRequest.Method, _ allowed: [APIRequest.Method]
    ) -> APIFailure {
        let names = allowed.map(\.rawValue).joined(separator: ", ")
        var failure = APIFailure(
            405, code: "methodNotAllowed", "\(method.rawValue) found, \(names) expected")
        failure.headers = [("Allow", names)]
        return failure
    }

    private static func check(_ access: APIAccess, for route: Route) throws(APIFailure) {
        guard access < route.access else { return }
        if access == .none {
            var failure = APIFailure(
                401, code: "unauthorized",
                "no valid token found, a bearer token with the right to \(route.access.word) expected"
            )
            failure.headers = [("WWW-Authenticate", "Bearer realm=\"almanac\"")]
            throw failure
        }
        throw APIFailure(
            403, code: "forbidden",
            "a token with the right to \(access.word) found, \(route.access.word) expected")
    }

    private func reply(
        to path: String, _ failure: APIFailure, requestID: String
    ) -> APIReply {
        let isEnvelope = path.hasPrefix("/api/") && !path.hasPrefix("/api/v1")
        var reply =
            isEnvelope
            ? EnvelopeText.reply(failure, at: history.now)
            : ProblemText.reply(failure, requestID: requestID)
        reply.headers += failure.headers
        return reply
    }
}

extension HistoryAPI {
    /// Has the library's errors become replies.
    func reading<Result>(
        _ body: (DataManager) throws(HistoryError) -> Result
    ) throws(APIFailure) -> Result {
        do throws(HistoryError) { return try body(history) } catch { throw APIFailure(error) }
    }

    /// The same for calls that wait.
    func writing<Result: Sendable>(
        _ body: (DataManager) async throws(HistoryError) -> Result
    ) async throws(APIFailure) -> Result {
        do throws(HistoryError) { return try await body(history) } catch { throw APIFailure(error) }
    }
}
