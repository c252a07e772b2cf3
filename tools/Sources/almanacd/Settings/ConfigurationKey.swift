/// A key that can be set, as command line, environment and file name it.
struct ConfigurationKey: Sendable {
    /// As in `almanac.yaml`: `cache_duration_seconds`.
    let name: String
    /// What a value may be, in words.
    let allowed: String
    /// Whether its value stays out of lists and messages.
    let isSecret: Bool
    /// Whether it is a switch, which needs no value on the command line.
    let isSwitch: Bool
    /// Whether a relative path of the file or a default lies beside the configuration file.
    let isBesideFile: Bool
    /// Sets the value that a text stands for; false where it stands for none.
    let set: @Sendable (inout ServiceConfiguration, String) -> Bool
    let text: @Sendable (ServiceConfiguration) -> String

    init<Value: Sendable>(
        _ name: String, _ property: any WritableKeyPath<ServiceConfiguration, Value> & Sendable,
        _ form: ValueForm<Value>, isSecret: Bool = false, isBesideFile: Bool = false
    ) {
        self.name = name
        self.isSecret = isSecret
        self.isBesideFile = isBesideFile
        allowed = form.allowed
        isSwitch = Value.self == Bool.self
        set = { configuration, text in
            guard let value = form.read(text) else { return false }
            configuration[keyPath: property] = value
            return true
        }
        text = { form.print($0[keyPath: property]) }
    }
}

extension ConfigurationKey {
    /// As in `--cache-duration-seconds`.
    var option: String { "--" + name.replacing("_", with: "-") }

    /// As in `ALMANAC_CACHE_DURATION_SECONDS`.
    var variable: String { ConfigurationKey.variablePrefix + name.uppercased() }

    /// How the default is written.
    var defaultText: String { text(ServiceConfiguration()) }

    static let variablePrefix = "ALMANAC_"

    /// The known key whose name takes the fewest changes to become `name`.
    static func nearest(to name: String) -> ConfigurationKey? {
        all.min { EditDistance.between($0.name, name) < EditDistance.between($1.name, name) }
    }
}

/// How many letters have to be put in, taken out, replaced or swapped with their neighbour.
enum EditDistance {
    /// Only the first letters count, so that a long wrong name costs little.
    private static let lengthMax = 64

    static func between(_ left: String, _ right: String) -> Int {
        let left = Array(left.utf8.prefix(lengthMax))
        let right = Array(right.utf8.prefix(lengthMax))
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in 0..<left.count {
            var current = [row + 1]
            for column in 0..<right.count {
                var cost = last[column] + (left[row] == right[column] ? 0 : 1)
                cost = min(cost, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, left[row] == right[column - 1],
                    left[row - 1] == right[column]
                {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
