/// Who set a value.
public enum ConfigurationSource: Hashable, Sendable, CustomStringConvertible {
    case `default`
    case file(String, line: Int)
    /// The name of the variable.
    case environment(String)
    /// The option as it was written.
    case commandLine(String)
    /// The program itself.
    case code

    public var description: String {
        switch self {
        case .default: "default"
        case .file(let path, let line): "\(path), line \(line)"
        case .environment(let name): "environment \(name)"
        case .commandLine(let option): "command line \(option)"
        case .code: "code"
        }
    }
}

/// A configuration that was checked, with where each value comes from.
public struct EffectiveConfiguration: Sendable {
    /// A key with its value as a person reads it.
    public struct Setting: Hashable, Sendable {
        public let key: String
        /// Hidden where it is secret and set.
        public let value: String
        public let source: ConfigurationSource
    }

    public let configuration: Configuration
    /// Every key, those with their defaults too.
    public let settings: [Setting]
    /// What can be but is likely not meant, in sentences.
    public let warnings: [String]

    /// Checks a configuration made in code.
    ///
    /// - Throws: `invalidParameter` naming key, value and what is allowed.
    public init(_ configuration: Configuration) throws(HistoryError) {
        let defaults = Configuration()
        var sources: [String: ConfigurationSource] = [:]
        for key in ConfigurationKey.all where key.text(configuration) != key.text(defaults) {
            sources[key.name] = .code
        }
        try self.init(configuration, sources: sources)
    }

    init(
        _ configuration: Configuration, sources: [String: ConfigurationSource]
    ) throws(HistoryError) {
        self.configuration = configuration
        settings = ConfigurationKey.all.map { key in
            let value = key.text(configuration)
            return Setting(
                key: key.name, value: key.isSecret && !value.isEmpty ? "(hidden)" : value,
                source: sources[key.name] ?? .default)
        }
        warnings = configuration.warnings
        try checkValues(sources)
        try checkAddress(sources)
    }

    private func checkValues(_ sources: [String: ConfigurationSource]) throws(HistoryError) {
        for key in ConfigurationKey.all {
            var copy = configuration
            let text = key.text(configuration)
            guard key.set(&copy, text), copy == configuration else {
                throw .notAllowed(key: key, value: text, source: sources[key.name] ?? .default)
            }
        }
    }

    private func checkAddress(_ sources: [String: ConfigurationSource]) throws(HistoryError) {
        guard !configuration.httpAddress.isLoopback, configuration.httpTokensFile == nil,
            !configuration.httpAllowNoToken
        else { return }
        throw HistoryError(
            .invalidParameter,
            "http_address cannot be \"\(configuration.httpAddress)\" "
                + "(\(sources["http_address"] ?? .default)), which others reach, without tokens; "
                + "expected http_tokens_file, or http_allow_no_token: true, or a loopback address",
            parameter: "http_address")
    }
}

extension Configuration {
    var warnings: [String] {
        var warnings: [String] = []
        if backgroundPollInterval > cacheDuration / 2 {
            let poll = Quantity.text(duration: backgroundPollInterval, in: .second)
            let duration = Quantity.text(duration: cacheDuration, in: .second)
            warnings.append(
                "background_poll_interval_seconds is \(poll), more than half of "
                    + "cache_duration_seconds, which is \(duration): "
                    + "values will go stale between two polls")
        }
        return warnings
    }
}
