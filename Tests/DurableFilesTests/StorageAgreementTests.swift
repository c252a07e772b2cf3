import DurableFiles
import Testing

@Suite("The two forms of storage") struct StorageAgreementTests {
    @Test("answer random calls alike", arguments: 1...12)
    func randomCalls(seed: UInt64) throws {
        try withPosixStorage { posix in
            let simulated = SimulatedStorage(seed: seed)
            var draw = Draw(state: seed)
            var first = Caller(storage: posix)
            var second = Caller(storage: simulated)
            for step in 0..<300 {
                let call = draw.call()
                let answers = (first.make(call), second.make(call))
                #expect(answers.0 == answers.1, "seed \(seed), step \(step): \(call)")
            }
            simulated.disk.checkInvariants()
        }
    }
}

/// One call with its parameters drawn.
private struct Call {
    var kind: Int
    var path: String
    var other: String
    var offset: Int
    var count: Int
}

private struct Draw {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
    }

    mutating func call() -> Call {
        let paths = ["a", "b", "f/a", "f/b", "f", "g/a", "a/x"]
        return Call(
            kind: below(14), path: paths[below(7)], other: paths[below(7)],
            offset: below(4) * 2_500 + below(3), count: below(3) * 3_000 + below(20))
    }
}

/// A storage with the files that were opened in it, and every answer as text.
private struct Caller {
    var storage: any Storage
    var open: [any StorageFile] = []

    mutating func make(_ call: Call) -> String {
        do {
            return try answer(call)
        } catch {
            return "\((error as? StorageError)?.code.description ?? "?")"
        }
    }

    private mutating func answer(_ call: Call) throws -> String {
        switch call.kind {
        case 0: try storage.createFolder("f")
        case 1, 2: open.append(try storage.open(call.path, .create))
        case 3: open.append(try storage.open(call.path, .write))
        case 4: try storage.rename(call.path == "f" ? "b" : call.path, to: call.other)
        case 5: try storage.unlink(call.path)
        case 6: try storage.link(call.path == "f" ? "b" : call.path, to: call.other)
        case 7: return try storage.list(call.path == "a/x" ? "" : call.path).description
        case 8: return try storage.exists(call.path).description
        default: return try answerOfFile(call)
        }
        return "done"
    }

    private func answerOfFile(_ call: Call) throws -> String {
        guard !open.isEmpty else { return "none" }
        let file = open[call.offset % open.count]
        switch call.kind {
        case 9: try file.truncate(to: call.offset)
        case 10: try file.preallocate(byteCount: call.count)
        case 11: return try file.read(at: call.offset, byteCount: call.count).description
        default: try file.write(someBytes(call.count, seed: call.offset), at: call.offset)
        }
        return try file.byteCount().description
    }
}
