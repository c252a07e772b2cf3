/// What a fresh process needs from opening to its first answered look-up, in ms.
enum FirstAnswerStep {
    static func milliseconds(
        of engine: any Engine, _ folder: String, _ key: SeriesKey, at time: Int64
    ) throws -> Double {
        try ChildProcess.figure(
            [
                "first", engine.name, folder, String(key.number), key.address.description,
                String(time),
            ])
    }

    static func run(_ arguments: ArraySlice<String>) throws {
        let words = try Arguments(arguments, of: "step first", words: 5, options: [])
        let key = try SeriesKey(number: words[2], address: words[3])
        let time = Int64(try words.number(at: 4))
        print(try milliseconds(try Engines.named(words[0]), words[1], key, time))
    }

    private static func milliseconds(
        _ engine: some Engine, _ folder: String, _ key: SeriesKey, _ time: Int64
    ) throws -> Double {
        let nanoseconds = try timed {
            try engine.reader(of: folder, [key]).sample(of: 0, atOrBefore: time)
        } then: {
            guard $0 != nil else { throw WrongAnswer("no sample of \(key.address) at \(time)") }
        }
        return Double(nanoseconds) / 1e6
    }
}
