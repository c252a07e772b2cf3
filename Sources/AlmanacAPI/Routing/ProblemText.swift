import TimeSeriesModel

/// Errors of the native routes: problem documents of RFC 9457.
enum ProblemText {
    static func reply(_ failure: APIFailure, requestID: String) -> APIReply {
        var json = JSONText()
        json.object { json in
            json.field("type", "about:blank")
            json.field("title", title(of: failure.status))
            json.field("status", failure.status)
            json.field("detail", failure.message)
            json.field("code", failure.code)
            json.field("parameter", failure.parameter)
            json.field("request_id", requestID)
        }
        return APIReply(
            status: failure.status, contentType: MediaType.problem, body: .bytes(json.bytes))
    }

    private static func title(of status: Int) -> String {
        switch status {
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 422: "Unprocessable Content"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        default: "Internal Server Error"
        }
    }
}
