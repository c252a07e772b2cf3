import Glibc

/// Bytes a second, as `500k`, `10M`, `10MB/s` or a plain number; a thousand is 1000.
struct ByteRate: Equatable, Sendable {
    let bytesPerSecond: Double

    init?(_ text: String) {
        var rest = text[...]
        for ending in ["/s", "B"] where rest.hasSuffix(ending) { rest.removeLast(ending.count) }
        let units: [Character: Double] = ["k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9]
        let unit = rest.last.flatMap { units[$0] }
        if unit != nil { rest.removeLast() }
        guard let number = DecimalNumber.value(Array(rest.utf8)), number > 0 else { return nil }
        bytesPerSecond = number * (unit ?? 1)
    }
}

/// Holds work back to a rate.
struct Pacer {
    private let rate: ByteRate
    private let started: Double

    /// - Parameter now: seconds of a clock that never goes back.
    init(_ rate: ByteRate, now: Double) {
        self.rate = rate
        started = now
    }

    /// How many seconds to wait before going on when so many bytes are done.
    func delay(byteCount: Int, now: Double) -> Double {
        max(0, Double(byteCount) / rate.bytesPerSecond - (now - started))
    }

    func wait(byteCount: Int) {
        var rest = delay(byteCount: byteCount, now: SystemClock.uptimeSeconds)
        while rest > 0 {
            // Longer sleeps are not promised by the system.
            usleep(UInt32(min(rest, 0.5) * 1e6))
            rest = delay(byteCount: byteCount, now: SystemClock.uptimeSeconds)
        }
    }
}
