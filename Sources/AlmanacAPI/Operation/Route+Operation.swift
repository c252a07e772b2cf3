import Almanac

extension Route {
    /// Whether the process lives, is ready, and what it does.
    static var operation: [Route] {
        [
            Route(
                [.get], "/healthz", .none, .operation,
                RouteDescription(
                    summary: "Whether the process lives", replies: [MediaType.plain])
            ) { (_, _) in
                APIReply(contentType: MediaType.plain, body: .bytes(Array("ok\n".utf8)))
            },
            Route(
                [.get], "/readyz", .none, .operation,
                RouteDescription(
                    summary: "Whether the store can be written and the devices are heard",
                    replies: [MediaType.plain], statuses: [503])
            ) { (api, _) async throws(APIFailure) in try await api.readiness() },
            Route(
                [.get], "/metrics", .read, .operation,
                RouteDescription(
                    summary: "Metrics in Prometheus' text format", replies: [MediaType.metrics],
                    statuses: [503])
            ) { (api, _) throws(APIFailure) in try api.metricsText() },
            Route(
                [.get], "/openapi.yaml", .none, .operation,
                RouteDescription(summary: "This description", replies: [MediaType.yaml])
            ) { (api, _) in
                APIReply(
                    contentType: MediaType.yaml, body: .bytes(Array(api.openAPI.utf8)))
            },
        ]
    }
}

extension HistoryAPI {
    fileprivate func readiness() async throws(APIFailure) -> APIReply {
        if let reason = await history.notReadyReason() {
            throw APIFailure(503, code: "notReady", reason)
        }
        return APIReply(contentType: MediaType.plain, body: .bytes(Array("ready\n".utf8)))
    }

    fileprivate func metricsText() throws(APIFailure) -> APIReply {
        guard let metrics else {
            throw APIFailure(503, code: "noMetrics", "this program keeps no metrics")
        }
        // Takes in sizes and counts of this moment.
        _ = history.health()
        return APIReply(
            contentType: MediaType.metrics, body: .bytes(Array(metrics.text.utf8)))
    }
}
