/// The words after a command: some by place, options with a value each, and flags without one.
struct Arguments {
    private let command: String
    private let words: [String]
    private let options: [String: String]
    private let flags: Set<String>

    /// - Parameters:
    ///   - known: the options that the command has, with their dashes.
    ///   - knownFlags: its options without a value.
    ///   - count: how many words by place it takes.
    init(
        _ arguments: ArraySlice<String>, of command: String, words count: Int,
        options known: [String], flags knownFlags: Set<String> = []
    ) throws {
        self.command = command
        let all = Array(arguments)
        var words: [String] = []
        var options: [String: String] = [:]
        var flags: Set<String> = []
        var next = 0
        while next < all.count {
            let word = all[next]
            next += 1
            guard word.hasPrefix("--") else {
                words.append(word)
                continue
            }
            if knownFlags.contains(word) {
                flags.insert(word)
                continue
            }
            guard known.contains(word) else {
                throw UsageError("bench \(command): \(word) is no option")
            }
            guard next < all.count else {
                throw UsageError("bench \(command): \(word) needs a value")
            }
            options[word] = all[next]
            next += 1
        }
        guard words.count == count else {
            throw UsageError("bench \(command): \(words.count) words found, \(count) expected")
        }
        self.words = words
        self.options = options
        self.flags = flags
    }

    subscript(index: Int) -> String { words[index] }

    func text(_ option: String) -> String? { options[option] }

    /// True if an option without a value was named.
    func has(_ flag: String) -> Bool { flags.contains(flag) }

    /// A positive whole number.
    func number(_ option: String, default value: Int) throws -> Int {
        guard let text = options[option] else { return value }
        guard let number = Int(text), number > 0 else {
            throw UsageError(
                "bench \(command): \(option): \(text) found, a positive number expected")
        }
        return number
    }

    /// A whole number by place.
    func number(at index: Int) throws -> Int {
        guard let number = Int(words[index]) else {
            throw UsageError("bench \(command): \(words[index]) found, a number expected")
        }
        return number
    }
}
