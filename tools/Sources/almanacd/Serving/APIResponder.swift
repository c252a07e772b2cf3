import Almanac
import AlmanacAPI
import AsyncAlgorithms
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import ServiceLifecycle

/// What a request brings along: the connection that it came through.
struct ConnectionContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}

/// Bounds of the transport.
struct TransportLimits: Sendable {
    var bodyByteCountMax = 16 << 20
    var requestCountMax = 100
    /// For a body to arrive, a reply to be made, and a part of a reply to be taken by the client.
    var timeout: Duration = .seconds(30)
}

/// Turns requests of HTTP into those of the API, and its replies into responses.
struct APIResponder: HTTPResponder {
    typealias Context = ConnectionContext

    let api: HistoryAPI
    let access: AccessControl
    let limits: TransportLimits
    let executor: WorkerThreads
    let requests = RequestCount()
    let streams = RequestCount()
    private let log = Logger(label: "almanacd.http")

    /// Above it a reply is written in parts.
    private static let byteCountAtOnce = 1 << 16

    init(
        api: HistoryAPI, access: AccessControl, limits: TransportLimits, executor: WorkerThreads
    ) {
        self.api = api
        self.access = access
        self.limits = limits
        self.executor = executor
    }

    func respond(to request: Request, context: Context) async throws -> Response {
        let start = ContinuousClock.now
        let arrived = Arrived(request, id: "\(context.id)")
        let caller = access.caller(of: request, from: context.channel.remoteAddress)
        var reply: APIReply
        var closes = false
        var route = "other"
        // A monitor is answered however busy the service is.
        var isCounted = true
        if case .found(let found) = api.match(arrived.method, arrived.path) {
            route = found.pattern
            isCounted = found.access > .none
        }
        if let preflight = access.preflight(request) {
            return preflight
        } else if let refusal = access.refusal(of: request, caller) {
            reply = reject(arrived, refusal.status, refusal.code, refusal.message)
        } else if isCounted, !requests.enter(upTo: limits.requestCountMax) {
            reply = reject(
                arrived, 503, "busy",
                "\(limits.requestCountMax) requests are being answered, no more at once are taken")
            // Its body has not been read.
            closes = true
        } else {
            defer { if isCounted { requests.leave() } }
            (reply, closes) = await answer(arrived, request, caller.access)
        }
        let time = ContinuousClock.now - start
        api.history.recordRequest(route: route, status: reply.status, duration: time)
        log.info(
            "\(request.method.rawValue) \(arrived.path) \(reply.status)",
            metadata: [
                "ms": "\(Int(time / .milliseconds(1)))", "request": "\(arrived.id)",
                "caller": "\(caller.name)",
            ])
        for (name, value) in access.headers(for: request) { reply.headers.append((name, value)) }
        return response(reply, to: request, context.channel, closes: closes)
    }

    /// Reads the body and asks the API; the connection has to end if the rest of the request is not
    /// read.
    private func answer(
        _ arrived: Arrived, _ request: Request, _ access: APIAccess
    ) async -> (reply: APIReply, closes: Bool) {
        var call = arrived.request(access)
        if arrived.mayHaveBody {
            let bound = limits.bodyByteCountMax
            let body = await withLimit(limits.timeout) {
                await BodyReading.read(request.body, upTo: bound)
            }
            switch body {
            case nil:
                return (
                    reject(arrived, 408, "bodyTimeout", "the body did not arrive in time"), true
                )
            case .broken:
                return (reject(arrived, 400, "body", "the body cannot be read"), true)
            case .tooLarge(let isRead): return (tooLarge(arrived), !isRead)
            case .whole(let bytes): call.body = bytes
            }
            if !call.body.isEmpty, !arrived.hasKnownType {
                return (
                    reject(
                        arrived, 415, "mediaType",
                        "Content-Type \"\(call.contentType ?? "")\" found, application/json or "
                            + "application/x-ndjson expected"), false
                )
            }
        }
        let ready = call
        let reply = await withLimit(limits.timeout) {
            await withTaskExecutorPreference(executor) { await api.respond(to: ready) }
        }
        return (
            reply ?? reject(arrived, 504, "timeout", "no reply in \(limits.timeout)"), false
        )
    }

    private func tooLarge(_ arrived: Arrived) -> APIReply {
        reject(
            arrived, 413, "bodyTooLarge",
            "the body has more than \(limits.bodyByteCountMax) bytes, which is the bound")
    }

    private func reject(
        _ arrived: Arrived, _ status: Int, _ code: String, _ message: String
    ) -> APIReply {
        api.rejection(
            status: status, code: code, message: message, path: arrived.path,
            requestID: arrived.id)
    }

    private func response(
        _ reply: APIReply, to request: Request, _ channel: any Channel, closes: Bool
    ) -> Response {
        var headers = HTTPFields()
        for (name, value) in reply.headers {
            guard let name = HTTPField.Name(name) else { continue }
            headers.append(HTTPField(name: name, value: value))
        }
        headers[.xContentTypeOptions] = "nosniff"
        let status = HTTPResponse.Status(code: reply.status)
        switch reply.body {
        case .bytes(let bytes):
            if request.method == .head {
                headers[.contentLength] = "\(bytes.count)"
                return Response(status: status, headers: headers)
            }
            guard closes || bytes.count > APIResponder.byteCountAtOnce else {
                return Response(
                    status: status, headers: headers,
                    body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
            }
            if closes { headers[.connection] = "close" }
            return Response(
                status: status, headers: headers,
                body: .init(contentLength: bytes.count) { writer in
                    let limit = SlowClientTimer(channel: channel, timeout: limits.timeout)
                    for start in stride(from: 0, to: bytes.count, by: Self.byteCountAtOnce) {
                        let end = min(start + Self.byteCountAtOnce, bytes.count)
                        let timer = limit.start()
                        defer { timer.cancel() }
                        try await writer.write(ByteBuffer(bytes: bytes[start..<end]))
                    }
                    try await writer.finish(nil)
                    // What else the client sends is not read.
                    if closes { channel.close(mode: .all, promise: nil) }
                })
        case .stream(let run):
            if request.method == .head { return Response(status: status, headers: headers) }
            guard streams.enter(upTo: limits.requestCountMax) else {
                headers = [.contentType: "text/plain", .retryAfter: "5"]
                return Response(
                    status: .serviceUnavailable, headers: headers,
                    body: .init(byteBuffer: ByteBuffer(string: "too many streams\n")))
            }
            return Response(
                status: status, headers: headers,
                body: .init { writer in
                    defer { streams.leave() }
                    let limit = SlowClientTimer(channel: channel, timeout: limits.timeout)
                    let parts = StreamParts()
                    let source = Task {
                        defer { parts.channel.finish() }
                        try await withTaskExecutorPreference(executor) { try await run(parts) }
                    }
                    defer { source.cancel() }
                    try await withGracefulShutdownHandler {
                        for await part in parts.channel {
                            let timer = limit.start()
                            defer { timer.cancel() }
                            try await writer.write(ByteBuffer(bytes: part))
                        }
                    } onGracefulShutdown: {
                        source.cancel()
                    }
                    do { try await source.value } catch is CancellationError {
                        // The service ends; the client comes back to the next one.
                    }
                    try await writer.finish(nil)
                })
        }
    }
}

/// A request as far as it is known before its body.
private struct Arrived {
    let method: APIRequest.Method
    let path: String
    let query: String?
    let contentType: String?
    let lastEventID: String?
    let ifNoneMatch: String?
    let id: String

    init(_ request: Request, id: String) {
        method = APIRequest.Method(rawValue: request.method.rawValue) ?? .other
        let target = request.head.path ?? "/"
        let sides = target.split(
            separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        path = String(sides[0])
        query = sides.count > 1 ? String(sides[1]) : nil
        contentType = request.headers[.contentType]
        lastEventID = HTTPField.Name("Last-Event-ID").flatMap { request.headers[$0] }
        ifNoneMatch = request.headers[.ifNoneMatch]
        self.id = id
    }

    var mayHaveBody: Bool {
        switch method {
        case .get, .head, .options: false
        default: true
        }
    }

    /// A form of a page elsewhere cannot send one of these types without being asked first.
    var hasKnownType: Bool {
        let type = (contentType ?? "").lowercased().prefix { $0 != ";" && $0 != " " }
        return type == "application/json" || type == "application/x-ndjson"
    }

    func request(_ access: APIAccess) -> APIRequest {
        APIRequest(
            method, path, query: query, contentType: contentType, lastEventID: lastEventID,
            ifNoneMatch: ifNoneMatch, access: access, requestID: id)
    }
}

/// Runs work for a time at most; nil if it took longer. The work is cancelled then, and has ended when
/// this returns.
func withLimit<Result: Sendable>(
    _ limit: Duration, _ work: @escaping @Sendable () async -> Result
) async -> Result? {
    await withTaskGroup(of: Result?.self) { group in
        group.addTask { await work() }
        group.addTask {
            try? await Task.sleep(for: limit)
            return nil
        }
        let first = await group.next() ?? nil
        group.cancelAll()
        return first
    }
}
