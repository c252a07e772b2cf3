/// Who set a value.
enum ConfigurationSource: Hashable, Sendable, CustomStringConvertible {
    case `default`
    case file(String, line: Int)
    /// The name of the variable.
    case environment(String)
    /// The option as it was written.
    case commandLine(String)

    var description: String {
        switch self {
        case .default: "default"
        case .file(let path, let line): "\(path), line \(line)"
        case .environment(let name): "environment \(name)"
        case .commandLine(let option): "command line \(option)"
        }
    }
}

/// The settings of the service, checked, with the source of each.
struct EffectiveConfiguration: Sendable {
    /// A key with its value as a person reads it.
    struct Setting: Hashable, Sendable {
        let key: String
        /// Hidden where it is secret and set.
        let value: String
        let source: ConfigurationSource
    }

    let configuration: ServiceConfiguration
    /// Every key, those with their defaults too.
    let settings: [Setting]
    /// What can be but is likely not meant, in sentences.
    let warnings: [String]

    init(
        _ configuration: ServiceConfiguration, sources: [String: ConfigurationSource]
    ) throws(ServiceFailure) {
        self.configuration = configuration
        settings = ConfigurationKey.all.map { key in
            let value = key.text(configuration)
            return Setting(
                key: key.name, value: key.isSecret && !value.isEmpty ? "(hidden)" : value,
                source: sources[key.name] ?? .default)
        }
        warnings = configuration.warnings
        try checkAddress(sources)
    }

    private func checkAddress(_ sources: [String: ConfigurationSource]) throws(ServiceFailure) {
        guard !configuration.httpAddress.isLoopback, configuration.httpTokensFile == nil,
            !configuration.httpAllowNoToken
        else { return }
        throw ServiceFailure(
            .configuration,
            "http_address cannot be \"\(configuration.httpAddress)\" "
                + "(\(sources["http_address"] ?? .default)), which others reach, without tokens; "
                + "expected http_tokens_file, or http_allow_no_token: true, or a loopback address",
            key: "http_address")
    }
}
