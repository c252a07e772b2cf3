import AlmanacAPI
import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import almanacd

@Suite("AccessControl") struct AccessControlTests {
    private static let tokens = TokenTable(entries: [
        TokenTable.Entry(access: .write, name: "panel", digest: digest(TokenTableTests.abc))
    ])

    private static func digest(_ hexadecimal: String) -> [UInt8] {
        stride(from: 0, to: 64, by: 2).map { place in
            UInt8(hexadecimal.dropFirst(place).prefix(2), radix: 16)!
        }
    }

    private func control(
        tokens: TokenTable? = tokens, isPublic: Bool = false, origins: [String] = []
    ) -> AccessControl {
        AccessControl(tokens: tokens, isPublic: isPublic, origins: origins)
    }

    private func request(
        _ method: HTTPRequest.Method = .get, path: String = "/api/v1/points",
        host: String = "localhost:8640", fields: [HTTPField.Name: String] = [:]
    ) -> Request {
        var headers = HTTPFields()
        for (name, value) in fields { headers[name] = value }
        return Request(
            head: HTTPRequest(
                method: method, scheme: "http", authority: host, path: path, headerFields: headers),
            body: RequestBody(buffer: ByteBuffer()))
    }

    private let near = try! SocketAddress(ipAddress: "127.0.0.1", port: 40_000)
    private let far = try! SocketAddress(ipAddress: "10.0.0.7", port: 40_000)

    @Test(
        "grants what a bearer token has, and nothing for anything else",
        arguments: [
            ("Bearer abc", APIAccess.write, false), ("bearer  abc", .write, false),
            ("Bearer abd", .none, true), ("Bearer", .none, true), ("Bearer abc x", .none, true),
            ("Basic abc", .none, true), ("abc", .none, true), ("", .none, true),
        ])
    func bearer(field: String, access: APIAccess, isWrong: Bool) {
        let request = request(fields: [.authorization: field])
        let caller = control().caller(of: request, from: near)
        #expect(caller.access == access)
        #expect(caller.hasWrongToken == isWrong)
        #expect(control().refusal(of: request, caller)?.status == (isWrong ? 401 : nil))
    }

    @Test("grants nothing without a token, but metrics to monitors of this machine")
    func withoutToken() {
        let control = control()
        #expect(control.caller(of: request(), from: near).access == .none)
        #expect(!control.caller(of: request(), from: near).hasWrongToken)
        let metrics = request(path: "/metrics")
        #expect(control.caller(of: metrics, from: near).access == .read)
        #expect(control.caller(of: metrics, from: far).access == .none)
        #expect(control.caller(of: metrics, from: nil).access == .none)
        // A wrong token is no better than none.
        let wrong = request(path: "/metrics", fields: [.authorization: "Bearer x"])
        #expect(control.caller(of: wrong, from: near).access == .none)
    }

    @Test(
        "without tokens, answers only names of this machine: a page elsewhere has another name",
        arguments: [
            ("localhost", true), ("localhost:8640", true), ("127.0.0.1:8640", true),
            ("127.9.9.9", true), ("[::1]:8640", true), ("evil.example", false),
            ("127.0.0.1.evil.example", false), ("localhost.evil.example:8640", false),
            ("10.0.0.1", false), ("", false),
        ])
    func names(host: String, isLocal: Bool) {
        let open = control(tokens: nil)
        let request = request(host: host)
        let caller = open.caller(of: request, from: near)
        #expect(open.refusal(of: request, caller)?.status == (isLocal ? nil : 403))
        // With tokens, or on an address for others, any name may be used.
        let shown = self.request(host: host, fields: [.authorization: "Bearer abc"])
        let known = control().caller(of: shown, from: far)
        #expect(control().refusal(of: shown, known) == nil)
        let open2 = control(tokens: nil, isPublic: true)
        #expect(open2.refusal(of: request, open2.caller(of: request, from: far)) == nil)
    }

    @Test("names an allowed origin, and no other")
    func origins() {
        let control = control(origins: ["https://a.example"])
        let allowed = request(fields: [.origin: "https://a.example"])
        #expect(
            control.headers(for: allowed).map(\.name) == ["Vary", "Access-Control-Allow-Origin"])
        #expect(control.headers(for: allowed).last?.value == "https://a.example")
        for origin in ["https://a.example.evil", "http://a.example", "null", ""] {
            let other = request(fields: [.origin: origin])
            #expect(control.headers(for: other).map(\.name) == ["Vary"], "\(origin)")
            #expect(control.preflight(request(.options, fields: [.origin: origin])) == nil)
        }
        #expect(self.control().headers(for: allowed).isEmpty)
        let preflight = control.preflight(request(.options, fields: [.origin: "https://a.example"]))
        #expect(preflight?.status == .noContent)
        #expect(preflight?.headers[.accessControlAllowOrigin] == "https://a.example")
        #expect(preflight?.headers[.accessControlAllowMethods] == "GET, HEAD, POST, PUT")
    }
}
