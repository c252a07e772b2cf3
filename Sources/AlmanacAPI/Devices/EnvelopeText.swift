import Almanac
import BuildingModel
import FoundationEssentials

/// The JSON of the device routes.
enum EnvelopeText {
    static func reply<Value: Codable & Sendable>(
        _ data: Value, from source: APIResponse<Value>.Source, at now: Timestamp
    ) throws(APIFailure) -> APIReply {
        APIReply(
            contentType: MediaType.json,
            body: .bytes(try encoded(APIResponse(data, from: source, at: now))))
    }

    static func reply(_ failure: APIFailure, at now: Timestamp) -> APIReply {
        let envelope = APIResponse<String>(error: failure.message, at: now)
        // Texts and numbers can always be written.
        let body = (try? encoded(envelope)) ?? Array("{\"success\":false}".utf8)
        return APIReply(
            status: failure.status, contentType: MediaType.json, body: .bytes(body))
    }

    private static func encoded(_ value: some Encodable) throws(APIFailure) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        do { return Array(try encoder.encode(value)) } catch {
            throw APIFailure(500, code: "encoding", "the reply cannot be written: \(error)")
        }
    }
}

/// JSON bodies of requests.
enum JSONBody {
    /// - Throws: 400 with the field, for text that is no JSON or not of the type.
    static func decoded<Value: Decodable>(
        _ bytes: [UInt8], as type: Value.Type
    ) throws(APIFailure) -> Value {
        do { return try JSONDecoder().decode(type, from: Data(bytes)) } catch {
            throw failure(error as? DecodingError)
        }
    }

    private static func failure(_ error: DecodingError?) -> APIFailure {
        guard let error else { return .invalid("body", "the body cannot be read") }
        switch error {
        case .dataCorrupted(let context), .valueNotFound(_, let context),
            .typeMismatch(_, let context):
            return .invalid(field(context.codingPath), sentence(context))
        case .keyNotFound(let key, let context):
            return .invalid(
                field(context.codingPath + [key]), "\(key.stringValue): is missing")
        @unknown default: return .invalid("body", "\(error)")
        }
    }

    private static func field(_ path: [any CodingKey]) -> String {
        path.last { $0.intValue == nil }?.stringValue ?? "body"
    }

    private static func sentence(_ context: DecodingError.Context) -> String {
        let place = context.codingPath.last { $0.intValue != nil }?.intValue
        let prefix = place.map { "element \($0): " } ?? ""
        let isJSON = !context.debugDescription.contains("not valid JSON")
        guard isJSON else { return "the body is not JSON" }
        let name = field(context.codingPath)
        let text = context.debugDescription
        return prefix + (text.hasPrefix(name) || name == "body" ? text : "\(name): \(text)")
    }
}
