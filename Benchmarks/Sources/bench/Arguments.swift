/// The words behind a command: some by place, then options with a value each.
struct Arguments {
    private let command: String
    private let words: [String]
    private let options: [String: String]

    /// - Parameters:
    ///   - known: the options that the command has, with their dashes.
    ///   - count: how many words by place it takes.
    init(
        _ arguments: ArraySlice<String>, of command: String, words count: Int,
        options known: [String]
    ) throws {
        self.command = command
        let all = Array(arguments)
        var words: [String] = []
        var options: [String: String] = [:]
        var next = 0
        while next < all.count {
            let word = all[next]
            next += 1
            guard word.hasPrefix("--") else {
                words.append(word)
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
    }

    subscript(index: Int) -> String { words[index] }

    func text(_ option: String) -> String? { options[option] }

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
