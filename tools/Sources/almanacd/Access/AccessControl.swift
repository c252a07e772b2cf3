import AlmanacAPI
import HTTPTypes
import Hummingbird
import NIOCore

/// Who may do what, and which pages of other origins may call.
struct AccessControl: Sendable {
    struct Caller: Sendable {
        var access: APIAccess
        /// For logs.
        var name: String
        /// Whether a token was shown that is not known.
        var hasWrongToken = false
    }

    struct Refusal: Sendable {
        var status: Int
        var code: String
        var message: String
    }

    /// Nil without tokens: then each caller may do everything.
    let tokens: TokenTable?
    /// Whether others than programs of this machine reach the service.
    let isPublic: Bool
    /// Origins that a browser may call from.
    let origins: [String]

    /// The rights of a request.
    func caller(of request: Request, from address: SocketAddress?) -> Caller {
        guard let tokens else { return Caller(access: .admin, name: "local") }
        if let field = request.headers[.authorization] {
            let words = field.split(separator: " ", omittingEmptySubsequences: true)
            guard words.count == 2, words[0].lowercased() == "bearer",
                let entry = tokens.entry(of: words[1])
            else { return Caller(access: .none, name: "unknown", hasWrongToken: true) }
            return Caller(access: entry.access, name: entry.name)
        }
        // A monitor on the same machine needs no token for figures of the process.
        let path = request.head.path ?? ""
        if path == "/metrics", address?.ipAddress.map(Self.isLoopback) == true {
            return Caller(access: .read, name: "local")
        }
        return Caller(access: .none, name: "unknown")
    }

    /// Why a request is refused whatever it asks; nil if it is not.
    func refusal(of request: Request, _ caller: Caller) -> Refusal? {
        if caller.hasWrongToken {
            return Refusal(status: 401, code: "unauthorized", message: "the token is not known")
        }
        // Without tokens the machine's border is the protection. A page elsewhere could get past it
        // with a name of its own for this address; its requests carry that name.
        guard tokens == nil, !isPublic, let host = request.head.authority,
            !Self.isLocalName(host)
        else { return nil }
        return Refusal(
            status: 403, code: "foreignHost",
            message: "Host \"\(host)\" found, localhost or a loopback address expected")
    }

    /// The reply to a browser that asks whether it may call; nil for other requests.
    func preflight(_ request: Request) -> Response? {
        guard request.method == .options, allowedOrigin(of: request) != nil else { return nil }
        var headers = HTTPFields()
        for (name, value) in self.headers(for: request) {
            if let name = HTTPField.Name(name) { headers[name] = value }
        }
        headers[.accessControlAllowMethods] = "GET, HEAD, POST, PUT"
        headers[.accessControlAllowHeaders] = "Authorization, Content-Type, Last-Event-ID"
        headers[.accessControlMaxAge] = "600"
        return Response(status: .noContent, headers: headers)
    }

    /// The headers that let a page of an allowed origin read a reply.
    func headers(for request: Request) -> [(name: String, value: String)] {
        guard !origins.isEmpty else { return [] }
        var headers = [(name: "Vary", value: "Origin")]
        if let origin = allowedOrigin(of: request) {
            headers.append(("Access-Control-Allow-Origin", origin))
        }
        return headers
    }

    private func allowedOrigin(of request: Request) -> String? {
        request.headers[.origin].flatMap { origins.contains($0) ? $0 : nil }
    }

    private static func isLoopback(_ address: String) -> Bool {
        let mapped = "::ffff:"
        let host = address.hasPrefix(mapped) ? String(address.dropFirst(mapped.count)) : address
        return ListenAddress(host: host, port: 0).isLoopback
    }

    private static func isLocalName(_ authority: String) -> Bool {
        var host = authority[...]
        if host.hasPrefix("[") {
            host = host.dropFirst().prefix { $0 != "]" }
        } else {
            host = host.prefix { $0 != ":" }
        }
        return ListenAddress(host: String(host), port: 0).isLoopback
    }
}
