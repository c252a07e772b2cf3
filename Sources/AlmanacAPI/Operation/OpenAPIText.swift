/// The description of the routes, made of their table, so that it cannot differ from it.
struct OpenAPIText {
    let text: String

    init(_ routes: [Route]) {
        var text = """
            openapi: 3.1.0
            info:
              title: Almanac
              version: "1"
              description: The history of a building. Times of /api/v1 are Unix milliseconds or RFC 3339, those of the device routes Unix seconds.
            components:
              securitySchemes:
                token: {type: http, scheme: bearer}
            paths:

            """
        var seen: [String] = []
        for route in routes where !seen.contains(route.pattern) { seen.append(route.pattern) }
        for pattern in seen {
            text += "  \(OpenAPIText.quoted(pattern)):\n"
            for route in routes where route.pattern == pattern {
                for method in route.methods.sorted(by: { $0.rawValue < $1.rawValue }) {
                    text += OpenAPIText.operation(route, method)
                }
            }
        }
        self.text = text
    }

    private static func operation(_ route: Route, _ method: APIRequest.Method) -> String {
        let about = route.description
        var text = "    \(method.rawValue.lowercased()):\n"
        text += "      summary: \(quoted(about.summary))\n"
        if route.access > .none { text += "      security: [{token: []}]\n" }
        let variables = route.parts.filter { $0.first == "{" }.map { $0.dropFirst().dropLast() }
        if !variables.isEmpty || !about.parameters.isEmpty {
            text += "      parameters:\n"
            for name in variables {
                let type = name == "point" ? "string" : "integer"
                text +=
                    "        - {name: \(name), in: path, required: true, schema: {type: \(type)}}\n"
            }
            for parameter in about.parameters {
                text +=
                    "        - {name: \(parameter.name), in: query, required: "
                    + "\(parameter.isRequired), schema: {type: \(parameter.type)}, description: "
                    + "\(quoted(parameter.summary))}\n"
            }
        }
        if let body = about.body {
            let isList = body.hasPrefix("[")
            text += """
                      requestBody:
                        required: true
                        description: \(quoted(body))
                        content:
                          application/json: {schema: {type: \(isList ? "array" : "object")}}

                """
        }
        text +=
            "      responses:\n        \"200\":\n          description: ok\n          content:\n"
        for type in about.replies { text += "            \(quoted(type)): {}\n" }
        for status in statuses(of: route) {
            text +=
                "        \"\(status)\":\n          description: \(quoted(meaning(of: status)))\n"
            if status == 304 { continue }
            let type = route.group == .envelope ? MediaType.json : MediaType.problem
            text += "          content: {\(quoted(type)): {}}\n"
        }
        return text
    }

    /// Those of the route, and those that each route of its kind may have.
    static func statuses(of route: Route) -> [Int] {
        var all = Set(route.description.statuses)
        all.formUnion([400, 408, 431, 500, 503, 504])
        if route.access > .none { all.formUnion([401, 403]) }
        if route.description.body != nil { all.formUnion([413, 415]) }
        return all.sorted()
    }

    private static func meaning(of status: Int) -> String {
        switch status {
        case 304: "not changed"
        case 400: "a parameter, field or body is wrong; it is named"
        case 401: "no valid token"
        case 403: "a token without the right"
        case 404: "unknown device, point or log"
        case 408: "the request took too long"
        case 413: "the body is too large"
        case 415: "the body has another media type"
        case 422: "the question is too large; its bound is named"
        case 431: "the headers are too large"
        case 502: "the device replied with an error"
        case 503: "busy, full or stopping; Retry-After says when to try again"
        case 504: "a device or the request took too long"
        default: "an error of the service"
        }
    }

    private static func quoted(_ text: String) -> String {
        "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }
}
