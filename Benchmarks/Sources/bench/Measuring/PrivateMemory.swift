import Foundation

/// The memory of this process that no file backs (`RssAnon`), in MB.
enum PrivateMemory {
    static func megabytes() -> Double {
        guard let data = FileManager.default.contents(atPath: "/proc/self/status") else { return 0 }
        for line in String(decoding: data, as: UTF8.self).split(separator: "\n")
        where line.hasPrefix("RssAnon:") {
            return (Double(line.filter(\.isNumber)) ?? 0) / 1024
        }
        return 0
    }
}

/// Reads this process's private memory every few milliseconds.
final class PrivateMemoryPeak: @unchecked Sendable {
    private let lock = NSLock()
    private var peak = 0.0
    private var isDone = false

    init() {
        let thread = Thread { [self] in
            while !lock.withLock({ isDone }) {
                let now = PrivateMemory.megabytes()
                lock.withLock { peak = max(peak, now) }
                Thread.sleep(forTimeInterval: 0.002)
            }
        }
        thread.start()
    }

    /// Megabytes at the peak.
    func stop() -> Double {
        lock.withLock {
            isDone = true
            return max(peak, PrivateMemory.megabytes())
        }
    }
}
