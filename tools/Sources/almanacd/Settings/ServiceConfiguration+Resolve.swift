import Almanac

extension ServiceConfiguration {
    /// Puts the configuration together: command line before environment before file before default.
    ///
    /// - Parameters:
    ///   - commandLine: `--cache-capacity 1000`, `--cache-capacity=1000`; switches need no value.
    ///     What the program itself takes, such as the name of the file, is not among them.
    ///   - environment: of it, variables that begin with `ALMANAC_`, and `STATE_DIRECTORY`, which
    ///     takes the place of the default of `data_directory`. Variables of the program's own with that
    ///     beginning are left out by the caller: here they are unknown keys.
    ///   - file: relative `devices_file`, `points_file` and `http_tokens_file` are taken from its
    ///     folder.
    /// - Throws: `configuration` naming key, value, source and what is allowed, or an unknown
    ///   key and the nearest known one.
    static func resolve(
        commandLine: [String] = [], environment: [String: String] = [:],
        file: ConfigurationFile? = nil
    ) throws(ServiceFailure) -> EffectiveConfiguration {
        var assignments = ConfigurationAssignment.fromDefaults(environment: environment)
        assignments += try ConfigurationAssignment.fromFile(file)
        assignments += try ConfigurationAssignment.fromEnvironment(environment)
        assignments += try ConfigurationAssignment.fromCommandLine(commandLine)

        var configuration = ServiceConfiguration()
        var sources: [String: ConfigurationSource] = [:]
        // The weaker come first and are overwritten, but each has to be right by itself: a bad
        // line of the file would else show only on the day that the variable is taken away.
        for assignment in assignments {
            try assignment.apply(to: &configuration)
            sources[assignment.key.name] = assignment.source
        }
        configuration.moveBeside(file, sources: sources)
        return try EffectiveConfiguration(configuration, sources: sources)
    }

    private mutating func moveBeside(
        _ file: ConfigurationFile?, sources: [String: ConfigurationSource]
    ) {
        guard let file, let slash = file.path.lastIndex(of: "/") else { return }
        let folder = file.path[...slash]
        for key in ConfigurationKey.all where key.isBesideFile {
            let path = key.text(self)
            guard !path.isEmpty, !path.hasPrefix("/") else { continue }
            switch sources[key.name] {
            case nil, .file: _ = key.set(&self, folder + path)
            default: break
            }
        }
    }
}

/// A key, the text it is set to, and who does.
struct ConfigurationAssignment {
    let key: ConfigurationKey
    let value: String
    let source: ConfigurationSource

    func apply(to configuration: inout ServiceConfiguration) throws(ServiceFailure) {
        guard key.set(&configuration, value) else {
            throw ServiceFailure.notAllowed(key: key, value: value, source: source)
        }
    }
}

extension ConfigurationAssignment {
    /// The service manager may tell several folders, divided by colons; the first is ours.
    static func fromDefaults(environment: [String: String]) -> [ConfigurationAssignment] {
        guard let folder = environment["STATE_DIRECTORY"]?.split(separator: ":").first,
            let key = ConfigurationKey.all.first(where: { $0.name == "data_directory" })
        else { return [] }
        return [
            ConfigurationAssignment(
                key: key, value: String(folder), source: .environment("STATE_DIRECTORY"))
        ]
    }

    static func fromFile(
        _ file: ConfigurationFile?
    ) throws(ServiceFailure) -> [ConfigurationAssignment] {
        guard let file else { return [] }
        var assignments: [ConfigurationAssignment] = []
        for entry in file.entries {
            let source = ConfigurationSource.file(file.path, line: entry.line)
            let key = try known(entry.key, spelled: entry.key, source) { $0.name }
            assignments.append(
                ConfigurationAssignment(key: key, value: entry.value, source: source))
        }
        return assignments
    }

    static func fromEnvironment(
        _ environment: [String: String]
    ) throws(ServiceFailure) -> [ConfigurationAssignment] {
        var assignments: [ConfigurationAssignment] = []
        let prefix = ConfigurationKey.variablePrefix
        let ours = environment.filter { $0.key.hasPrefix(prefix) }
        // Sorted, so that of several mistakes the same one is told each time.
        for (name, value) in ours.sorted(by: { $0.key < $1.key }) {
            let source = ConfigurationSource.environment(name)
            let key = try known(
                name.dropFirst(prefix.count).lowercased(), spelled: name, source
            ) { $0.variable }
            assignments.append(
                ConfigurationAssignment(key: key, value: trimmed(value), source: source))
        }
        return assignments
    }

    static func fromCommandLine(
        _ words: [String]
    ) throws(ServiceFailure) -> [ConfigurationAssignment] {
        var assignments: [ConfigurationAssignment] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            guard word.hasPrefix("--"), word.utf8.count > 2 else {
                throw ServiceFailure(
                    .configuration, "found \"\(word)\" on the command line; expected an option")
            }
            let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let option = String(parts[0])
            let source = ConfigurationSource.commandLine(option)
            let name = String(option.dropFirst(2).replacing("-", with: "_"))
            let key = try known(name, spelled: option, source) { $0.option }
            let value = parts.count == 2 ? String(parts[1]) : try next(&rest, for: key, source)
            assignments.append(ConfigurationAssignment(key: key, value: value, source: source))
        }
        return assignments
    }

    /// The value in the word that follows an option.
    private static func next(
        _ rest: inout ArraySlice<String>, for key: ConfigurationKey, _ source: ConfigurationSource
    ) throws(ServiceFailure) -> String {
        if let word = rest.first, !word.hasPrefix("--") { return rest.removeFirst() }
        guard key.isSwitch else {
            throw ServiceFailure(
                .configuration, "\(key.option) needs a value; expected \(key.allowed)",
                key: key.name)
        }
        return "true"
    }

    /// - Parameter spelling: how keys are spelled where this one was found.
    private static func known(
        _ name: String, spelled found: String, _ source: ConfigurationSource,
        _ spelling: (ConfigurationKey) -> String
    ) throws(ServiceFailure) -> ConfigurationKey {
        if let key = ConfigurationKey.all.first(where: { $0.name == name }) { return key }
        let nearest = ConfigurationKey.nearest(to: name.lowercased().replacing("-", with: "_"))
        let hint = nearest.map { "; the nearest known one is \(spelling($0))" } ?? ""
        throw ServiceFailure(
            .configuration, "unknown key \(found) (\(source))\(hint)", key: name)
    }
}

extension ServiceFailure {
    static func notAllowed(
        key: ConfigurationKey, value: String, source: ConfigurationSource
    ) -> ServiceFailure {
        let shown = key.isSecret ? "a hidden value" : "\"\(value)\""
        return ServiceFailure(
            .configuration,
            "\(key.name) cannot be \(shown) (\(source)); expected \(key.allowed)",
            key: key.name)
    }
}
