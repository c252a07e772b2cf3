/// Why a device gave no reading.
public enum PointSourceError: Error, Hashable, Sendable {
    /// The device did not answer in time; the text says what was asked and how long was waited.
    case timeout(String)
    /// The device answered that it cannot, or with what is no answer.
    case deviceError(String)
    /// Too many requests wait for devices; the text says how many.
    case tooManyRequests(String)
    /// The task that asked was cancelled.
    case cancelled

    /// The answer has no part for the point.
    static func notAnswered(_ point: PointAddress) -> PointSourceError {
        .deviceError("the device's answer says nothing of point \(point)")
    }
}

extension PointSourceError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .timeout(let message), .deviceError(let message), .tooManyRequests(let message):
            message
        case .cancelled: "the request was cancelled"
        }
    }
}

extension HistoryError {
    /// The source's error in this room's words.
    init(_ error: PointSourceError) {
        let code: Code =
            switch error {
            case .timeout: .deviceTimeout
            case .deviceError: .deviceError
            case .tooManyRequests: .limitExceeded
            case .cancelled: .cancelled
            }
        self.init(code, error.description, underlying: error)
    }

    static var cancelled: HistoryError { HistoryError(.cancelled, "the caller was cancelled") }
}
