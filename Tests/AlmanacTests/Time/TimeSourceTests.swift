import Almanac
import Testing

@Suite("SystemTime") struct SystemTimeTests {
    @Test("goes on, and wakes up when it said") func goesOn() async throws {
        let time: any TimeSource = .system
        #expect(time.now > Timestamp("2026-01-01")!)
        let deadline = time.uptime + .milliseconds(20)
        try await time.sleep(until: deadline)
        #expect(time.uptime >= deadline)
    }
}
