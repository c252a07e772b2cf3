/// The table of all routes.
struct Router: Sendable {
    let routes: [Route]

    init() {
        routes = Route.operation + Route.devices + Route.history + Route.native
    }

    /// The route of a method and a path, and the variable parts of the path.
    func match(
        _ method: APIRequest.Method, _ path: String
    ) -> (match: RouteMatch, variables: [String: String]) {
        let method = method == .head ? .get : method
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        var allowed: Set<APIRequest.Method> = []
        for route in routes {
            guard let variables = route.variables(of: parts) else { continue }
            if route.methods.contains(method) { return (.found(route), variables) }
            allowed.formUnion(route.methods)
        }
        guard !allowed.isEmpty else { return (.notFound, [:]) }
        if allowed.contains(.get) { allowed.insert(.head) }
        return (
            .methodNotAllowed(allowed: allowed.sorted { $0.rawValue < $1.rawValue }), [:]
        )
    }
}
