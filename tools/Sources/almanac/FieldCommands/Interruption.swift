import Dispatch
import Glibc

/// Waiting for the person to end a command that runs until then.
enum Interruption {
    /// Returns at Ctrl-C, when the program is told to end, when its terminal goes away, or when the
    /// time is over.
    static func wait(atMost length: Duration?) async {
        let (signals, sink) = AsyncStream.makeStream(of: Int32.self)
        let sources = [SIGINT, SIGTERM, SIGHUP].map { number in
            // The source hears it in place of the system's own handling.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler { sink.yield(number) }
            source.resume()
            return source
        }
        let timer = Task {
            guard let length else { return }
            try await Task.sleep(for: length)
            sink.finish()
        }
        for await _ in signals { break }
        timer.cancel()
        for source in sources { source.cancel() }
    }
}
