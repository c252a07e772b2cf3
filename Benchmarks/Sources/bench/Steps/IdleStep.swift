import SegmentStore

/// All private memory of a fresh process that has a store open and does nothing.
enum IdleStep {
    enum Role: String {
        /// No store at all: what the program takes by itself.
        case nothing
        case reader, writer
    }

    static func megabytes(_ role: Role, _ folder: String) throws -> Double {
        try ChildProcess.figure(["idle", role.rawValue, folder])
    }

    static func run(_ arguments: ArraySlice<String>) throws {
        let words = try Arguments(arguments, of: "step idle", words: 2, options: [])
        switch Role(rawValue: words[0]) {
        case .reader:
            let snapshot = try Snapshot.open(at: words[1])
            try withExtendedLifetime(snapshot) { try say(hasSamples: snapshot.sampleCount > 0) }
        case .writer:
            let store = try Store.open(at: words[1])
            try say(hasSamples: store.snapshot().sampleCount > 0)
            store.close()
        case .nothing: try say(hasSamples: true)
        case nil: throw UsageError("bench step idle: \(words[0]) is no role")
        }
    }

    private static func say(hasSamples: Bool) throws {
        guard hasSamples else { throw WrongAnswer("the store is empty") }
        print(PrivateMemory.megabytes())
    }
}
