import Dispatch
import Glibc

/// Ends by Ctrl-C, by SIGTERM, or by the terminal that goes away.
enum Interruption {
    private static let signals = [SIGINT, SIGTERM, SIGHUP]

    /// Returns true at an interruption, false when the time is over. A second interruption ends the
    /// program at once.
    @discardableResult static func wait(atMost length: Duration?) async -> Bool {
        let (heard, sink) = AsyncStream.makeStream(of: Int32.self)
        let sources = watch { number in
            signal(number, SIG_DFL)
            sink.yield(number)
        }
        let timer = Task {
            guard let length else { return }
            try await Task.sleep(for: length)
            sink.finish()
        }
        var wasInterrupted = false
        for await _ in heard {
            wasInterrupted = true
            break
        }
        timer.cancel()
        for source in sources { source.cancel() }
        return wasInterrupted
    }

    /// What `body` returned, and whether it was interrupted meanwhile.
    struct Outcome<Answer: Sendable>: Sendable {
        let answer: Answer
        let wasInterrupted: Bool
    }

    /// Runs `body`, and cancels its task at an interruption. A second one ends the program at once.
    static func cancelling<Answer: Sendable>(
        _ body: @escaping @Sendable () async -> Answer
    ) async -> Outcome<Answer> {
        let task = Task { await body() }
        let (heard, sink) = AsyncStream.makeStream(of: Int32.self)
        let sources = watch { number in
            // From now on the system's own handling.
            signal(number, SIG_DFL)
            // First: the cancelled task may end before this handler goes on.
            sink.yield(number)
            task.cancel()
        }
        let answer = await task.value
        for source in sources { source.cancel() }
        sink.finish()
        var wasInterrupted = false
        for await _ in heard { wasInterrupted = true }
        return Outcome(answer: answer, wasInterrupted: wasInterrupted)
    }

    private static func watch(
        _ handler: @escaping @Sendable (Int32) -> Void
    ) -> [any DispatchSourceSignal] {
        signals.map { number in
            // The source receives it in place of the system's own handling.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler { handler(number) }
            source.resume()
            return source
        }
    }
}
