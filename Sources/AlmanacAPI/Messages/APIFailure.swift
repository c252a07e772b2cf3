import Almanac

/// Why a request has another reply than the one that was asked for.
struct APIFailure: Error {
    /// The HTTP status.
    var status: Int
    /// A word for programs, as `invalidParameter`.
    var code: String
    /// The parameter or field that is wrong, if one is.
    var parameter: String?
    /// What was found and what was expected.
    var message: String
    var headers: [(name: String, value: String)] = []

    init(_ status: Int, code: String, _ message: String, parameter: String? = nil) {
        self.status = status
        self.code = code
        self.message = message
        self.parameter = parameter
        // Busy or full now: worth another try, and not at once.
        if status == 503 || status == 429 { headers = [("Retry-After", "5")] }
    }

    static func invalid(_ parameter: String, _ message: String) -> APIFailure {
        APIFailure(400, code: "invalidParameter", message, parameter: parameter)
    }

    static func unknown(_ what: String, code: String) -> APIFailure {
        APIFailure(404, code: code, "\(what) is not known")
    }
}

extension APIFailure {
    /// The status of each error of the library.
    init(_ error: HistoryError) {
        let status =
            switch error.code {
            case .invalidParameter: 400
            case .unknownDevice, .unknownPoint, .unknownTrendLog: 404
            // Bounds of the cache and its reads are of the moment, others of the question.
            case .limitExceeded: error.kind == .cache ? 503 : 422
            case .deviceTimeout: 504
            case .deviceError: 502
            case .diskFull, .readOnly, .locked, .busy, .closed, .cancelled, .clockBehind: 503
            default: 500
            }
        self.init(status, code: error.code.rawValue, "\(error)", parameter: error.parameter)
    }
}
